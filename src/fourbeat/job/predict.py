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

from fourbeat.config import ModelConfig
from fourbeat.data.encode import Features, encode, shape_of
from fourbeat.data.record import DataRecord
from fourbeat.data.schema import Column
from fourbeat.data.source import plain, read
from fourbeat.data.text import from_text
from fourbeat.errors import DataError, Problem, RunError
from fourbeat.models.build import build
from fourbeat.receipt import model as receipts
from fourbeat.receipt.publish import WEIGHTS
from fourbeat.receipt.weights import weights_sha256
from fourbeat.types import Values

ROWS = 1 << 16
"""Rows that go through the model at once."""


class TableClassifier(nn.Module):
    """A trained network with its schema and its labels.

    Attributes:
        network: the network, called as in training.
        columns: what the table's columns mean; the table may have them in any order, and more.
        classes: label texts; the place is the class number.
        target: name of the label column, not needed in a table.
        missing: texts that mean "no value", beside the empty field.
    """

    def __init__(self, network: nn.Module, data: DataRecord):
        super().__init__()
        self.network = network
        self.columns: list[Column] = [column for column in data.columns if column.used]
        self.classes = data.classes
        self.target = data.target
        self.missing = data.missing

    def forward(self, *inputs: Tensor) -> Tensor:
        """Logits of shape (N, classes) from encoded rows; see `encode`."""
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
                if pa.types.is_string(values.type) and column.type != "category":
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

    def probabilities(self, features: Features) -> np.ndarray:
        """Class probabilities of encoded rows, float64 of shape (N, classes)."""
        device = next((p.device for p in self.parameters()), torch.device("cpu"))
        parts: list[Tensor] = []
        was = self.training
        self.eval()
        try:
            with torch.inference_mode():
                for inputs in zip(*(t.split(ROWS) for t in features.inputs()), strict=True):
                    logits = self(*(tensor.to(device) for tensor in inputs))
                    parts.append(logits.double().softmax(dim=1).cpu())
        finally:
            self.train(was)
        return torch.cat(parts).numpy()

    def predict_proba(self, table: Any) -> np.ndarray:
        """Class probabilities, float64 of shape (rows, classes), columns in order of `classes`.

        Args:
            table: a path, or a frame with `__arrow_c_stream__`.

        Raises:
            DataError: with every missing column and every value of a wrong type.
        """
        text = [column.name for column in self.columns if column.type == "category"]
        source = read(table, missing=self.missing, text=text)
        return self.probabilities(self.encode(source.columns, source.rows, source.name))

    def predict(self, table: Any) -> np.ndarray:
        """The likeliest label of each row, texts of shape (rows,). See `predict_proba`."""
        return np.array(self.classes)[self.predict_proba(table).argmax(axis=1)]


def missing_columns(columns: list[Column], names: Any, table: str) -> list[Problem]:
    """Columns that a table lacks."""
    return [
        Problem(f"column {column.name!r} is missing", table)
        for column in columns
        if column.name not in names
    ]


def load(run: str | Path, model: nn.Module | None = None) -> Any:
    """The selected model of a finished run, in eval mode, on the CPU.

    Args:
        run: the run's directory.
        model: a network of the run's architecture, for a run that was trained from Python; its
            weights are replaced. Leave it out for `fourbeat train`, whose receipt says it all.

    Returns:
        A `TableClassifier` with `.predict(table)` and `.predict_proba(table)`, or the given
        model.

    Raises:
        RunError: if the run is not finished, or its weights are not those of the receipt.
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
        model.load_state_dict(state)
        return model.eval()
    if receipt.data is None or receipt.config is None:
        raise RunError(
            "the run was trained from Python: its receipt cannot make the network",
            str(directory),
            "Make it yourself: fourbeat.load(run, model=model)",
        )
    network = build(
        ModelConfig.model_validate(receipt.config["model"]),
        shape_of(receipt.data.columns, len(receipt.data.classes)),
    )
    network.load_state_dict(state)
    return TableClassifier(network, receipt.data).eval()


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
