"""Where a run left the ordinary: the step, the layer it began in, the rows, what else happened.

Everything is read from the step log; nothing is computed again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

import numpy as np

from fourbeat.record.history import History
from fourbeat.record.layout import Flag
from fourbeat.record.ordinary import WINDOW, excess, held

BACK = 8
"""Steps before a jump of the loss in which its origin is looked for."""

AROUND = 32
"""Steps before and after an incident whose events belong to it."""

DEAD = 64
"""Steps without any gradient after which a layer is called dead."""

GROWTH = 20.0
"""Times that a norm grows until it is called growth."""

VANISHED = 1e-5
"""Gradient per value, over the largest of any layer, below which it is called vanished."""


@dataclass(slots=True)
class Incident:
    """Something out of the ordinary.

    Attributes:
        kind: non-finite, spike, growth, dead, vanishing or plateau.
        step: where it shows.
        began: where its origin is: the step to look at.
        layer: the parameter in which it began; None where none stands out.
        text: what it is, in numbers.
        origin: what shows at `began`, in numbers.
        rows: numbers of the rows in the batch of `began`.
        around: what else happened near it.
    """

    kind: str
    step: int
    began: int
    layer: str | None
    text: str
    origin: str = ""
    rows: list[int] = field(default_factory=list[int])
    around: list[str] = field(default_factory=list[str])


def explain(run: str | Path) -> list[Incident]:
    """Where a run left the ordinary, the first thing first; empty where it did not.

    Args:
        run: its directory; it may be training still.

    Raises:
        RunError: if it has no step log.
    """
    return incidents(History(Path(run)))


def incidents(history: History) -> list[Incident]:
    """All that is out of the ordinary, the first thing first."""
    found = [*jumps(history), *growing(history), *dead(history), *vanishing(history)]
    if not found:
        found = list(plateau(history))
    for incident in found:
        index = history.find(incident.began)
        if incident.kind in ("non-finite", "spike"):
            incident.rows = history.rows(index).tolist()
        incident.around = around(history, index)
    return sorted(found, key=lambda incident: (incident.began, incident.step))


def jumps(history: History) -> Iterator[Incident]:
    """Losses and gradients that jump or stop being finite; one incident for each that recovers."""
    for optimizer in history.optimizers:
        loss, norm = history.loss(optimizer), history.grad_norm(optimizer)
        named = f" of {optimizer}" if len(history.optimizers) > 1 else ""
        # Of several optimizers one may have nothing to do in a step.
        took_part = np.isfinite(history.lr(optimizer)[:, 0]) | ~np.isnan(loss) | ~history.counted
        measured = took_part & ((history.flags & Flag.GRADIENTS) != 0)
        broken = took_part & ~np.isfinite(loss)
        broken |= measured & ~np.isfinite(norm) & ~np.isnan(loss)
        loss_excess = excess(np.abs(loss), 6, 2)
        norm_excess = excess(norm, 8, 5)
        marked = np.flatnonzero(broken | (loss_excess > 0) | (norm_excess > 0))
        after = -1
        for index in marked.tolist():
            if index <= after:
                continue
            after = end_of(index, broken | (loss_excess > 0) | (norm_excess > 0))
            if not matters(history, optimizer, index, after):
                continue
            yield jump(history, optimizer, named, index, bool(broken[index : after + 1].any()))


def end_of(index: int, marked: np.ndarray) -> int:
    """Where an incident ends: after it, `WINDOW` steps are ordinary."""
    later = np.flatnonzero(marked[index:])
    gaps = np.flatnonzero(np.diff(later) > WINDOW)
    return index + int(later[gaps[0]] if len(gaps) else later[-1])


def matters(history: History, optimizer: str, index: int, end: int) -> bool:
    """Whether the loss shows it too: gradients alone jump at a rare row, and nothing comes of it."""
    loss = history.loss(optimizer)
    before, during = loss[max(0, index - WINDOW) : index], loss[index : end + BACK + 1]
    if not np.isfinite(during).all():
        return True
    return bool(during.max() > 2 * np.median(before))


def jump(history: History, optimizer: str, named: str, index: int, broken: bool) -> Incident:
    """One jump, and the layer and step in which it began."""
    loss = history.loss(optimizer)
    before = float(np.median(loss[max(0, index - WINDOW) : index])) if index else float("nan")
    shown = peak(loss, index)
    layer, origin, text = first_layer(history, index)
    step = int(history.step[shown])
    value = float(loss[shown])
    if not np.isfinite(value) or broken:
        first = np.flatnonzero(~np.isfinite(loss[index:]))
        at = int(history.step[index + first[0]]) if len(first) else step
        fact = f"the loss{named} is no longer finite from step {at} on"
        what = fact if len(first) else f"the gradients{named} are no longer finite at step {step}"
        kind = "non-finite"
    else:
        kind = "spike"
        what = f"the loss{named} jumps from {before:.4g} to {value:.4g}"
    return Incident(kind, step, int(history.step[origin]), layer, what, text)


def peak(loss: np.ndarray, index: int) -> int:
    """Where the loss is highest soon after the first sign, or first not finite."""
    during = loss[index : index + WINDOW]
    broken = np.flatnonzero(~np.isfinite(during))
    return index + int(broken[0] if len(broken) else np.argmax(during))


def first_layer(history: History, index: int) -> tuple[str | None, int, str]:
    """The layer that left its ordinary first, up to `BACK` steps before, and by how much."""
    best: tuple[int, float, str, str] | None = None
    start = max(0, index - BACK)
    window = slice(max(0, start - 4 * WINDOW), index + 2)
    offset = window.start
    for name in history.layers:
        layer = history.layer(name)
        bad = np.flatnonzero(layer.nonfinite[start : index + 2])
        if len(bad):
            at = start + int(bad[0])
            count = int(layer.nonfinite[at])
            many = "values" if count == 0xFFFFFFFF else f"{count:,} values"
            candidate = (at, -float("inf"), name, f"{many} of its gradient are not finite")
            best = min(best or candidate, candidate)
            continue
        found = excess(layer.grad[window], 8, 5)[start - offset :]
        marked = np.flatnonzero(found)
        if len(marked):
            at, times = start + int(marked[0]), float(found[marked[0]])
            said = f"its gradient is {times:,.3g} times its usual"
            ratio = float(layer.ratio[at])
            if np.isfinite(ratio):
                said += f", the update {100 * ratio:.3g} % of the weight"
            candidate = (at, -times, name, said)
            best = min(best or candidate, candidate)
    if best is None:
        return None, index, ""
    return best[2], best[0], best[3]


def growing(history: History) -> Iterator[Incident]:
    """Gradients that pile up: their norm grows all the way, and still does at the end."""
    for optimizer in history.optimizers:
        norm = history.grad_norm(optimizer)
        taken = np.flatnonzero(history.flags & (Flag.GRADIENTS | Flag.TIMES))
        norm = norm[taken]
        if len(norm) < 8 * 10 or not np.isfinite(norm).any():
            continue
        norm = held(norm)
        parts = np.array_split(norm, 20)
        middle = np.array([np.median(part) for part in parts])
        low = int(np.argmin(middle))
        rising = np.diff(middle[low:]) > 0
        still = middle[-1] > 0.5 * middle.max()
        if len(rising) < 4 or rising.mean() < 0.8 or not still:
            continue
        if middle[-1] < GROWTH * max(middle[low], 1e-12):
            continue
        crossed = np.flatnonzero(norm > 2 * middle[low])
        first = int(taken[crossed[crossed >= len(parts[0]) * low][0]])
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
    """Layers that get no gradient any more, while others do."""
    measured = (history.flags & Flag.GRADIENTS) != 0
    for name, optimizer in holders(history).items():
        grad = history.layer(name).grad
        # No gradient at all is recorded as none: the layer is cut off, or frozen on the way.
        asked = measured & np.isfinite(history.lr(optimizer)[:, 0])
        taken = np.flatnonzero(asked & (history.layer(name).nonfinite == 0))
        alive = np.flatnonzero(grad[taken] > 0)
        last = int(alive[-1]) + 1 if len(alive) else 0
        if len(taken) - last < DEAD:
            continue
        first = int(taken[last])
        since = "from the beginning" if not len(alive) else "from there to the end"
        step = int(history.step[first])
        text = f"{name} gets no gradient {since}: {len(taken) - last:,} steps"
        yield Incident("dead", step, step, name, text)


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
    """A loss that no longer falls."""
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
    if len(parts) - lowest < 10 or falls:
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


def around(history: History, index: int) -> list[str]:
    """Learning rates that moved, updates that were skipped, epochs that began near a record."""
    found: list[str] = []
    low, high = max(0, index - AROUND), min(len(history), index + AROUND + 1)
    for optimizer in history.optimizers:
        rates = history.lr(optimizer)[low:high, 0]
        moved = (
            np.flatnonzero(np.abs(np.diff(rates)) > 0.2 * np.abs(rates[:-1])) if len(rates) else []
        )
        for place in list(moved)[:3]:
            step = int(history.step[low + place + 1])
            found.append(
                f"learning rate {rates[place]:.4g} -> {rates[place + 1]:.4g} at step {step}"
            )
    skipped = np.flatnonzero(history.flags[low:high] & Flag.SKIPPED)
    if len(skipped):
        steps = ", ".join(map(str, history.step[low + skipped[:5]].tolist()))
        found.append(f"{len(skipped)} skipped updates, at step {steps}")
    epochs = np.flatnonzero(np.diff(history.epoch[low:high]))
    for place in epochs[:2].tolist():
        found.append(
            f"epoch {history.epoch[low + place + 1]} began at step {history.step[low + place + 1]}"
        )
    return found
