"""One of several classes: any column of labels."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fourbeat.config.data import DataConfig
from fourbeat.data import labels
from fourbeat.data.gather import Gathered
from fourbeat.data.naming import quoted
from fourbeat.data.spelling import named, spellings
from fourbeat.data.targets.target import Strata, Target


@dataclass(frozen=True, slots=True)
class Classes:
    """Class numbers of all rows, int64 of shape (rows,), and what they stand for."""

    numbers: np.ndarray
    names: list[str]
    place: str

    @property
    def strata(self) -> Strata:
        """The classes themselves."""
        return Strata("stratified", self.numbers, self.names)

    def fit(self, train: np.ndarray) -> Target:
        """The class numbers, if each class has a training row."""
        labels.check_classes(self.numbers[train], self.names, self.place)
        mapping = ", ".join(f"{name} = {number}" for number, name in enumerate(self.names))
        notes = [f"Labels: {mapping}.", *map(spelled, spellings(self.names))]
        return Target(torch.from_numpy(self.numbers), notes, classes=self.names)


def spelled(names: Sequence[str]) -> str:
    """That classes may be one, with the way to make them one."""
    pairs = ", ".join(
        f"{json.dumps(n, ensure_ascii=False)} = {json.dumps(names[0])}" for n in names[1:]
    )
    relabel = quoted(f"data.relabel={{{pairs}}}")
    return (
        f"Labels {named(names)} differ by case or blanks alone; "
        f"if they are one class: --set {relabel}."
    )


def read(gathered: Gathered, config: DataConfig) -> Classes:
    """Labels as class numbers; with several tables, the first one's labels are the mapping.

    Raises:
        DataError: naming the table that has a label of its own, or a row without one.
    """
    (target,) = config.targets
    parts = [
        (place, labels.texts(values, config.relabel, place))
        for place, values in gathered.parts(target)
    ]
    place, first = parts[0]
    names = labels.classes_of(first, config.classes, place)
    numbers = [labels.encode(texts, names, place) for place, texts in parts]
    return Classes(np.concatenate(numbers), names, place)
