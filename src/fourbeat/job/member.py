"""One of the runs that are trained together: what it has come to, and the run it becomes."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from fourbeat.checkpoint.plain import copy
from fourbeat.data.batch import describe
from fourbeat.data.loader import TensorLoader
from fourbeat.job.plan import Plan
from fourbeat.job.results.conclude import conclude
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.train import Outcome, options
from fourbeat.job.whole import Pass, of_the_whole
from fourbeat.loop.means import Means, right_answers
from fourbeat.loop.run import Run
from fourbeat.loop.select import direction_of, value_of
from fourbeat.loop.state import RunState
from fourbeat.loop.validate import evaluate
from fourbeat.receipt.model import EpochRecord

UNSEEN = (
    "Trained together with other seeds: there are no step log, no snapshots and no checkpoints, and the "
    "checks of a run's first steps were not made."
)


class Member:
    """A run among those that are trained together.

    Args:
        plan: just made: torch's generator stands where the making of the network left it.
        directory: that the run gets.

    Attributes:
        generator: of its dropout, where its single run's would stand.
        state: as a run keeps it.
        broken: whether something was not finite.
        over: whether it trains no more.
    """

    def __init__(self, plan: Plan, directory: Path):
        self.plan = plan
        self.directory = directory
        self.state = RunState()
        self.broken = self.over = False
        self._start = torch.get_rng_state()
        self.generator = torch.Generator()
        self.generator.set_state(self._start)
        self._means = Means()
        self._best: dict[str, Tensor] = {}
        task = TASKS[plan.record.task]
        functions = task.metrics(plan.record, plan.config.train.select)
        self._metrics = of_the_whole(functions, Pass(task.flat))

    @property
    def loader(self) -> TensorLoader:
        """Of its training rows."""
        return cast(TensorLoader, self.plan.train)

    def count(
        self,
        outputs: Tensor,
        target: Tensor,
        losses: list[float],
        shares: list[float],
        norms: list[float],
    ) -> None:
        """Take in what some steps gave: outputs and targets of their rows, the rest by step.

        A norm is that of the gradients before they are clipped.
        """
        self.state.step += len(losses)
        self._means.examples += len(target)
        total = sum(loss * share for loss, share in zip(losses, shares, strict=True))
        self._means.add([("loss", total, sum(shares)), *right_answers(outputs, target)])
        if self.plan.config.train.clip_norm is not None:
            self._means.add([("grad_norm", sum(norms), len(norms))])
        self.broken |= not all(map(math.isfinite, [total, *norms]))

    def close(
        self, epoch: int, rates: list[float], validation: Iterable[Any], *, sound: bool
    ) -> None:
        """End an epoch as `Epoch.close` does: validate, select, stop early.

        Args:
            epoch: its number, from 1.
            rates: of the last update.
            validation: the batches.
            sound: whether all weights are finite.
        """
        config, state = self.plan.config, self.state
        self.broken |= not sound
        if self.broken:
            self.over = True
            return
        report = evaluate(self.plan.model, validation, self.plan.loss, self._metrics)
        metric = config.train.select
        value, direction = value_of(report, metric), direction_of(metric, None)
        if state.selection.take(metric, direction, value, epoch, state.step):
            self._best = copy(dict(self.plan.model.state_dict()))
        patience = config.train.patience
        state.stopped_early = patience is not None and state.selection.waited >= patience
        train, self._means = self._means.report().scalars(), Means()
        state.curves.append(
            EpochRecord(
                epoch=epoch, step=state.step, lr=rates, train=train, validation=report.scalars()
            )
        )
        state.epoch = epoch
        self.over = state.stopped_early or epoch == config.train.epochs
        self.broken = self.over and state.selection.best is None  # which a run alone refuses, too

    def publish(self, together: int) -> Outcome:
        """Make it a run in its directory: scored, and sealed.

        Args:
            together: runs that were trained in its pass.
        """
        plan = self.plan
        self.state.batch = describe(next(iter(self.loader)))
        torch.set_rng_state(self._start)  # a run seeds anew what does not stand on its seed
        with Run(self.directory, model=plan.model, record=0, **options(plan)) as run:
            run.adopt(self.state, self._best, together)
            run.state.limit(UNSEEN)
            conclude(plan, run)
        return Outcome(self.directory, run.receipt)
