"""Simple models on the identical split, and whether the network is worth it beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fourbeat.config.options import Config
from fourbeat.data.encode import Features
from fourbeat.data.prepare import Prepared
from fourbeat.errors import ConfigError, first_line
from fourbeat.job.results.boosting import Boosted, installed
from fourbeat.job.results.decision import Outputs
from fourbeat.job.results.linear import fit_linear
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.tasks.task import Answer
from fourbeat.measure.bootstrap import Difference, differences
from fourbeat.measure.figures import Figures
from fourbeat.receipt.results import BaselineRecord, BaselinesRecord, VerdictRecord, Worth

MOST_ROWS = 50_000
MOST_HELD = 200_000
"""Rows of a side that they are measured on at most, where the table is streamed."""

MOST_CELLS = 10_000_000
"""Training rows, and training rows times columns times outputs, that they are made of at most."""

SAID = {
    "majority": "majority class",
    "mean": "mean",
    "linear": "linear model",
    "boosting": "gradient boosting",
}

WORTH: dict[int, Worth] = {1: "worth it", -1: "not worth it", 0: "no difference seen"}

BETTER = {"auc": 1, "rmse": -1, "log_loss": -1}
"""What a network is compared by, the first that has a value; whether more of it is better."""

METRICS = {"auc": "AUC", "log_loss": "log loss", "rmse": "RMSE"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of the table, encoded, with their targets."""

    features: Features
    target: Tensor


def check_baselines(config: Config, data: object) -> None:
    """Refuse what there is none for.

    Raises:
        ConfigError: for images and data of one's own.
    """
    if config.baselines and not isinstance(data, Prepared):
        raise ConfigError("there are baselines for tables alone", "baselines", "Leave it out")


def beside(
    config: Config,
    data: Prepared,
    network: Mapping[str, Figures],
    sides: Mapping[str, Outputs],
) -> BaselinesRecord:
    """Fit the baselines, measure them on the network's rows, and compare.

    Args:
        config: for the seed.
        data: the whole table.
        network: the network's figures on each side.
        sides: the rows of each side.
    """
    record, measured = measure(config, data, sides)
    record.verdict = verdict(record, measured, network, config.seed)
    return record


def measure(
    config: Config, data: Prepared, sides: Mapping[str, Outputs]
) -> tuple[BaselinesRecord, dict[str, dict[str, Figures]]]:
    """Fit the baselines and measure them; see `beside`.

    Returns:
        The record without a verdict, and each baseline's figures on each side.
    """
    task = TASKS[data.record.task]
    chosen = sample(data, config.seed)
    train = rows_of(data, chosen)
    held = {side: rows_of(data, seen.rows) for side, seen in sides.items() if seen.rows is not None}
    record = BaselinesRecord(rows=len(chosen), of=len(data.rows.train), models=[])
    for side, seen in sides.items():
        whole = len(getattr(data.rows, side))
        if seen.rows is not None and len(seen.rows) < whole:
            text = (
                f"Measured, with the network, on {len(seen.rows):,} of the {whole:,} {side} rows."
            )
            record.notes.append(text)
    measured: dict[str, dict[str, Figures]] = {}
    for name, fit in models(data, record, config.seed).items():
        try:
            predict = fit(train, held["validation"])
            answers = {side: predict(rows.features) for side, rows in held.items()}
            found = {
                side: task.figures(as_answer(said, data), held[side].target, data.record)
                for side, said in answers.items()
            }
        except (
            Exception
        ) as error:  # a training that went well does not fail by what stands beside it
            record.notes.append(f"{SAID[name]} failed: {type(error).__name__}: {first_line(error)}")
            continue
        measured[name] = found
        results = {side: figures.of() for side, figures in found.items()}
        record.models.append(BaselineRecord(name=name, said=SAID[name], results=results))
    return record, measured


def held_for(data: Prepared, sides: Mapping[str, Outputs], seed: int) -> dict[str, Outputs]:
    """The rows that baselines and network are compared on: all, but of a streamed table not too many."""
    if isinstance(data.features, Features):
        return dict(sides)
    return {side: some(seen, seed) for side, seen in sides.items()}


def some(seen: Outputs, seed: int) -> Outputs:
    """`MOST_HELD` rows at most, chosen at random, in their order."""
    if len(seen.outputs) <= MOST_HELD or seen.rows is None:
        return seen
    source = np.random.Generator(np.random.PCG64(seed))
    kept = np.sort(source.choice(len(seen.outputs), MOST_HELD, replace=False))
    at = torch.from_numpy(kept)
    return Outputs(seen.outputs[at], seen.target[at], seen.rows[kept])


Predict = Callable[[Features], np.ndarray]


def models(
    data: Prepared, record: BaselinesRecord, seed: int
) -> dict[str, Callable[[Rows, Rows], Predict]]:
    """By name, from training and validation rows to a function that predicts."""
    task, shape = data.record.task, data.shape

    def constant(train: Rows, _held: Rows) -> Predict:
        if task == "classification":
            counts = torch.bincount(train.target, minlength=shape.outputs).double()
            value = (counts / counts.sum()).numpy()
        else:
            value = train.target.double().mean(dim=0).numpy()
        return lambda features: np.tile(value, (len(features.numeric), 1))

    def linear(train: Rows, held: Rows) -> Predict:
        made = fit_linear(shape, task, (train.features, train.target), (held.features, held.target))
        return lambda features: made(features).numpy()

    def boosting(train: Rows, held: Rows) -> Predict:
        made = Boosted(data.record.columns, task, shape.outputs, seed)
        made.fit((train.features, train.target.numpy()), (held.features, held.target.numpy()))
        return made.predict

    found = {"mean" if task == "regression" else "majority": constant, "linear": linear}
    if not installed():
        record.notes.append(
            "Without gradient boosting: scikit-learn is not installed (pip install 'fourbeat[sklearn]')."
        )
        return found
    return {**found, "boosting": boosting}


def as_answer(said: np.ndarray, data: Prepared) -> Answer:
    """What a baseline says, as the network's answers are given."""
    quantity = data.record.quantity
    if quantity is not None:
        return Answer(said[:, 0] * quantity.std + quantity.mean)
    return Answer(said, said)  # figures are those of the probabilities


def sample(data: Prepared, seed: int) -> np.ndarray:
    """The training rows that the baselines are made of, sorted."""
    rows, shape = data.rows.train, data.shape
    width = max(1, shape.numeric + len(shape.cardinalities)) * shape.outputs
    most = min(MOST_ROWS, max(2_000, MOST_CELLS // width))
    if len(rows) <= most:
        return rows
    source = np.random.Generator(np.random.PCG64(seed))
    return np.sort(source.choice(rows, most, replace=False))


def rows_of(data: Prepared, rows: np.ndarray) -> Rows:
    """Some rows of the table."""
    return Rows(data.features.pick(rows), data.target[torch.from_numpy(rows)])


def verdict(
    record: BaselinesRecord,
    measured: Mapping[str, Mapping[str, Figures]],
    network: Mapping[str, Figures],
    seed: int,
) -> VerdictRecord | None:
    """The network against the baseline that is best on the validation rows, on the test rows.

    Chosen on the test rows, the best of several would look better than it is.
    """
    side = "test" if "test" in network else "validation"
    ours, held = network[side].of(), network["validation"].of()
    # There is no AUC where a class has no row.
    finite = (n for n in BETTER if np.isfinite(ours.get(n, np.nan)) and np.isfinite(held[n]))
    metric = next(finite, None)
    if metric is None:
        return None
    better = BETTER[metric]
    known = {
        model.name: better * model.results["validation"][metric]
        for model in record.models
        if np.isfinite(model.results["validation"][metric])
    }
    if not known:
        return None
    against = max(known, key=lambda name: known[name])
    other = measured[against][side]
    found = differences(network[side], other, [metric], seed)[metric]
    worth = WORTH[better * found.sign]
    text = sentence(worth, metric, side, ours[metric], other.of()[metric], against, found)
    return VerdictRecord(
        metric=metric,
        data=side,
        against=against,
        difference=found.value,
        interval=found.interval,
        worth=worth,
        text=text,
    )


def sentence(
    worth: Worth,
    metric: str,
    side: str,
    ours: float,
    theirs: float,
    against: str,
    found: Difference,
) -> str:
    """The verdict for people."""
    digits = ".4f" if metric != "rmse" else ".4g"
    lead = {
        "worth it": "The network is worth it",
        "not worth it": "The network is not worth it",
        "no difference seen": "No difference is seen",
    }[worth]
    name = SAID[against]
    reach = (
        "too few rows for an interval"
        if found.interval is None
        else "95 % interval {:+{d}} to {:+{d}}".format(*found.interval, d=digits)
    )
    return (
        f"{lead}: {side} {METRICS[metric]} {ours:{digits}}, {name} {theirs:{digits}}; "
        f"difference {found.value:+{digits}} ({reach})."
    )
