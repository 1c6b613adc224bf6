"""What a run comes to slowly: gradients that pile up, layers that die, losses that no longer fall."""

from collections.abc import Iterator
from math import prod

import numpy as np

from fourbeat.record.history import History
from fourbeat.record.incident import Incident
from fourbeat.record.layout import Flag
from fourbeat.record.ordinary import held

DEAD = 64
"""Steps without any gradient after which a layer is called dead."""

GROWTH = 20.0
"""Times that a norm grows until it is called growth."""

STUCK = 0.5
"""Share of the first losses above which a loss that no longer falls is called a plateau."""

VANISHED = 1e-5
"""Gradient per value, over the largest of any layer, below which it is called vanished."""


def growing(history: History) -> Iterator[Incident]:
    """Gradients that pile up: their norm grows all the way, and still does at the end."""
    for optimizer in history.optimizers:
        norm = history.grad_norm(optimizer)
        if len(norm) < 8 * 10 or not np.isfinite(norm).any():
            continue
        parts = np.array_split(held(norm), 20)
        middle = np.array([np.median(part) for part in parts])
        low = int(np.argmin(middle))
        rising = np.diff(middle[low:]) > 0
        still = middle[-1] > 0.5 * middle.max()
        if len(rising) < 4 or rising.mean() < 0.8 or not still:
            continue
        if middle[-1] < GROWTH * max(middle[low], 1e-12):
            continue
        crossed = np.flatnonzero(held(norm) > 2 * middle[low])
        first = int(crossed[crossed >= len(parts[0]) * low][0])
        layer = fastest(history, slice(first, None))
        text = f"the gradients' norm grows from {middle[low]:.4g} to {middle[-1]:.4g}"
        step = int(history.step[first])
        yield Incident("growth", step, step, layer, text, "it grows most there" if layer else "")


def fastest(history: History, steps: slice) -> str | None:
    """The layer whose gradient grows most."""
    best: tuple[float, str] | None = None
    for name in history.layers:
        grad = history.layer(name).grad[steps]
        grad = grad[np.isfinite(grad) & (grad > 0)]
        if len(grad) >= 20:
            tenth = len(grad) // 10
            factor = float(np.median(grad[-tenth:]) / np.median(grad[:tenth]))
            best = max(best or (factor, name), (factor, name))
    return best[1] if best else None


def dead(history: History) -> Iterator[Incident]:
    """Layers that get no gradient any more, while others do; one incident for those of one step."""
    measured = (history.flags & Flag.GRADIENTS) != 0
    found: dict[tuple[int, int], list[str]] = {}
    for name, optimizer in holders(history).items():
        grad = history.layer(name).grad
        # No gradient at all is recorded as none: the layer is cut off, or frozen on the way.
        asked = measured & np.isfinite(history.lr(optimizer)[:, 0])
        taken = np.flatnonzero(asked & (history.layer(name).nonfinite == 0))
        alive = np.flatnonzero(grad[taken] > 0)
        last = int(alive[-1]) + 1 if len(alive) else 0
        if len(taken) - last >= DEAD:
            found.setdefault((int(taken[last]), len(taken) - last), []).append(name)
    for (first, count), names in found.items():
        since = "from there to the end" if first else "from the beginning"
        step = int(history.step[first])
        verb = "gets" if len(names) == 1 else "get"
        text = f"{listed(names)} {verb} no gradient {since}: {count:,} steps"
        yield Incident("dead", step, step, names[0], text)


def listed(names: list[str]) -> str:
    """Up to three names, and how many more."""
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def holders(history: History) -> dict[str, str]:
    """The optimizer of each parameter that has one."""
    return {
        name: optimizer
        for layout in history.layouts
        for optimizer, groups in layout.optimizers.items()
        for group in groups
        for name in group
    }


def vanishing(history: History) -> Iterator[Incident]:
    """A layer whose gradients are next to nothing beside the others'."""
    shapes = {name: s for layout in history.layouts for name, s in layout.parameters.items()}
    share: dict[str, float] = {}
    for name in history.layers:
        grad = history.layer(name).grad
        grad = grad[np.isfinite(grad)]
        # A bias may have next to none by right: one before a normalisation, say.
        if len(shapes[name]) > 1 and len(grad) >= DEAD and np.median(grad) > 0:
            share[name] = float(np.median(grad)) / max(prod(shapes[name]), 1) ** 0.5
    if not share:
        return
    largest = max(share, key=lambda name: share[name])
    smallest = min(share, key=lambda name: share[name])
    if share[smallest] < VANISHED * share[largest]:
        step = int(history.step[0])
        text = (
            f"the gradients vanish on their way to {smallest}: {share[smallest]:.3g} per value, "
            f"and {share[largest]:.3g} in {largest}"
        )
        yield Incident("vanishing", step, step, smallest, text)


def plateau(history: History) -> Iterator[Incident]:
    """A loss that no longer falls, and has not halved: a run that has converged is ordinary."""
    if len(history.optimizers) > 1:
        return  # losses that play against each other need not fall
    loss = history.loss()[history.counted]
    steps = history.step[history.counted]
    if len(loss) < 200:
        return
    parts = np.array([np.median(part) for part in np.array_split(held(loss), 20)])
    fall = max(float(parts[0] - parts[-1]), 0.0)
    lowest = int(np.argmax(parts <= parts[-1] + 0.02 * fall))
    falls = lowest > 0 and parts[lowest] > 1.02 * parts[-1]
    if len(parts) - lowest < 10 or falls or parts[-1] < STUCK * parts[0]:
        return
    first = int(steps[lowest * len(steps) // 20])
    what = (
        "the loss never falls" if lowest == 0 else f"the loss no longer falls from step {first} on"
    )
    yield Incident(
        "plateau",
        first,
        first,
        None,
        f"{what}: {parts[lowest]:.4g}, and {parts[-1]:.4g} at the end",
    )
