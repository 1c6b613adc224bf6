"""What one record of the step log holds, byte by byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from fourbeat.observe.stream import Subjects

SECONDS = ("data", "forward", "loss", "backward", "update", "recorder")
"""Whose time a record holds: waiting for data, the four beats, and the recorder itself."""


class Flag:
    """What is true of a record: bits of an int."""

    SKIPPED = 1
    """An update was left out, for gradients that are not finite or on request."""
    CLIPPED = 2
    """Gradients were clipped, or would have been had they been larger."""
    GRADIENTS = 4
    """It has the gradients' norms: that of all together, and those by parameter."""
    WEIGHTS = 8
    """It has the norms of weights and updates by parameter."""
    FINGERPRINT = 16
    """It has the fingerprint of parameters and buffers after the update."""
    BATCH = 32
    """It has the hash of its batches."""
    UNCOUNTED = 64
    """No update was done, or the step was broken off: its number comes again."""
    TIMES = 128
    """It has the times of the four beats; else they are NaN."""


@dataclass(frozen=True)
class Layout:
    """The columns of a step log.

    Attributes:
        optimizers: by name, each with the names of its parameters, group by group.
        parameters: the shape of each parameter, by name.
    """

    optimizers: Mapping[str, list[list[str]]]
    parameters: Mapping[str, list[int]]

    @staticmethod
    def of(subjects: Subjects) -> "Layout":
        """The layout for what is trained."""
        names = {id(tensor): name for name, tensor in subjects.parameters.items()}
        return Layout(
            {
                key: [[names[id(p)] for p in group["params"]] for group in optimizer.param_groups]
                for key, optimizer in subjects.optimizers.items()
            },
            {name: list(tensor.shape) for name, tensor in subjects.parameters.items()},
        )

    @cached_property
    def groups(self) -> int:
        """Parameter groups of all optimizers."""
        return sum(map(len, self.optimizers.values()))

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """A record, packed, little-endian.

        The loss is the weighted mean of the step's batches, one for each optimizer: exact for a
        single batch in float32 or float64. Norms are 2-norms, NaN where they were not taken.
        """
        lanes, layers, groups = len(self.optimizers), len(self.parameters), self.groups
        return np.dtype(
            [
                ("flags", "<u4"),
                # From here on what two equal runs share whatever was thinned; see `shared`.
                ("epoch", "<i4"),
                ("step", "<i8"),
                ("loss", "<f8", (lanes,)),
                ("lr", "<f8", (groups,)),
                ("examples", "<u4"),
                # To here.
                ("rows", "<u4"),
                ("rows_at", "<u8"),
                ("batch", "<u8"),
                ("grad_norm", "<f8", (lanes,)),
                ("seconds", "<f4", (len(SECONDS),)),
                ("grad", "<f4", (layers,)),
                ("weight", "<f4", (layers,)),
                ("update", "<f4", (layers,)),
                ("nonfinite", "<u4", (layers,)),
                ("fingerprint", "V16"),
                ("check", "<u8"),
            ]
        )

    @cached_property
    def shared(self) -> slice:
        """The bytes of a record that depend on no clock and are in every record."""
        fields = self.dtype.fields or {}
        return slice(fields["epoch"][1], fields["rows"][1])

    def plain(self) -> dict[str, Any]:
        """As plain values, for the log's header."""
        return {"optimizers": dict(self.optimizers), "parameters": dict(self.parameters)}

    @staticmethod
    def read(tree: Any) -> "Layout":
        """From plain values.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: for values that are no layout.
        """
        optimizers = {
            str(key): [[str(name) for name in group] for group in groups]
            for key, groups in cast(dict[str, Any], tree["optimizers"]).items()
        }
        parameters = {
            str(name): [int(size) for size in shape]
            for name, shape in cast(dict[str, Any], tree["parameters"]).items()
        }
        return Layout(optimizers, parameters)
