"""Losses and gradients that jump or stop being finite, and where that began."""

from itertools import pairwise

import numpy as np

from fourbeat.record.history import History
from fourbeat.record.incident import Incident
from fourbeat.record.layout import Flag
from fourbeat.record.ordinary import LEAST, WINDOW, excess, unseen

BACK = 8
"""Steps before a jump of the loss in which its origin is looked for."""

FEW = 4
"""Rows that may be blamed together."""


def jumps(history: History) -> list[Incident]:
    """One incident for each jump, whether it recovers or not; those of the same rows are one."""
    return [incident for optimizer in history.optimizers for incident in of(history, optimizer)]


def of(history: History, optimizer: str) -> list[Incident]:
    """The jumps of what one optimizer minimises."""
    loss, norm = history.loss(optimizer), history.grad_norm(optimizer)
    # Of several optimizers one may have nothing to do in a step.
    took_part = np.isfinite(history.lr(optimizer)[:, 0]) | ~np.isnan(loss) | ~history.counted
    measured = took_part & ((history.flags & Flag.GRADIENTS) != 0)
    broken = took_part & ~np.isfinite(loss)
    broken |= measured & ~np.isfinite(norm) & ~np.isnan(loss)
    higher = (excess(np.abs(loss), 6, 2) > 0) & unseen(np.abs(loss))
    marked = broken | higher | ((excess(norm, 8, 5) > 0) & unseen(norm))
    found: list[Incident] = []
    blamed: set[int] = set()
    after = -1
    for index in np.flatnonzero(marked).tolist():
        if index <= after:
            continue
        after = end_of(index, marked)
        # Gradients alone jump at a rare row, and nothing comes of it.
        near = (higher | broken)[index : after + BACK + 1]
        if not near.any() or passing(loss, index, after):
            continue
        if blamed & set(history.rows(index).tolist()):
            continue
        rows = culprits(history, optimizer, index, after)
        blamed |= set(rows)
        during = range(index, after + 1)
        found.append(jump(history, optimizer, during, bool(broken[during].any()), rows))
    return found


def end_of(index: int, marked: np.ndarray) -> int:
    """Where an incident ends: after it, `WINDOW` steps are ordinary."""
    later = np.flatnonzero(marked[index:])
    gaps = np.flatnonzero(np.diff(later) > WINDOW)
    return index + int(later[gaps[0]] if len(gaps) else later[-1])


def passing(loss: np.ndarray, index: int, end: int) -> bool:
    """Whether a jump is not far above what the run began with, and over at once: an odd batch."""
    during = loss[index : end + BACK + 1]
    high = float(during.max())
    over = np.median(during) < np.sqrt(high * usual(loss, index))
    return bool(over and high < 2 * loss[:LEAST].max())


def usual(loss: np.ndarray, index: int) -> float:
    """The median of the losses before a jump."""
    return float(np.median(loss[max(0, index - WINDOW) : index])) if index else float("nan")


def culprits(history: History, optimizer: str, index: int, end: int) -> list[int]:
    """Rows that are in every batch whose loss is as high as here; empty where there are none."""
    loss = history.loss(optimizer)
    high = float(loss[index])
    if not np.isfinite(high):
        return []
    level = np.sqrt(high * usual(loss, index))
    others = np.flatnonzero((loss > level) & ~np.roll(loss > level, 1))  # not what they led to
    others = others[(others < index) | (others > end)]
    if not 1 <= len(others) <= len(loss) // 8:
        return []
    shared = set(history.rows(index).tolist())
    for other in others.tolist():
        shared &= set(history.rows(other).tolist())
    return sorted(shared) if len(shared) <= FEW else []


def jump(
    history: History, optimizer: str, during: range, broken: bool, culprits: list[int]
) -> Incident:
    """One jump, and the layer and step in which it began."""
    loss, index = history.loss(optimizer), during[0]
    named = f" of {optimizer}" if len(history.optimizers) > 1 else ""
    shown = peak(loss, during)
    step, value = int(history.step[shown]), float(loss[shown])
    if broken or not np.isfinite(value):
        kind = "non-finite"
        first = np.flatnonzero(~np.isfinite(loss[index:]))
        if len(first):
            at = int(history.step[index + first[0]])
            what = f"the loss{named} is no longer finite from step {at} on"
        else:
            what = f"the gradients{named} are no longer finite at step {step}"
    else:
        kind = "spike"
        what = f"the loss{named} jumps from {usual(loss, index):.4g} to {value:.4g}"
    layer, origin, text = first_layer(history, index)
    rows = culprits or history.rows(origin).tolist()
    if culprits:
        text += "; " * bool(text) + "every batch with " + "these rows" * (len(culprits) > 1)
        text += f"row {culprits[0]}" * (len(culprits) == 1) + " has such a loss"
    elif (cause := changed(history, index) or raised(history, optimizer, index)) is not None:
        rows = []  # whatever was in the batch
        layer, origin, text = cause[0] or layer, cause[1], cause[2]
    return Incident(kind, step, int(history.step[origin]), layer, what, text, rows)


def changed(history: History, index: int) -> tuple[str, int, str] | None:
    """A layer whose weights became others just before, by no update; where, and how."""
    for name in history.layers:
        layer = history.layer(name)
        known = np.flatnonzero(np.isfinite(layer.weight[: index + 2]))
        known = known[known >= index - 2 * BACK]
        for one, other in pairwise(known.tolist()):
            before, now = float(layer.weight[one]), float(layer.weight[other])
            reach = (other - one) * float(np.nanmax(layer.update[one : other + 1], initial=0))
            if other >= index - BACK and now > 2 * (before + reach) > 0:
                text = f"its weights' norm goes from {before:.4g} to {now:.4g}, by no update"
                return name, other, text
    return None


def raised(history: History, optimizer: str, index: int) -> tuple[None, int, str] | None:
    """A learning rate that was raised just before; where, and how much."""
    start = max(0, index - BACK)
    rates = history.lr(optimizer)[start : index + 1].max(axis=1)
    for place in range(1, len(rates)):
        if rates[place] > 2 * rates[place - 1] > 0:
            text = f"the learning rate goes from {rates[place - 1]:.4g} to {rates[place]:.4g}"
            return None, start + place, text
    return None


def peak(loss: np.ndarray, during: range) -> int:
    """Where a jump is highest before it is over, or first not finite."""
    index = during[0]
    broken = np.flatnonzero(~np.isfinite(loss[during]))
    if len(broken):
        return index + int(broken[0])
    soon = loss[index : index + WINDOW]
    calm = np.convolve(soon <= 2 * usual(loss, index), np.ones(BACK), "valid") == BACK
    over = int(np.argmax(calm)) + 1 if calm.any() else len(soon)
    return index + int(np.argmax(soon[:over]))


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
