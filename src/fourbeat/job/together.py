"""Several seeds of one declaration trained in one pass: the loop of `fit`, over stacked networks.

Each member has its own weights, order of rows, dropout masks, selection and early stopping, and comes to
what its own single run comes to, up to the rounding of float32: a product over stacked matrices may sum
in another order.
"""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fourbeat.data.loader import side_by_side
from fourbeat.job.making import make_optimizer, make_scheduler
from fourbeat.job.member import Member
from fourbeat.loop.direct import Direct, backward
from fourbeat.loop.lane import Rules, make_lanes
from fourbeat.loop.progress import Progress
from fourbeat.models.stacked import Stack
from fourbeat.observe.stream import Stream, Subjects


def train_stacked(members: Sequence[Member]) -> Iterator[Member]:
    """Train them side by side; each is yielded when it has come to its end.

    A member whose loss, gradients or weights are not finite is yielded at the end of that epoch, as
    `broken`: of no further use, it has to be trained alone, where the place is named.

    Args:
        members: of one declaration, as far as `why_apart` allows, with as many rows each.
    """
    plan, members = members[0].plan, list(members)
    config, validation, progress = plan.config, list(plan.validation), Progress()
    stack = Stack([m.plan.model for m in members], [m.generator for m in members])
    optimizer = make_optimizer(config.optimizer, stack.network)
    scheduler = make_scheduler(config, optimizer, plan.steps)
    each_loss, update = EachLoss(plan.loss), Direct(optimizer)
    nobody = Stream(lambda: Subjects({}, {}))
    parts = optimizer, scheduler, None, lambda: None, Rules(), config.scheduler.warmup, nobody
    (lane,) = make_lanes(*parts).values()
    if lane.warmup is not None:
        lane.warmup.start()
    progress.open(config.train.epochs, 0)
    try:
        for epoch in range(1, config.train.epochs + 1):
            rates: list[float] = []
            for batches in side_by_side([m.loader for m in members], epoch - 1):
                seen = Seen()
                for *inputs, target in batches:
                    outputs = stack(*inputs)
                    losses, shares = each_loss(outputs, target)
                    backward(losses.sum())  # nothing of one loss depends on another's weights
                    norms = clip(stack.network, config.train.clip_norm, config.train.clip_value)
                    rates = lane.rates()
                    update.step()
                    lane.end_step()
                    update.clear()
                    seen.add(outputs, target, losses, shares, norms)
                    progress.step(target.shape[0] * target.shape[1])
                for place, member in enumerate(members):
                    member.count(*seen.of(place))
            lane.end_epoch()
            finite = stack.finite()
            for member, sound in zip(members, finite, strict=True):
                member.close(epoch, rates, validation, sound=sound)
            progress.epoch(epoch, {"seeds": len(members)}, rates[0])
            left = [place for place, member in enumerate(members) if not member.over]
            gone = [member for member in members if member.over]
            if gone and left:
                stack.keep(left, optimizer)
                members = [members[place] for place in left]
            yield from gone
            if not left:
                return
    finally:
        progress.close()


class EachLoss:
    """The mean loss of each member, in one call.

    Args:
        loss: of the task, with the mean over a batch.
    """

    def __init__(self, loss: nn.Module):
        self._each: Any = copy.copy(loss)
        self._each.reduction = "none"
        self._weight = loss.weight if isinstance(loss, nn.CrossEntropyLoss) else None

    def __call__(self, outputs: Tensor, target: Tensor) -> tuple[Tensor, Tensor | None]:
        """The losses, and what each mean is over where that is not the rows, both of shape (K,).

        Args:
            outputs: float32 of shape (K, N, outputs).
            target: int64 of shape (K, N), or float32 of shape (K, N, outputs).
        """
        each = self._each(outputs.flatten(0, 1), target.flatten(0, 1)).view(len(target), -1)
        if self._weight is None:
            return each.mean(dim=1), None
        shares = self._weight[target].sum(dim=1)
        return each.sum(dim=1) / shares, shares


def clip(network: nn.Module, most: float | None, value: float | None) -> Tensor | None:
    """Clip each member's gradients as `Lane` clips a run's.

    Returns:
        The 2-norm of each member's gradients before that, of shape (K,); None where nothing clips.
    """
    if most is None and value is None:
        return None
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    each = [torch.linalg.vector_norm(g.flatten(1), dim=1) for g in gradients]
    norms = torch.linalg.vector_norm(torch.stack(each), dim=0)
    for gradient in gradients:
        if most is not None:
            factor = (most / (norms + 1e-6)).clamp(max=1.0)
            gradient.mul_(factor.view(-1, *[1] * (gradient.ndim - 1)))
        if value is not None:
            gradient.clamp_(-value, value)
    return norms


class Seen:
    """What some steps gave, looked at together: a look at each step would take longer than the step."""

    def __init__(self) -> None:
        self._steps: list[tuple[Tensor, Tensor, Tensor, Tensor | None, Tensor | None]] = []

    def add(
        self,
        outputs: Tensor,
        target: Tensor,
        losses: Tensor,
        shares: Tensor | None,
        norms: Tensor | None,
    ) -> None:
        """Take a step in."""
        self._steps.append((outputs.detach(), target, losses.detach(), shares, norms))

    def of(self, place: int) -> tuple[Tensor, Tensor, list[float], list[float], list[float]]:
        """A member's outputs and targets of all rows; losses, shares and norms by step."""
        outputs, targets, losses, shares, norms = zip(*self._steps, strict=True)
        rows = [float(target.shape[1]) for target in targets]
        weights = [share[place].item() for share in shares if share is not None]
        clipped = [norm[place].item() for norm in norms if norm is not None]
        return (
            torch.cat([one[place] for one in outputs]),
            torch.cat([one[place] for one in targets]),
            torch.stack(losses)[:, place].tolist(),
            weights or rows,
            clipped,
        )
