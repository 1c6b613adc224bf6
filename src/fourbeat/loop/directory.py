"""Where a run goes when nobody said where."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from fourbeat.errors import RunError


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A run that is trained again, in another directory than its script says.

    Attributes:
        recorded: whether it has a recorder there.
    """

    original: Path
    instead: Path
    recorded: bool


ELSEWHERE: ContextVar[Elsewhere | None] = ContextVar("ELSEWHERE", default=None)


@contextmanager
def elsewhere(original: Path, instead: Path, *, recorded: bool) -> Generator[None]:
    """Have the run of one directory made in another one."""
    token = ELSEWHERE.set(Elsewhere(original.absolute(), instead.absolute(), recorded))
    try:
        yield
    finally:
        ELSEWHERE.reset(token)


def moved_from(place: Path) -> Elsewhere | None:
    """Where a run is made that asks for a directory, if not there."""
    other = ELSEWHERE.get()
    return other if other is not None and other.original == place else None


def free_directory(stem: str, parent: Path = Path("runs")) -> Path:
    """Make and return the first of `runs/<stem>`, `runs/<stem>-2`, … that is not there yet.

    Making it claims it, so that two processes started together get two directories.
    """
    if (
        elsewhere := ELSEWHERE.get()
    ) is not None and elsewhere.original.parent == parent.absolute():
        name = elsewhere.original.name
        if name.removesuffix(f"-{name.rpartition('-')[2]}") == stem or name == stem:
            return elsewhere.original
    number = 1
    while True:
        place = parent / (stem if number == 1 else f"{stem}-{number}")
        try:
            parent.mkdir(parents=True, exist_ok=True)
            place.mkdir()
            return place
        except FileExistsError:
            if not parent.is_dir():
                raise RunError("a file is in the way", str(parent), "Say --out DIR") from None
            number += 1
        except OSError as error:
            raise RunError(
                f"no run directory can be made: {error.strerror}", str(parent), "Say --out DIR"
            ) from None
