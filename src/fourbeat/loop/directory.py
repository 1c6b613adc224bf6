"""Where a run goes when nobody said where."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from fourbeat.errors import RunError
from fourbeat.receipt.publish import trained


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A run that is trained again, in another directory than its script says.

    Attributes:
        recorded: whether it has a recorder there.
        asked: how often a free directory was asked for, by its stem.
    """

    original: Path
    instead: Path
    recorded: bool
    asked: dict[str, int] = field(default_factory=dict[str, int])


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
    """Where a run is made that asks for a directory, if not there.

    Raises:
        RunError: if another run is made again, and this one would be trained on.
    """
    other = ELSEWHERE.get()
    if other is None or other.original == place:
        return other
    before = trained(place)
    if before is None or before.run.status != "finished":
        raise RunError(
            f"the script would train in {place}, and it is another run that is done again",
            str(other.original),
            "Do it where the run was trained, in a directory of that name",
        )
    return None


def free_directory(stem: str, parent: Path = Path("runs")) -> Path:
    """Make and return the first of `runs/<stem>`, `runs/<stem>-2`, … that is not there yet.

    Making it claims it, so that two processes started together get two directories.
    """
    other = ELSEWHERE.get()
    if other is not None and other.original.parent == parent.absolute():
        # The script asks again, in the same order, and its directories are there by now.
        count = other.asked[stem] = other.asked.get(stem, 0) + 1
        return parent / (stem if count == 1 else f"{stem}-{count}")
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
