"""Choices of speed made by measurement: threads, where rows lie, how steps run, rows evaluated at once."""

import contextvars
import copy
import io
import logging
import os
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import torch

from fourbeat.config.options import CompileConfig, Config, SpeedConfig
from fourbeat.errors import ConfigError, NonFiniteError
from fourbeat.job.making import make_average, make_compile, make_optimizer
from fourbeat.job.placing import device_named, movable
from fourbeat.job.plan import Plan, loaders_of
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.whole import Pass, of_the_whole
from fourbeat.loop.fit import fit
from fourbeat.loop.modes import kept
from fourbeat.loop.validate import evaluate
from fourbeat.observe.events import Event, Stepped
from fourbeat.observe.stream import watching

log = logging.getLogger("fourbeat")

Way = TypeVar("Way")

SECONDS = 0.6
"""How long a way of training is looked at, each time."""

LEAST = 4
"""Steps that it is looked at, however long they take."""

PAUSES = 2
"""Times that a step may take longer than all of that without being counted: a graph is compiled in it."""

ROUNDS = 2
"""How often; the ways take turns, and the best time of each counts."""

CLEARLY = 0.95
"""A choice is left for one that takes less than this share of its time: what is simpler stays."""

WORTH_COMPILING = 120.0
"""Seconds that all epochs would take, below which compiling is not tried: it takes half a minute."""

EPOCHS = 1 << 20
"""More than a trial lasts."""

EVALUATED = (256, 1024, 8192, 65536)
"""Rows evaluated at once that are tried, beside what is usual, where validation has more."""


class EnoughError(Exception):
    """Ends a trial."""


def tuned(plan: Plan) -> Plan:
    """Measure for some seconds, and choose what is fastest.

    Nothing of the plan is trained, and no random number is drawn: the run that follows gives the bits of
    one to which the same choices were given as options. What was chosen by the user stays.

    Args:
        plan: whose data is read and whose model is made.

    Returns:
        The plan with its choices in `config.speed` and `config.compile`.

    Raises:
        ConfigError: for data of the user's own, which a trial might use up.
    """
    config = plan.config
    if config.data.factory is not None:
        raise ConfigError(
            "a trial would draw from data of your own, and the training would find it changed",
            "--tune-speed",
            "Choose by --set speed.threads=N and --compile step",
        )
    measured: dict[str, float] = {}
    with kept(plan.model), quiet():
        threads = fastest(
            {f"threads {n}": n for n in threads_to_try(plan)},
            lambda n: seconds_of_step(plan, n, config.compile),
            measured,
        )
        plan, a_step = placed_best(plan, threads, measured)
        compiling = config.compile
        total = a_step * (plan.steps or 0) * config.train.epochs
        if compiling is None and total >= WORTH_COMPILING:
            whole = CompileConfig(mode="step")
            seconds = measured["compiled steps"] = seconds_of_step(plan, threads, whole)
            compiling = whole if seconds < CLEARLY * a_step else None
        at_once = config.speed.evaluation_batch
        if at_once is None and (sizes := sizes_to_try(plan)):
            at_once = fastest(
                {f"evaluation by {n:,}": n for n in sizes},
                lambda n: seconds_of_evaluation(plan, threads, n),
                measured,
            )
    there = plan.config.speed.data_on_device
    speed = SpeedConfig(
        threads=threads, evaluation_batch=at_once, data_on_device=there, measured=measured
    )
    chosen = config.model_copy(update={"speed": speed, "compile": compiling})
    log.warning("speed: %s", speed.said(compiling))
    return with_speed(plan, chosen)


def with_speed(plan: Plan, config: Config) -> Plan:
    """The plan under a configuration that differs in its choices of speed alone."""
    loaders = loaders_of(plan.data, config, plan.batch_size or 1)
    train, validation, test = (loaders.get(side) for side in ("train", "validation", "test"))
    return replace(plan, config=config, train=train, validation=validation, test=test)


def placed_best(plan: Plan, threads: int, measured: dict[str, float]) -> tuple[Plan, float]:
    """The plan with its rows where a step takes less time, and that time.

    On a CPU there is no choice: with 4 batches gathered at once or 64, steps took the same.
    """
    config, device = plan.config, device_named(plan.config.train.device)
    if config.speed.data_on_device is not None or not movable(plan.data, device):
        return plan, measured[f"threads {threads}"]
    ways = {
        f"data on the {name}": with_speed(
            plan,
            config.model_copy(
                update={"speed": config.speed.model_copy(update={"data_on_device": there})}
            ),
        )
        for name, there in (("host", False), ("device", True))
    }
    best = fastest(ways, lambda way: seconds_of_step(way, threads, config.compile), measured)
    return best, min(measured[name] for name in ways)


def sizes_to_try(plan: Plan) -> list[int]:
    """Sizes of an evaluation batch, the usual one first; none where all rows go into a small one."""
    loader: Any = plan.validation
    rows, usual = len(loader.rows), loader.batch_size
    if rows <= EVALUATED[0]:
        return []
    return [usual, *(n for n in EVALUATED if n < rows and n != usual)]


def threads_to_try(plan: Plan) -> list[int]:
    """One, all that this process may use, and the powers of two between; or those that the user chose."""
    if plan.config.speed.threads is not None:
        return [plan.config.speed.threads]
    if any(p.device.type != "cpu" for p in plan.model.parameters()):
        return [torch.get_num_threads()]
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return sorted({2**n for n in range(most.bit_length())} | {most})


def fastest(ways: dict[str, Way], seconds: Callable[[Way], float], into: dict[str, float]) -> Way:
    """The way that takes the least time; of two that take about the same, the first.

    Args:
        ways: by name.
        seconds: measures one.
        into: takes what was measured.
    """
    for _ in range(ROUNDS):
        for name, way in ways.items():
            into[name] = min(seconds(way), into.get(name, float("inf")))
    best = min(into[name] for name in ways)
    return next(way for name, way in ways.items() if into[name] * CLEARLY <= best)


def seconds_of_step(plan: Plan, threads: int, compiling: CompileConfig | None) -> float:
    """The time of a training step, in a run that is thrown away."""
    ends: list[float] = []
    pauses = 0

    def listen(event: Event) -> None:
        nonlocal pauses
        if not isinstance(event, Stepped):
            return
        now = perf_counter()
        if ends and now - ends[-1] > SECONDS and pauses < PAUSES:
            ends.clear()
            pauses += 1
        ends.append(now)
        if len(ends) > LEAST and now - ends[0] > SECONDS:
            raise EnoughError

    # In a context of its own: whoever watches the training to come has no part in this.
    try:
        contextvars.Context().run(trial, plan, threads, compiling, listen)
    except EnoughError:
        pass
    except NonFiniteError:  # which a training may end before
        if len(ends) <= LEAST:
            raise
    if compiling is not None and compiling.mode == "step":  # several come at once
        return (ends[-1] - ends[0]) / (len(ends) - 1)
    return median(b - a for a, b in pairwise(ends))


def trial(
    plan: Plan, threads: int, compiling: CompileConfig | None, listen: Callable[[Event], None]
) -> None:
    """Train a copy until the listener raises."""
    config, model = plan.config, copy.deepcopy(plan.model)
    with (
        tempfile.TemporaryDirectory() as folder,
        of_threads(threads),
        watching(lambda _: listen),
    ):
        fit(
            model,
            plan.train,
            loss_fn=plan.loss,
            optimizer=make_optimizer(config.optimizer, model),
            epochs=EPOCHS,
            precision=config.train.precision,
            accumulate=config.train.accumulate,
            clip_norm=config.train.clip_norm,
            clip_value=config.train.clip_value,
            average=make_average(config.train),
            compile=make_compile(compiling),
            checkpoint_every=1 << 60,
            record=0,
            out=Path(folder) / "run",
        )


def seconds_of_evaluation(plan: Plan, threads: int, rows: int) -> float:
    """The time of a validation row, over passes of the loop's own."""
    speed = SpeedConfig(evaluation_batch=rows)
    loader = with_speed(plan, plan.config.model_copy(update={"speed": speed})).validation
    task = TASKS[plan.record.task]
    metrics = of_the_whole(task.metrics(plan.record, plan.config.train.select), Pass(task.flat))
    done, start = 0, perf_counter()
    with of_threads(threads):
        while perf_counter() - start < SECONDS:
            done += evaluate(plan.model, loader, plan.loss, metrics).examples
    return (perf_counter() - start) / done


@contextmanager
def quiet() -> Generator[None]:
    """Trials are no runs: what is said of them is of no use."""
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with redirect_stderr(io.StringIO()):  # which is no terminal to draw progress on
            yield
    finally:
        log.setLevel(level)


@contextmanager
def of_threads(count: int | None) -> Generator[None]:
    """So many threads of an operator for a while; None for those that there are."""
    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        if count is not None:
            torch.set_num_threads(before)
