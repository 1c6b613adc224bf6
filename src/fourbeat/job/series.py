"""Several trainings of one declaration: by seed, or by fold; each a run, and what they say together."""

import json
import logging
import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fourbeat.checkpoint import files
from fourbeat.config.options import Config
from fourbeat.errors import ConfigError, RunError
from fourbeat.job.seeds import train_together, why_apart
from fourbeat.job.train import Outcome, name_of, train
from fourbeat.loop.directory import free_directory
from fourbeat.measure.spread import Spread, spread
from fourbeat.receipt.publish import trained

log = logging.getLogger("fourbeat")

ASKED = "asked for"

NAME = "series.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Series:
    """What several runs say together.

    Attributes:
        directory: that holds them.
        kind: `seeds` or `folds`.
        outcomes: of each run.
        figures: by name of the data and of the metric, over the runs.
        apart: why its runs were trained one after the other; None where they may be trained together.
    """

    directory: Path
    kind: str
    outcomes: list[Outcome]
    figures: dict[str, dict[str, Spread]]
    apart: str | None


def members(config: Config, seeds: int, folds: int, repeats: int) -> dict[str, Config]:
    """The declarations of a series by the names of their runs.

    Args:
        config: what they share; the first seed is its own.
        seeds: how many, on the same split; 0 for folds.
        folds, repeats: parts that take turns as the test, and ways to cut them.

    Raises:
        ConfigError: for what cannot go together.
    """
    if seeds and (folds or repeats > 1):
        raise ConfigError("seeds and folds are two series", "--seeds", "Ask for one of them")
    if seeds:
        rows = config.split.model_copy(update={"seed": config.split_seed})
        return {
            f"seed-{seed}": config.model_copy(update={"seed": seed, "split": rows})
            for seed in range(config.seed, config.seed + seeds)
        }
    split = config.split
    written = split.column or split.validation_file or split.test_file
    if written or split.folds:
        what = "the files or the column that" if written else "the fold that"
        raise ConfigError(
            f"folds overlap {what} the configuration names", "--folds", "Leave it out"
        )
    if repeats > 1 and split.time:
        raise ConfigError("folds by time can be cut in one way only", "--repeats", "Leave it out")
    made: dict[str, Config] = {}
    for repeat in range(repeats):
        for fold in range(folds):
            name = f"fold-{fold + 1}" if repeats == 1 else f"repeat-{repeat + 1}-fold-{fold + 1}"
            # Checked as a whole again: a copy would not be.
            cut = {**split.model_dump(), "folds": folds, "fold": fold, "repeat": repeat}
            made[name] = config.model_copy(update={"split": type(split).model_validate(cut)})
    return made


def series(
    config: Config,
    out: Path | None = None,
    *,
    seeds: int = 0,
    folds: int = 0,
    repeats: int = 1,
    frame: Any = None,
    strict: bool = False,
    together: bool = True,
) -> Series:
    """Train each member in a directory of its own, and write down what they say together.

    Seeds are trained in one pass where `why_apart` knows no reason against it. A series that was broken
    off goes on where it was: finished members are not trained again. One that was among those trained
    together, and had not come to its end, begins anew.

    Args:
        config: what the members share.
        out: the directory of the series. Default: the first of `runs/<table>-seeds` (or `-folds`),
            `runs/<table>-seeds-2`, … that is free.
        seeds, folds, repeats: see `members`.
        frame: a frame in memory, in place of `config.data.path`.
        strict: errors and warnings about the data are fatal.
        together: whether seeds may be trained in one pass; each is then its own single run to the rounding
            of float32, and not bit for bit.

    Raises:
        FourbeatError: of any kind, as `train` does.
    """
    declared = members(config, seeds, folds, repeats)
    kind = "seeds" if seeds else "folds"
    if out is None:
        out = free_directory(f"{name_of(config)}-{kind}")
    refuse_strangers(out)
    apart = "folds train on different rows" if folds else why_apart(config)
    apart = apart if together else ASKED
    runs = {out / name: member for name, member in declared.items()}
    fresh = {path: member for path, member in runs.items() if trained(path) is None}
    # What another training holds is better known at once.
    begun = [path for path in runs if path not in fresh]
    with gone_if_empty(out):
        found = {path: train(runs[path], path, frame=frame, strict=strict) for path in begun}
        if apart is None and len(fresh) > 1:
            found |= train_together(fresh, frame=frame, strict=strict)
        elif apart is not None and seeds and together:
            log.warning("one seed after the other: %s", apart)
        outcomes = [
            found.get(path) or train(member, path, frame=frame, strict=strict)
            for path, member in runs.items()
        ]
    made = Series(out, kind, outcomes, figures_of(outcomes, kind), apart)
    write(made)
    return made


@contextmanager
def gone_if_empty(directory: Path) -> Generator[None]:
    """Remove a directory that nothing was trained in."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            directory.rmdir()
        raise


def refuse_strangers(directory: Path) -> None:
    """Leave a directory alone that is a single run's.

    Raises:
        RunError: if it is.
    """
    if (directory / "receipt.json").exists():
        raise RunError("the directory holds a single run", str(directory), "Choose a new one")


def figures_of(outcomes: Sequence[Outcome], kind: str) -> dict[str, dict[str, Spread]]:
    """Mean, spread and interval of each metric that every run has a value of."""
    found: dict[str, dict[str, Spread]] = {}
    for data in ("validation", "test"):
        results = [outcome.receipt.results.get(data, {}) for outcome in outcomes]
        names = [name for name, value in results[0].items() if isinstance(value, float)]
        overlap = shared(outcomes, data) if kind == "folds" else 0.0
        found[data] = {
            name: spread(values, overlap)
            for name in names
            if all(map(math.isfinite, values := [numeric(result.get(name)) for result in results]))
        }
    return {data: figures for data, figures in found.items() if figures}


def numeric(value: Any) -> float:
    """A metric; NaN where there is none."""
    return float(value) if isinstance(value, int | float) else math.nan


def shared(outcomes: Sequence[Outcome], data: str) -> float:
    """Rows that measure to rows that train, on average; see `spread`."""
    rows = [outcome.receipt.data.split.rows for outcome in outcomes if outcome.receipt.data]
    shares = [sides.get(data, 0) / sides["train"] for sides in rows]  # type: ignore[call-overload]
    return sum(shares) / len(shares)


def write(made: Series) -> None:
    """Write `series.json`, whole or not at all."""
    tree = {
        "format": FORMAT,
        "kind": made.kind,
        "one_after_the_other": made.apart,
        "runs": [
            {
                "run": outcome.directory.name,
                "seed": outcome.receipt.run.seed,
                "fold": outcome.receipt.data.split.fold if outcome.receipt.data else "",
                "together": outcome.receipt.training.together,
                "weights_sha256": outcome.receipt.weights_sha256,
            }
            for outcome in made.outcomes
        ],
        "figures": as_tree(made),
    }
    files.write_text(made.directory / NAME, json.dumps(tree, indent=2) + "\n")


def as_tree(made: Series) -> dict[str, Any]:
    """The figures as plain values; None for an interval of one run."""
    return {
        data: {
            name: {key: v if math.isfinite(v) else None for key, v in asdict(one).items()}
            for name, one in figures.items()
        }
        for data, figures in made.figures.items()
    }
