"""Where a run goes when nobody said where."""

from pathlib import Path


def free_directory(stem: str, parent: Path = Path("runs")) -> Path:
    """Make and return the first of `runs/<stem>`, `runs/<stem>-2`, … that is not there yet.

    Making it claims it, so that two processes started together get two directories.
    """
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        place = parent / (stem if number == 1 else f"{stem}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        else:
            return place
