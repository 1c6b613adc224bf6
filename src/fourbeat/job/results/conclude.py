"""The end of a declared training: the selected weights on the held-out rows, once, and all that follows."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fourbeat.data.images import PreparedImages
from fourbeat.data.leaks import answers
from fourbeat.data.own import OwnData
from fourbeat.data.prepare import Prepared
from fourbeat.data.without import without
from fourbeat.job.plan import Plan
from fourbeat.job.results.answers import keep
from fourbeat.job.results.baselines import beside, held_for, measure
from fourbeat.job.results.decision import Outputs, decide
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.tasks.task import Answer
from fourbeat.job.whole import Pass, of_the_whole
from fourbeat.loop.run import Run
from fourbeat.measure.bootstrap import LEVEL, RESAMPLES, intervals, resampled_rows
from fourbeat.measure.figures import Figures
from fourbeat.receipt.results import IntervalRecord, RescoredRecord
from fourbeat.types import Split


def conclude(plan: Plan, run: Run) -> None:
    """Score validation and test; add figures, intervals, decision, kept answers to the run.

    No random number of the training is drawn: resamples have a generator of their own.
    """
    task, data, seed = TASKS[plan.record.task], plan.record, plan.config.seed
    sides = scored(plan, run)
    if not sides:
        return
    run.receipt.decision = (
        decide(plan.config.decision, task, sides, data) if "validation" in sides else None
    )
    answered: dict[str, tuple[Outputs, Answer]] = {}
    measured: dict[str, Figures] = {}
    record = IntervalRecord(level=LEVEL, resamples=RESAMPLES, seed=seed, rows={})
    for side, seen in sides.items():
        said = task.answer(seen.outputs, data, run.receipt.decision)
        figures = task.figures(said, seen.target, data)
        measured[side], ends = figures, intervals(figures, seed)
        run.state.results[side] |= {
            **figures.of(),
            **task.details(said, seen.target, data),
            "intervals": {name: list(pair) for name, pair in ends.items()},
        }
        record.rows[side] = resampled_rows(figures)
        answered[side] = (seen, said)
    run.receipt.intervals = record
    if not isinstance(plan.data, OwnData):
        run.receipt.rescored = list(rescored(plan.data, sides, measured))
    wanted = plan.config.baselines is not False and "validation" in sides
    if isinstance(plan.data, Prepared) and wanted:
        held = held_for(plan.data, sides, seed)
        for side, seen in held.items():
            if seen is not sides[side]:
                said = task.answer(seen.outputs, data, run.receipt.decision)
                measured[side] = task.figures(said, seen.target, data)
        run.receipt.baselines = beside(plan.config, plan.data, measured, held)
        run.receipt.rescored += list(without_columns(plan, plan.data, held))
    if left_out := keep(run.directory, task, answered, data):
        run.state.limit(left_out)


def rescored(
    data: Prepared | PreparedImages, sides: Mapping[str, Outputs], measured: Mapping[str, Figures]
) -> Iterator[RescoredRecord]:
    """What the model does on the rows that measure, without those that a finding names."""
    side = "test" if len(data.rows.test) else "validation"
    rows = sides[side].rows if side in sides else None
    if rows is None:
        return
    for leak in data.leaks:
        if leak.rows is not None:
            left = np.flatnonzero(~np.isin(rows, leak.rows))
            yield RescoredRecord(
                rule=leak.finding.rule,
                columns=leak.finding.columns,
                data=side,
                rows=len(left),
                results=measured[side].of(left) if len(left) else {},
            )


def without_columns(
    plan: Plan, data: Prepared, sides: Mapping[str, Outputs]
) -> Iterator[RescoredRecord]:
    """What the baselines do without the columns that give the answer away, or may."""
    guilty = [
        name
        for leak in data.leaks
        if leak.finding.rule in answers.FINDINGS and leak.finding.severity != "note"
        for name in leak.finding.columns
    ]
    rest = without(data, guilty) if guilty else None
    if rest is None:
        return
    side = "test" if "test" in sides else "validation"
    for model in measure(plan.config, rest, sides)[0].models:
        if model.name not in ("majority", "mean"):
            yield RescoredRecord(
                rule="gives-the-answer",
                columns=guilty,
                model=model.said,
                data=side,
                rows=len(sides[side].outputs),
                results=model.results[side],
            )


def scored(plan: Plan, run: Run) -> dict[str, Outputs]:
    """What the selected weights give on each side, as far as it is finite."""
    task = TASKS[plan.record.task]
    loaders: dict[Split, Any] = {"validation": plan.validation, "test": plan.test}
    sides: dict[str, Outputs] = {}
    for side, loader in loaders.items():
        if loader is None:
            continue
        kept = Pass(task.flat)
        metrics = of_the_whole(task.metrics(plan.record, plan.config.train.select), kept)
        report = run.evaluate(side, loader, plan.loss, metrics)
        outputs, target = kept.whole()
        strange = int((~torch.isfinite(outputs).all(dim=1)).sum())
        if strange:
            run.state.limit(
                f"The outputs of {strange:,} {side} rows are not finite: there are no figures of them "
                "but those of the loop."
            )
        elif len(outputs):
            sides[side] = Outputs(outputs, target, row_numbers(plan, side, target, report.examples))
    return sides


def row_numbers(plan: Plan, side: Split, target: Tensor, examples: int) -> np.ndarray | None:
    """Which rows of the data these are; of data of one's own their places in the loader's order.

    None where a row has several targets, or none.
    """
    if isinstance(plan.data, OwnData):
        return np.arange(examples) if len(target) == examples else None
    return getattr(plan.data.rows, side)
