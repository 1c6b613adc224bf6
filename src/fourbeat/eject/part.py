"""What each section gives to the script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Part:
    """One section's share. Imports are found by the names that the text uses; see `imports`.

    Attributes:
        constants: for the top of the script, names to values.
        had: the same for what the run had, or ended with: identities to compare with.
        functions: functions and classes, each a text.
        lines: for the body of `main`.
    """

    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    functions: tuple[str, ...] = ()
    lines: str = ""
    had: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Data(Part):
    """The data's section, and what the loop needs to go through it.

    Attributes:
        order: lines before an epoch's batches, empty for none.
        batches: for each side the expression that gives its batches, `(*inputs, target)`.
        train_target: the expression of all training rows' targets, where they are at hand.
    """

    order: str = ""
    batches: Mapping[str, str] = field(default_factory=dict[str, str])
    train_target: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """How images are read.

    Attributes:
        part: the lines make `pixels` and `targets`, and of several files the list `parts`.
        names: of the constants that hold the paths of files to compare with the run's.
        targets: class numbers of all rows, as this process read them.
        counts: rows of the first file or folder, of the validation's and of the test's.
    """

    part: Part
    names: list[str]
    targets: np.ndarray
    counts: list[int]
