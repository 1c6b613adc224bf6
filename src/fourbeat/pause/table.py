"""A paused step, for people."""

import math

from fourbeat.pause.moment import Layer, PausedStep

MOST = 8
"""Layers that are shown unasked."""


def headline(step: PausedStep, why: str, place: str) -> str:
    """What step it is, and its numbers."""
    epoch = f", epoch {step.epoch}" if step.epoch else ""
    lines = [
        f"step {step.number}{epoch}: before {step.name}.step()   {place}",
        f"why       {why}",
        f"loss      {number(step.loss)}",
        f"gradients {number(_gradients(step))}   2-norm before clipping",
        f"lr        {step.lr:.6g}",
    ]
    if step.rows is not None:
        shown = ", ".join(map(str, step.rows[:8].tolist())) + (", …" if len(step.rows) > 8 else "")
        lines.append(f"rows      {shown}")
    return "\n".join(lines)


def layer_table(step: PausedStep, most: int | None = MOST) -> str:
    """Norms by layer; those with the largest gradients where there are many."""
    layers = step.layers()
    shown = layers
    if most is not None and len(layers) > most:
        largest = sorted(layers, key=_size, reverse=True)[:most]
        shown = [layer for layer in layers if layer in largest]
    rows = [("layer", "weights", "gradients", "update", "update/weights")]
    for layer in shown:
        norms = (layer.weight, layer.gradient, layer.update, layer.ratio)
        rows.append((layer.name, *map(number, norms)))  # pyright: ignore[reportArgumentType]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    if len(shown) < len(layers):
        lines.append(
            f"… and {len(layers) - len(shown)} more with smaller gradients; `beats` shows all"
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """Four digits; a dash where it is not known."""
    return "-" if math.isnan(value) else f"{value:.4g}"


def _size(layer: Layer) -> float:
    return math.inf if math.isnan(layer.gradient) else layer.gradient


def _gradients(step: PausedStep) -> float:
    from fourbeat.pause.conditions import Unknown

    try:
        return step.value("grad_norm")
    except Unknown:
        return math.nan
