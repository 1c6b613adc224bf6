"""What of a run will come again bit for bit, and what will not: said, never silent."""

import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TextIO

import torch

from fourbeat.loop.position import data_loaders
from fourbeat.receipt.model import Algorithms, DeterminismRecord

NOT_DETERMINISTIC = re.compile(r"(\S+) does not have a deterministic implementation")
"""How torch warns, where `use_deterministic_algorithms` is on and told to warn only."""


def algorithms() -> Algorithms:
    """What torch is told to choose: deterministic operators, or else an error or a warning."""
    if not torch.are_deterministic_algorithms_enabled():
        return "free"
    return "preferred" if torch.is_deterministic_algorithms_warn_only_enabled() else "required"


def determinism(
    device: torch.device, *, workers: int, compiled: bool, operators: list[str], together: int = 1
) -> DeterminismRecord:
    """What can be said of a run now.

    Args:
        device: that it trains on.
        workers: processes of the training loader.
        compiled: whether the model is.
        operators: that warned of having no deterministic implementation.
        together: runs that were trained in one pass.
    """
    chosen, threads = algorithms(), torch.get_num_threads()
    several = "one thread" if threads == 1 else f"{threads} threads"
    said = [
        f"The same bits are promised with the same seed, data, code, software and kind of "
        f"{device.type.upper()}, and with {several}: another number of threads may sum in another "
        "order."
    ]
    if together > 1:
        said.append(
            f"It was one of {together} seeds trained together in one pass, and equals its own single run up to "
            "the rounding of float32, which many steps may make larger, and not bit for bit. The same series "
            "gives these bits again; a resume, a replay, a reproduction or an ejected script of this run alone "
            "would not."
        )
    if operators:
        said.append(
            f"Not promised: {', '.join(operators)} has no deterministic implementation here, and "
            "may differ from one time to the next."
        )
    if chosen == "free" and (threads > 1 or device.type != "cpu"):
        said.append(
            "Not promised for every operator: deterministic algorithms are off, and some, such as "
            "the backward of indexing, may add in any order. "
            "torch.use_deterministic_algorithms(True) turns them on."
        )
    if workers:
        said.append(
            f"Batches come from {workers} worker process{'es' * (workers > 1)}: what is drawn in "
            "them depends on their number."
        )
    if compiled:
        said.append("It is compiled: eager calls, or another compiler, give other bits.")
    return DeterminismRecord(
        algorithms=chosen,
        threads=threads,
        workers=workers,
        compiled=compiled,
        operators=operators,
        statement=said,
    )


def workers_of(loader: Any) -> int:
    """Worker processes that read a loader's data."""
    return max((inner.num_workers for inner in data_loaders(loader)), default=0)


@contextmanager
def operators_seen(tell: Callable[[str], None]) -> Generator[None]:
    """Notice the operators that torch warns of, and let every warning through."""
    show = warnings.showwarning

    def shown(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        found = NOT_DETERMINISTIC.match(str(message))
        if found:
            tell(found[1])
        show(message, category, filename, lineno, file, line)

    warnings.showwarning = shown
    try:
        yield
    finally:
        warnings.showwarning = show
