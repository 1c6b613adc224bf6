"""What `fourbeat train` does short of training: show the plan, try one batch."""

import math
from dataclasses import asdict
from pathlib import Path

from fourbeat.cli.options import users_prints_aside
from fourbeat.cli.summary import columns, data_line, dump, plain_console, split_line, target_line
from fourbeat.config.options import Config
from fourbeat.job.curve import draw, learning_rates
from fourbeat.job.plan import Plan, resolve
from fourbeat.job.tasks.known import TASKS
from fourbeat.loop.describe import model_record
from fourbeat.loop.groups import held
from fourbeat.loop.overfit import Verdict, overfit


def dry(config: Config, out: Path | None, *, as_json: bool) -> None:
    """`train --dry-run`: resolve all, and show it."""
    with users_prints_aside():
        plan = resolve(config)
    print_plan(plan, out, as_json=as_json)


def one_batch(config: Config, *, as_json: bool) -> bool:
    """`train --overfit-one-batch`: whether the first batch was memorised."""
    with users_prints_aside():
        plan = resolve(config)
        batch = next(iter(plan.train))
        steps = TASKS[config.data.task].tries
        verdict = overfit(plan.model, batch, plan.loss, plan.optimizer, steps=steps)
    print_verdict(verdict, as_json=as_json)
    return verdict.memorised


def print_plan(plan: Plan, out: Path | None, *, as_json: bool) -> None:
    """Data, split, model, steps and the learning rate's curve."""
    data, config = plan.record, plan.config
    model = model_record(plan.model)
    if as_json:
        dump(
            {
                "config": config.model_dump(mode="json"),
                "data": data.model_dump(mode="json"),
                "model": model.model_dump(),
                "steps_per_epoch": plan.steps,
                "steps_at_most": plan.steps and plan.steps * config.train.epochs,
            }
        )
        return
    console = plain_console()
    console.print(columns(data) if data.columns else data_line(data))
    for note in data.notes:
        console.print(f"- {note}")
    console.print(target_line(data))
    console.print(split_line(data))
    console.print(model.architecture)
    console.print(f"model    {model.parameters:,} parameters")
    holding = held(plan.model, plan.optimizer)
    if len(holding.groups) > 1 or holding.unheld or holding.frozen:
        console.print(str(holding))
    steps = "an epoch's number is not known"
    if plan.steps is not None:
        steps = f"{plan.steps:,} an epoch, {plan.steps * config.train.epochs:,} at most"
    console.print(
        f"steps    {steps} (batch {plan.batch_size or 'of its own'}, {config.train.epochs} epochs, "
        f"patience {config.train.patience})"
    )
    curve = learning_rates(plan)
    for line in draw(curve) if curve else ():
        console.print(line)
    console.print(f"writes   {out or 'runs/…'}: receipt.json, report.html, checkpoints/, best/")


def print_verdict(verdict: Verdict, *, as_json: bool) -> None:
    """The curve, the verdict and the likely causes."""
    if as_json:
        dump(asdict(verdict))
        return
    console = plain_console()
    for line in draw(verdict.losses[:-1]) if all(map(math.isfinite, verdict.losses)) else ():
        console.print(line)
    console.print(str(verdict))
