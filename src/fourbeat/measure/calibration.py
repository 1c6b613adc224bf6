"""Whether a probability of 0.8 comes true eight times in ten."""

from typing import NamedTuple

import numpy as np

from fourbeat.measure.checked import Bools, Floats, Ints

BINS = 15


class Bin(NamedTuple):
    """Rows with neighbouring probabilities: how many, their mean probability, the share that came true."""

    rows: int
    said: float
    true: float


def bins(p: Floats, true: Bools) -> list[Bin]:
    """The calibration curve: up to 15 bins of about as many rows each, from the lowest probability up.

    Bins of equal mass, not of equal width: most rows of a good classifier lie near 0 and 1, where bins
    of equal width would hold nearly all of them and the others a few rows of noise; the error measured
    from equal mass is also the less biased one (Roelofs et al., AISTATS 2022). Equal probabilities
    stay in one bin, so there may be fewer.

    Args:
        p: of shape (rows,).
        true: bool of shape (rows,): what came true.
    """
    edges = np.unique(np.quantile(p, np.arange(1, BINS) / BINS, method="higher"))
    place = np.searchsorted(edges, p, side="right")
    rows = np.bincount(place, minlength=len(edges) + 1)
    said, came = (np.bincount(place, v, minlength=len(rows)) for v in (p, true.astype(float)))
    return [
        Bin(int(n), float(s / n), float(c / n))
        for n, s, c in zip(rows, said, came, strict=True)
        if n
    ]


def expected_error(found: list[Bin]) -> float:
    """The expected calibration error: the mean distance of both in a bin, weighted by rows.

    Naeini, Cooper and Hauskrecht, AAAI 2015.
    """
    total = sum(one.rows for one in found)
    return sum(one.rows * abs(one.said - one.true) for one in found) / total


def of_classes(p: Floats, target: Ints) -> tuple[Floats, Bools]:
    """What is calibrated: of two classes the last one's probability, of more that of the likeliest.

    Args:
        p: of shape (rows, classes).
        target: class numbers of shape (rows,).

    Returns:
        The probability of each row, and whether it came true (Guo et al., ICML 2017).
    """
    if p.shape[1] == 2:
        return p[:, 1], target == 1
    return p.max(axis=1), p.argmax(axis=1) == target
