"""The model that a run left: load it, and use it on rows of any number."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from fourbeat.checkpoint import files
from fourbeat.code import file_of, is_code
from fourbeat.config.options import ModelConfig
from fourbeat.data.column import WRITTEN, Column
from fourbeat.data.encode import Features, encode, shape_of
from fourbeat.data.images import ImageShape
from fourbeat.data.record import DataRecord
from fourbeat.data.source import plain, read
from fourbeat.data.text import from_text
from fourbeat.errors import DataError, Problem, RunError, first_line
from fourbeat.job.image_predict import ImageClassifier
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.tasks.task import Answer
from fourbeat.loop.modes import mode
from fourbeat.models.build import build
from fourbeat.receipt import model as receipts
from fourbeat.receipt.publish import WEIGHTS
from fourbeat.receipt.results import DecisionRecord
from fourbeat.receipt.weights import weights_sha256
from fourbeat.types import Values

ROWS = 1 << 16
"""Rows that go through the model at once."""


class TableModel(nn.Module):
    """A trained network with its schema and the meaning of its outputs.

    Attributes:
        network: the network, called as in training.
        data: what it was trained on: `data.task`, `data.target`, `data.quantity`, …
        columns: what the table's columns mean; the table may have them in any order, and more.
        classes: label texts of a classification; the place is the class number.
        labels: names of the labels of a multi-label task; the place is the output's number.
        missing: texts that mean "no value", beside the empty field.
        decision: temperature and threshold, where the run declared them.
    """

    def __init__(
        self, network: nn.Module, data: DataRecord, decision: DecisionRecord | None = None
    ):
        super().__init__()
        self.network = network
        self.data = data
        self.task = TASKS[data.task]
        self.columns: list[Column] = [column for column in data.columns if column.used]
        self.classes = data.classes
        self.labels = [label.name for label in data.labels]
        self.missing = data.missing
        self.decision = decision

    def forward(self, *inputs: Tensor) -> Tensor:
        """Outputs of shape (N, outputs) from encoded rows; see `encode`.

        They are logits of the classes or labels, or a quantity that is standardised.
        """
        return self.network(*inputs)

    def encode(
        self, columns: Mapping[str, Values], rows: int, name: str = "table", before: int = 0
    ) -> Features:
        """Encode a table's columns as in training.

        An unknown category counts as unknown, a missing value as the receipt says: the training
        mean for numbers, a category of its own for categories. Text is read by the rules by
        which the training table was.

        Args:
            columns: values by name; others than the model's are passed over.
            rows: number of rows.
            name: what messages call the table.
            before: rows of the table before these.

        Raises:
            DataError: with every missing column and every column of a wrong type.
        """
        problems = missing_columns(self.columns, columns.keys(), name)
        ready: dict[str, Values] = {}
        for column in self.columns:
            if column.name not in columns:
                continue
            values = plain(columns[column.name], self.missing)
            try:
                if pa.types.is_string(values.type) and column.type not in WRITTEN:
                    values = from_text(column, values, self.missing, name, before)
                ready[column.name] = values
            except DataError as error:
                problems += error.problems
        there = [column for column in self.columns if column.name in ready]
        try:
            features = encode(there, ready.__getitem__, rows, name, before)
        except DataError as error:
            raise DataError([*problems, *error.problems]) from None
        if problems:
            raise DataError(problems)
        return features

    def answer(self, features: Features) -> Answer:
        """What the model says of encoded rows."""
        device = next((p.device for p in self.parameters()), torch.device("cpu"))
        parts: list[Tensor] = []
        with torch.inference_mode(), mode(self, training=False):
            for inputs in zip(*(t.split(ROWS) for t in features.inputs()), strict=True):
                outputs = self(*(tensor.to(device) for tensor in inputs))
                parts.append(outputs.cpu().double())
        return self.answer_of(torch.cat(parts))

    def answer_of(self, outputs: Tensor) -> Answer:
        """What outputs, float64 of shape (rows, outputs), say."""
        return self.task.answer(outputs, self.data, self.decision)

    def predict(self, table: Any) -> np.ndarray:
        """What the model says of each row.

        The likeliest class, texts of shape (rows,); or the quantity in its own units, float64 of
        shape (rows,); or each label's decision, 0 or 1, int64 of shape (rows, labels): 1 from a
        probability of a half on. Where the run chose a threshold, that decides.

        Args:
            table: a path, or a frame with `__arrow_c_stream__`.

        Raises:
            DataError: with every missing column and every value of a wrong type.
        """
        return self.of_table(table).decision

    def predict_proba(self, table: Any) -> np.ndarray:
        """Probabilities, float64 of shape (rows, classes) or (rows, labels), in their order.

        See `predict`.

        Raises:
            RunError: for a quantity, which has none.
        """
        p = self.of_table(table).probabilities
        if p is None:
            raise RunError(
                f"{self.data.target!r} is a quantity: there are no probabilities",
                remedy="Use predict(table)",
            )
        return p

    def of_table(self, table: Any) -> Answer:
        """What the model says of a table's rows; see `predict`."""
        text = [
            column.name
            for column in self.columns
            if column.type in WRITTEN or (column.type == "numeric" and column.formats)
        ]
        names = {column.name for column in self.columns}
        source = read(table, missing=self.missing, text=text, only=names)
        return self.answer(self.encode(source.columns, source.rows, source.name))


def missing_columns(columns: list[Column], names: Any, table: str) -> list[Problem]:
    """Columns that a table lacks."""
    return [
        Problem(f"column {column.name!r} is missing", table)
        for column in columns
        if column.name not in names
    ]


def load(run: str | Path, model: nn.Module | None = None, *, trust_code: bool = False) -> Any:
    """The selected model of a finished run, in eval mode, on the CPU.

    Args:
        run: the run's directory.
        model: a network of the run's architecture, for a run that was trained from Python; its
            weights are replaced. Leave it out for `fourbeat train`, whose receipt says it all.
        trust_code: import the code that makes the network, for a run whose receipt names one
            (`module:factory`). It must be the file that the run was trained with.

    Returns:
        A `TableModel` with `.predict(table)` and `.predict_proba(table)`, an `ImageClassifier`
        with the same of images, or the given model.

    Raises:
        RunError: if the run is not finished, its weights are not those of the receipt or do not
            fit the model, or its network is made by code that is not trusted or has changed.
    """
    directory = Path(run)
    receipt = receipts.read(directory)
    if receipt.seal is None:
        raise RunError(
            f"the run is not finished ({receipt.run.status})",
            str(directory),
            receipt.way_on(directory),
        )
    state = weights(directory, receipt.weights_sha256)
    if model is not None:
        fill(model, state, directory)
        return model.eval()
    if receipt.data is None or receipt.config is None:
        raise RunError(
            "the run was trained from Python: its receipt cannot make the network",
            str(directory),
            "Make it yourself: fourbeat.load(run, model=model)",
        )
    if receipt.config["data"].get("factory"):
        raise RunError(
            "the run was trained on data of your own: its receipt cannot read rows for it",
            str(directory),
            "Make the network yourself: fourbeat.load(run, model=model)",
        )
    config = ModelConfig.model_validate(receipt.config["model"])
    if is_code(config.name):
        module = config.name.partition(":")[0]
        check_code(config.name, receipt.code.modules.get(module), directory, trusted=trust_code)
    images, outputs = receipt.data.images, receipt.data.outputs
    if images is not None:
        shape = ImageShape(images.channels, images.height, images.width, outputs)
        network = build(config, shape)
        fill(network, state, directory)
        return ImageClassifier(network, receipt.data, images, receipt.decision).eval()
    network = build(config, shape_of(receipt.data.columns, outputs))
    fill(network, state, directory)
    return TableModel(network, receipt.data, receipt.decision).eval()


def check_code(name: str, expected: str | None, directory: Path, *, trusted: bool) -> None:
    """Refuse to import a network's code that is not trusted, or not the one that trained it."""
    if not trusted:
        raise RunError(
            f"the run's network is made by code: {name!r}",
            str(directory),
            "Read that code, then say --trust-code, or fourbeat.load(run, trust_code=True); or "
            "make the network yourself: fourbeat.load(run, model=model)",
        )
    file = file_of(name, "model.name")
    if expected != (files.sha256(file) if file else None):
        raise RunError(
            "the code has changed since the run was trained",
            str(file or name),
            "Bring back the file as it was, or make the network yourself: "
            "fourbeat.load(run, model=model)",
        )


def fill(model: nn.Module, state: dict[str, Tensor], directory: Path) -> None:
    """Give a network the run's weights."""
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        misfits = [line.strip(" \t.") for line in str(error).splitlines()[1:]]
        raise RunError(
            f"the run's weights do not fit the model: {'; '.join(misfits) or first_line(error)}",
            str(directory),
            "Give the network that the run was trained with",
        ) from None


def weights(directory: Path, expected: str | None) -> dict[str, Tensor]:
    """The selected weights, if they are those that the receipt names."""
    path = directory / WEIGHTS
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"the weights cannot be read: {error}", str(path)) from None
    if weights_sha256(state) != expected:
        raise RunError(
            "the weights are not those of the receipt",
            str(path),
            f"`fourbeat verify {directory}` names what changed",
        )
    return state
