"""Choices of speed made by measurement: threads, how steps run, rows evaluated at once."""

import copy
import logging
import os
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch

from fourbeat.checkpoint import rng
from fourbeat.config.options import CompileConfig, Config, SpeedConfig
from fourbeat.errors import ConfigError
from fourbeat.job.making import make_average, make_compile, make_optimizer
from fourbeat.job.plan import Plan, loaders_of
from fourbeat.job.tasks.known import TASKS
from fourbeat.loop.fit import fit
from fourbeat.loop.position import untouched
from fourbeat.loop.validate import evaluate
from fourbeat.observe.events import Event, Stepped
from fourbeat.observe.stream import watching

log = logging.getLogger("fourbeat")

SECONDS = 0.6
"""How long a way of training is looked at, each time."""

ROUNDS = 2
"""How often; the ways take turns, and the best time of each counts."""

FIRST = 24
"""Steps before that, in which caches fill and graphs are compiled."""

CLEARLY = 0.95
"""A choice is left for one that takes less than this share of its time: what is simpler stays."""

WORTH_COMPILING = 120.0
"""Seconds that all epochs would take, below which compiling is not tried: it takes half a minute."""

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
    with untouched(plan.train), untouched(plan.validation), untrained(), quiet():
        threads = config.speed.threads or fastest(
            {f"threads {n}": n for n in threads_to_try(plan)},
            lambda n: seconds_of_step(plan, n, config.compile),
            measured,
        )
        compiling = config.compile
        a_step = min(measured.values(), default=None)
        if a_step is None:
            a_step = measured[f"threads {threads}"] = seconds_of_step(plan, threads, compiling)
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
    speed = SpeedConfig(threads=threads, evaluation_batch=at_once, measured=measured)
    chosen = config.model_copy(update={"speed": speed, "compile": compiling})
    log.warning("speed: %s", speed.said(compiling))
    return with_speed(plan, chosen)


def with_speed(plan: Plan, config: Config) -> Plan:
    """The plan under a configuration that differs in its choices of speed alone."""
    loaders = loaders_of(plan.data, config, plan.batch_size or 1)
    return replace(plan, config=config, validation=loaders["validation"], test=loaders.get("test"))


def sizes_to_try(plan: Plan) -> list[int]:
    """Sizes of an evaluation batch, the usual one first; none where all rows go into a small one."""
    loader: Any = plan.validation
    rows = len(loader.rows)
    return (
        []
        if rows <= EVALUATED[0]
        else [
            loader.batch_size,
            *(n for n in EVALUATED if n < rows and n != loader.batch_size),
        ]
    )


def threads_to_try(plan: Plan) -> list[int]:
    """One, all that this process may use, and the powers of two between."""
    if any(p.device.type != "cpu" for p in plan.model.parameters()):
        return [torch.get_num_threads()]
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return sorted({2**n for n in range(most.bit_length())} | {most})


def fastest(ways: dict[str, int], seconds: Callable[[int], float], into: dict[str, float]) -> int:
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
    """The median time of a training step, in a run that is thrown away."""
    ends: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, Stepped):
            ends.append(perf_counter())
            if len(ends) > 2 * FIRST and ends[-1] - ends[FIRST] > SECONDS:
                raise EnoughError

    config = plan.config
    model = copy.deepcopy(plan.model)
    optimizer = make_optimizer(config.optimizer, model)
    with tempfile.TemporaryDirectory() as folder, of_threads(threads):
        try:
            with watching(lambda _: listen):
                fit(
                    model,
                    plan.train,
                    loss_fn=plan.loss,
                    optimizer=optimizer,
                    epochs=config.train.epochs,
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
        except EnoughError:
            pass
    ends = ends[FIRST:] if len(ends) > 2 * FIRST else ends  # of a training that is as short as that
    if compiling is not None and compiling.mode == "step":  # several come at once
        return (ends[-1] - ends[0]) / (len(ends) - 1)
    return median(b - a for a, b in pairwise(ends))


def seconds_of_evaluation(plan: Plan, threads: int, rows: int) -> float:
    """The time of a validation row, over passes of the loop's own."""
    speed = SpeedConfig(evaluation_batch=rows)
    loader = with_speed(plan, plan.config.model_copy(update={"speed": speed})).validation
    metrics = TASKS[plan.record.task].metrics(plan.record)
    done, start = 0, perf_counter()
    with of_threads(threads):
        while perf_counter() - start < SECONDS:
            done += evaluate(plan.model, loader, plan.loss, metrics).examples
    return (perf_counter() - start) / done


@contextmanager
def untrained() -> Generator[None]:
    """Put the generators back to where they are."""
    before = rng.capture()
    try:
        yield
    finally:
        rng.restore(before)


@contextmanager
def quiet() -> Generator[None]:
    """Trials are no runs: what is said of them is of no use."""
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
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
