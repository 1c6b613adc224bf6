"""Where a run goes when nobody said where."""

from pathlib import Path

from fourbeat.errors import RunError


def free_directory(stem: str, parent: Path = Path("runs")) -> Path:
    """Make and return the first of `runs/<stem>`, `runs/<stem>-2`, … that is not there yet.

    Making it claims it, so that two processes started together get two directories.
    """
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
