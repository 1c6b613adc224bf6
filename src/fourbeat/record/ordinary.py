"""What is ordinary for a signal: the recent past, by its median and its spread."""

import numpy as np

WINDOW = 64
"""Steps that the recent past has."""

LEAST = 16
"""Steps that must have passed before anything is called unusual."""

NOTHING = 1e-6
"""What is below this share of the first values is as good as nothing: a jump within it is none."""

CHUNK = 1 << 15
"""Steps looked at together."""


def held(signal: np.ndarray) -> np.ndarray:
    """A signal whose gaps (NaN) hold the value before them; what leads is held from the first."""
    known = np.isfinite(signal)
    if not known.any():
        return np.zeros_like(signal)
    place = np.where(known, np.arange(len(signal)), -1)
    place = np.maximum.accumulate(place)
    place[place < 0] = np.flatnonzero(known)[0]
    return signal[place]


def unseen(signal: np.ndarray) -> np.ndarray:
    """Whether each value is half as much again as any of the `WINDOW` before it, bool.

    Where single batches are often far from the median (rare classes), a value like theirs is
    ordinary.
    """
    padded = np.concatenate([np.full(WINDOW, -np.inf), held(signal)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: len(signal)]
    highest = np.full(len(signal), np.inf)
    for start in range(0, len(signal), CHUNK):
        highest[start : start + CHUNK] = windows[start : start + CHUNK].max(axis=1)
    return signal > 1.5 * highest


def excess(signal: np.ndarray, spreads: float, factor: float) -> np.ndarray:
    """By how many times each value exceeds what is ordinary.

    Args:
        signal: positive, of shape (n,); NaN where nothing was taken.
        spreads: deviations above the median of the `WINDOW` values before that are ordinary.
        factor: multiples of that median that are ordinary.

    Returns:
        Of shape (n,): the value over that median where both bounds are passed, else 0.
    """
    known = held(signal)
    floor = NOTHING * float(np.median(known[:LEAST])) if len(known) else 0.0
    values = np.log(np.maximum(known, max(floor, 1e-30)))
    found = np.zeros(len(values))
    if len(values) <= LEAST:
        return found
    padded = np.concatenate([np.full(WINDOW, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: len(values)]
    for start in range(LEAST, len(values), CHUNK):
        past = windows[start : start + CHUNK]
        middle = np.nanmedian(past, axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(past - middle[:, None]), axis=1)
        above = values[start : start + CHUNK] - middle
        unusual = above > np.maximum(spreads * spread, np.log(factor))
        found[start : start + CHUNK] = np.where(unusual, np.exp(np.minimum(above, 700)), 0)
    found[~np.isfinite(signal)] = 0
    return found
