"""The learning rate over a training that has not begun, for `train --dry-run`."""

from itertools import pairwise

from fourbeat.job.plan import Plan
from fourbeat.loop.lane import Rules, make_lanes
from fourbeat.observe.stream import Stream, Subjects

MOST = 200_000
"""Steps that are gone through; a longer training is not drawn."""

BLOCKS = " ▁▂▃▄▅▆▇█"


def learning_rates(plan: Plan) -> list[float]:
    """The first group's learning rate at each step; [] for a training too long to go
    through, or of a length that is not known.

    A schedule that follows a metric is drawn as if the metric never stood still. The plan's
    optimizer is moved and of no further use.
    """
    config = plan.config
    if plan.steps is None or plan.steps * config.train.epochs > MOST:
        return []
    nobody = Stream(lambda: Subjects({}, {}))
    parts = plan.optimizer, plan.scheduler, None, lambda: None, Rules(), config.scheduler.warmup
    (lane,) = make_lanes(*parts, nobody).values()
    if lane.warmup is not None:
        lane.warmup.start()
    plan.optimizer.step()  # without gradients it does nothing; the scheduler waits for it
    rates: list[float] = []
    for _ in range(config.train.epochs):
        for _ in range(plan.steps):
            rates.append(float(plan.optimizer.param_groups[0]["lr"]))
            lane.end_step()
        lane.end_epoch()
    return rates


def draw(values: list[float], width: int = 60, height: int = 6) -> list[str]:
    """A curve in block characters, from 0 at the bottom to its largest value at the top.

    Args:
        values: of each step, none below 0.
        width, height: in characters.
    """
    columns = min(width, len(values))
    edges = [i * len(values) // columns for i in range(columns + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    top = max(values) or 1.0
    levels = [round(mean / top * height * 8) for mean in means]
    lines = [
        "".join(BLOCKS[min(max(level - row * 8, 0), 8)] for level in levels)
        for row in reversed(range(height))
    ]
    labels = [f"{top:.1e}", *[""] * (height - 2), "0"]
    rows = [f"{label:>8} │{line}" for label, line in zip(labels, lines, strict=True)]
    last = f"{len(values):,} steps"
    return [*rows, f"{'':>8} └{'─' * columns}", f"{'':>9} 0{last:>{max(columns - 1, len(last))}}"]
