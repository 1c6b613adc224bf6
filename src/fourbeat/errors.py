"""What goes wrong, said once: the fact, the place, the remedy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Args:
        fact: what is wrong, as a sentence without a full stop.
        place: where: a file, row, column, key or layer. May be empty.
        remedy: what to do about it. May be empty.
    """

    fact: str
    place: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place else ""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{self.fact}{place}{remedy}"


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its class's name where it has none."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


class FourbeatError(Exception):
    """Base of every error that fourbeat raises on purpose.

    Attributes:
        problems: everything that is wrong, all at once.
        exit_code: what the command line exits with.
    """

    exit_code = 1

    def __init__(
        self, problem: str | Problem | Iterable[Problem], place: str = "", remedy: str = ""
    ):
        if isinstance(problem, str):
            self.problems = [Problem(problem, place, remedy)]
        elif isinstance(problem, Problem):
            self.problems = [problem]
        else:
            self.problems = list(problem)
        super().__init__(str(self))

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        return f"{len(self.problems)} problems:{lines}"


class ConfigError(FourbeatError):
    """The configuration or the command line is wrong."""

    exit_code = 2


class DataError(FourbeatError):
    """The data cannot be read, or does not fit what was asked of it."""


class BatchError(FourbeatError):
    """A batch does not fit the model or the loss: shape, dtype or label range."""


class BeatError(FourbeatError):
    """The beats of a step came in a wrong order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first value of a step that is not finite.

    Attributes:
        beat: where it is, in the order in which a step computes.
        name: of the tensor, parameter or module.
        module: the module's class, or what kind of tensor it is.
        rows: numbers of the batch's rows from 0; empty if it is all of them, or not known.
        count, total: values that are not finite, and values of that tensor.
        cause: what is likely behind it.
        look: where to look next.
    """

    beat: Literal["inputs", "logits", "loss", "gradients", "parameters"]
    name: str
    cause: str
    look: str
    module: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    total: int = 0

    def because(self, cause: str, look: str, rows: tuple[int, ...] = ()) -> "Finding":
        """The same with another cause."""
        return replace(self, cause=cause, look=look, rows=rows or self.rows)

    def problem(self, place: str) -> Problem:
        """As a message."""
        kind = f" ({self.module})" if self.module else ""
        many = f"{self.count:,} of {self.total:,} values are not finite"
        fact = self.name if self.total == 1 else f"{self.name}{kind}: {many}"
        shown = ", ".join(map(str, self.rows[:8])) + (", …" if len(self.rows) > 8 else "")
        where = f"{place}, {self.beat}" + (f", batch rows {shown}" if self.rows else "")
        return Problem(f"{fact}. Likely: {self.cause}", where, self.look)


class NonFiniteError(FourbeatError):
    """A value stopped being finite; the update was not done.

    Attributes:
        finding: the first such value.
    """

    def __init__(self, finding: Finding, place: str):
        super().__init__(finding.problem(place))
        self.finding = finding


class CheckpointError(FourbeatError):
    """A checkpoint cannot be written, or cannot be trusted."""


class RunError(FourbeatError):
    """A run directory does not hold what was asked of it."""


class InexactError(FourbeatError):
    """Going on here could not give the same bits."""

    exit_code = 3


class RunLockedError(FourbeatError):
    """Another process is writing this run."""

    exit_code = 4
