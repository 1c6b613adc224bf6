"""Groups of rows that belong together, dealt out whole."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from fourbeat.data import alike
from fourbeat.data.keyed import permutation
from fourbeat.errors import DataError
from fourbeat.types import Values


def codes(values: Values) -> np.ndarray:
    """The group of each row, int64 of shape (rows,), numbered from 0 as they come.

    A row without a value is a group of its own.
    """
    found = alike.codes(values) - 1
    gone = found < 0
    found[gone] = found.max() + 1 + np.arange(gone.sum())
    return found


def equal_rows(columns: Iterable[Values]) -> np.ndarray:
    """The group of each row, int64 of shape (rows,), numbered from 0 as they come: equal rows share one.

    Args:
        columns: what makes rows equal; no value is equal to no value.
    """
    texts = (values.cast(pa.string()) for values in columns)
    keys = alike.hashed(alike.codes(column).astype(np.uint64) for column in texts)
    return alike.codes(pa.chunked_array([keys])) - 1


def deal(
    groups: np.ndarray, strata: np.ndarray, shares: list[float], seed: int, *key: int
) -> list[np.ndarray]:
    """Row numbers of each side, sorted, so that every group is on one side.

    The largest groups are dealt first, each to the side that has the most room, in proportion to its
    share, for what the group holds; equal ones in an order that depends on (seed, key) alone.

    Args:
        groups: of each row, int64 of shape (rows,): the numbers from 0 on, none left out.
        strata: of each row, from 0: the class, of which every side shall have its share.
        shares: of the sides; they sum to 1.

    Raises:
        DataError: if there are fewer groups than sides.
    """
    many, kinds = int(groups.max()) + 1, int(strata.max()) + 1
    wanted = [side for side, share in enumerate(shares) if share > 0]
    if many < len(wanted):
        raise DataError(f"{many} groups cannot be dealt to {len(wanted)} sides", "", "Add groups")
    held = np.bincount(groups * kinds + strata, minlength=many * kinds).reshape(many, kinds)
    missing = np.outer(shares, held.sum(axis=0)).astype(np.float64)
    weight = 1 / np.maximum(held.sum(axis=0), 1)
    # Groups that hold the same of every stratum are exchangeable, and dealt together.
    alike, which = np.unique(held, axis=0, return_inverse=True)
    order = permutation(many, seed, *key).numpy()
    members = np.split(
        order[np.argsort(which[order], kind="stable")], np.cumsum(np.bincount(which))[:-1]
    )
    side_of = np.zeros(many, np.int64)
    empty, left = set(wanted), many
    for kind in np.argsort(-alike.sum(axis=1), kind="stable"):
        ours, start = members[kind], 0
        for side in wanted:
            # As many groups must be left as there are empty sides.
            count = min(int(len(ours) * shares[side]), left - len(empty - {side}))
            side_of[ours[start : start + count]] = side
            missing[side] -= count * alike[kind]
            empty -= {side} if count else set()
            start += count
            left -= count
        for group in ours[start:]:
            able = sorted(empty) if len(empty) == left else wanted  # the last go to empty sides
            room = (missing[able] - alike[kind] / 2) / np.array(shares)[able][:, None]
            side = able[int((room * alike[kind] * weight).sum(axis=1).argmax())]
            side_of[group] = side
            missing[side] -= alike[kind]
            empty -= {side}
            left -= 1
    sides = side_of[groups]
    return [np.flatnonzero(sides == side) for side in range(len(shares))]
