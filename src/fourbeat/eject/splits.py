"""Which rows train, validate and test, made again from the seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fourbeat.config.data import SplitConfig
from fourbeat.data.record import SplitRecord
from fourbeat.data.split import SPLIT_KEY, portions
from fourbeat.eject.part import Part
from fourbeat.eject.text import Code, code, indented, joined

PERMUTATION = code('''
    def permutation(n: int, *key: int) -> np.ndarray:
        """A random order of n things that depends on the seed and the key alone."""
        mixed = np.random.SeedSequence([SEED, *key]).generate_state(1, np.uint64)[0]
        return torch.randperm(n, generator=torch.Generator().manual_seed(int(mixed))).numpy()
''')

WITH_SPLIT_SEED = code('''
    def permutation(n: int, *key: int) -> np.ndarray:
        """A random order of n things that depends on its seed and the key alone."""
        seed = SPLIT_SEED if key[0] in SPLIT_KEYS else SEED
        mixed = np.random.SeedSequence([seed, *key]).generate_state(1, np.uint64)[0]
        return torch.randperm(n, generator=torch.Generator().manual_seed(int(mixed))).numpy()
''')

SPLIT = code('''
    def split(groups: np.ndarray) -> list[np.ndarray]:
        """Sorted row numbers of each side, in which every group has its share of the rows."""
        sides = [[] for _ in SHARES]
        for group in np.unique(groups).tolist():
            rows = np.flatnonzero(groups == group)
            rows = rows[permutation(len(rows), SPLIT_KEY, group)]
            ends = np.cumsum(portions(len(rows)))[:-1]
            for side, part in zip(sides, np.split(rows, ends), strict=True):
                side.append(part)
        return [np.sort(np.concatenate(side)) for side in sides]
''')

PORTIONS = code('''
    def portions(n: int) -> list[int]:
        """n rows in whole portions; the largest remainders get what rounding down leaves over."""
        counts = [int(n * share) for share in SHARES]
        rest = [n * share - count for share, count in zip(SHARES, counts, strict=True)]
        for side in sorted(range(len(SHARES)), key=rest.__getitem__, reverse=True)[: n - sum(counts)]:
            counts[side] += 1
''')

LEAST = code("""
    for side, count in enumerate(counts):
        if count == 0:  # no side goes without
            counts[counts.index(max(counts))] -= 1
            counts[side] = 1
""")


KEY = Code(f"0x{SPLIT_KEY:X}  # keeps these random numbers apart from those of the epochs")


def by_shares(shares: SplitConfig, *, test: bool) -> dict[str, Any]:
    """The shares of the sides, written as they are computed."""
    held = [shares.validation, shares.test] if test and shares.test else [shares.validation]
    first = "1 - " + " - ".join(map(repr, held))
    return {"SHARES": Code(f"({', '.join([first, *map(repr, held)])})"), "SPLIT_KEY": KEY}


def stratified(shares: SplitConfig, groups: np.ndarray, *, test: bool = True) -> Part:
    """A random split that keeps the groups' shares; the caller writes the line that calls it.

    Args:
        groups: the group of each row that is split.
        test: whether test rows are among them.
    """
    constants = by_shares(shares, test=test)
    parts = [1 - shares.validation - shares.test, shares.validation, shares.test]
    if not test:
        parts = [1 - shares.validation, shares.validation]
    parts = [share for share in parts if share]
    plain = all(
        largest_remainders(n, parts) == portions(n, parts)
        for n in np.bincount(groups).tolist()
        if n
    )
    text = joined(PORTIONS, indented(joined("" if plain else LEAST, "return counts")))
    return Part(constants, (PERMUTATION, text, SPLIT))


def largest_remainders(n: int, shares: list[float]) -> list[int]:
    """What the script's `portions` gives without its last rule."""
    counts = [int(n * share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: n * shares[i] - counts[i], reverse=True)
    for i in by_remainder[: n - sum(counts)]:
        counts[i] += 1
    return counts


def sides(record: SplitRecord) -> str:
    """The names of the sides: `train, validation, test`."""
    return ", ".join(record.rows)


def random(record: SplitRecord, n: str) -> Part:
    """A random split without groups: one order, cut by the numbers of rows.

    Args:
        n: the expression of the number of rows.
    """
    return Part(
        {"ROWS": dict(record.rows), "SPLIT_KEY": KEY},
        (PERMUTATION,),
        joined(
            f"order = permutation({n}, SPLIT_KEY, 0)",
            "ends = np.cumsum(list(ROWS.values()))[:-1]",
            f"{sides(record)} = (np.sort(part) for part in np.split(order, ends))",
        ),
    )


def by_file(
    record: SplitRecord,
    shares: SplitConfig,
    counts: Sequence[int],
    sizes: str,
    by: str,
    groups: np.ndarray,
) -> Part:
    """The sides that have files of their own; without one, validation is a share of the first.

    Args:
        counts: rows of the first file, the validation file and the test file; 0 for none.
        sizes: the expression that lists the files' rows.
        by: the expression of all rows' groups, empty for a split without groups.
        groups: of the first file's rows.
    """
    ends = f"ends = np.cumsum({sizes})"
    if counts[1]:
        line = f"{sides(record)} = np.split(np.arange(ends[-1]), ends[:-1])"
        return Part({}, (PERMUTATION,), joined(ends, line))
    test = "test = np.arange(ends[0], ends[1])"
    if by:
        part = stratified(shares, groups, test=False)
        return Part(
            part.constants,
            part.functions,
            joined(ends, f"train, validation = split({by}[: ends[0]])", test),
        )
    order = joined(
        "order = permutation(ends[0], SPLIT_KEY, 0)",
        "train, validation = (np.sort(part) for part in np.split(order, [TRAIN_ROWS]))",
    )
    constants = {"TRAIN_ROWS": record.rows["train"], "SPLIT_KEY": KEY}
    return Part(constants, (PERMUTATION,), joined(ends, order, test))


def checks(record: SplitRecord) -> Part:
    """The sides' identities, and the lines that compare them."""
    return Part(
        had={"SPLIT_SHA256": dict(record.rows_sha256)},
        lines=code(f"""
            for side, rows in zip(SPLIT_SHA256, ({sides(record)}), strict=True):
                check(f"{{side}} rows", sha256(rows.astype("<i8").tobytes()), SPLIT_SHA256[side])
        """),
    )
