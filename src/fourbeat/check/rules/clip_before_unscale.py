"""Gradients clipped while they still carry the scale of a gradient scaler."""

import ast
from typing import Any
from weakref import WeakSet

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources
from fourbeat.finding import Place
from fourbeat.observe.events import Clip, Unscale
from fourbeat.observe.finer import Ended, Scaling
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters


def watch(facts: Facts) -> Readers:
    """Know which optimizers' gradients are scaled when they are clipped."""
    unscaled: WeakSet[Any] = WeakSet()
    waiting: list[tuple[Place | None, set[int], float, str]] = []
    found: dict[Place | None, tuple[int, float, float, str]] = {}
    scale = 0.0

    def scaling(event: Scaling) -> None:
        nonlocal scale
        if event.what == "scale":
            scale = _scale(event.scaler)
        elif event.what == "unscale_" and event.optimizer is not None:
            unscaled.add(event.optimizer)
        elif event.what == "step" and event.optimizer is not None:
            # Only what this scaler is about to unscale by itself has been clipped too early.
            now = _scale(event.scaler) or scale
            own = {id(p) for p in parameters(event.optimizer)}
            for place, ids, limit, kind in waiting:
                if own & ids and now != 1:
                    found[place] = (found.get(place, (0,))[0] + 1, limit, now, kind)
            waiting[:] = [one for one in waiting if not own & one[1]]
        elif event.what == "update":
            unscaled.clear()
            waiting.clear()
            scale = 0.0

    def unscale(event: Unscale) -> None:
        unscaled.add(event.optimizer)

    def clip(event: Clip) -> None:
        if not scale:
            return
        place = here()
        # A limit that is given in the scaled gradients' own size is right.
        if event.limit >= 1e-2 * scale > 10e-2 or _mentions_scale(facts.sources, place):
            return
        plain = {id(p) for optimizer in unscaled for p in parameters(optimizer)}
        ids = {id(p) for p in event.parameters} - plain
        if ids:
            waiting.append((place, ids, float(event.limit), event.kind))

    def ended(_: Ended) -> None:
        for place, (times, limit, size, kind) in found.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"gradients are clipped to a {kind} of {limit:g} while the scaler's factor of {size:g} is "
                f"in them: what is left after unscaling is at most {limit / size:.2g}",
                "Call scaler.unscale_(optimizer) after backward and before clipping.",
                times=times,
                limit=limit,
                scale=size,
            )

    return {Scaling: scaling, Unscale: unscale, Clip: clip, Ended: ended}


def _scale(scaler: Any) -> float:
    """The factor, where it can be read without waiting for a device."""
    value = getattr(scaler, "_scale", None)
    if value is None:
        return float(getattr(scaler, "_init_scale", 0.0))
    return (
        float(value) if value.device.type == "cpu" else float(getattr(scaler, "_init_scale", 0.0))
    )


def _mentions_scale(sources: Sources, place: Place | None) -> bool:
    tree = None if place is None else sources.tree(place.file)
    if place is None or tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno <= place.line <= (node.end_lineno or 0):
            given = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
            if "clip" in ast.unparse(node.func) and any(
                "scale" in ast.unparse(one) for one in given
            ):
                return True
    return False


RULE = Rule(
    name="clip-before-unscale",
    severity="error",
    what="Gradients are clipped before the gradient scaler has unscaled them.",
    why="They are thousands of times their size at that moment, so the limit always bites; the scaler "
    "then divides what is left by its factor. The updates become tiny, and as small as the factor is "
    "large.",
    seen="Between `scale(loss).backward()` and `scaler.step(optimizer)`, gradients of that optimizer are "
    "clipped, and nobody has called `unscale_` for it by then.",
    silent="Scalers that are disabled; a limit that is multiplied by the scale.",
    bad="scaler.scale(loss).backward()\nclip_grad_norm_(model.parameters(), 1.0)\nscaler.step(optimizer)\n",
    good="scaler.scale(loss).backward()\n"
    "scaler.unscale_(optimizer)\n"
    "clip_grad_norm_(model.parameters(), 1.0)\n"
    "scaler.step(optimizer)\n",
    watch=watch,
)
