"""Splits by group, by time and in folds, made again from the columns and the seed."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.data import schema
from fourbeat.data.column import Column
from fourbeat.data.record import DataRecord
from fourbeat.data.source import Source
from fourbeat.data.split import FOLD_KEY
from fourbeat.eject.categories import value_of
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Part
from fourbeat.eject.splits import KEY, PERMUTATION, by_shares, sides
from fourbeat.eject.text import Code, code, joined

DEALT = code('''
    def dealt(strata: np.ndarray, shares: list[float], *key: int) -> list[np.ndarray]:
        """Sorted row numbers of each side, in which every stratum has its share of the rows."""
        sides = [[] for _ in shares]
        for stratum in np.unique(strata).tolist():
            rows = np.flatnonzero(strata == stratum)
            rows = rows[permutation(len(rows), *key, stratum)]
            ends = np.cumsum(portions(len(rows), shares))[:-1]
            for side, part in zip(sides, np.split(rows, ends), strict=True):
                side.append(part)
        return [np.sort(np.concatenate(side)) for side in sides]
''')

PORTIONS = code('''
    def portions(n: int, shares: list[float]) -> list[int]:
        """n rows in whole portions; the largest remainders get what rounding down leaves over."""
        counts = [int(n * share) for share in shares]
        rest = [n * share - count for share, count in zip(shares, counts, strict=True)]
        for side in sorted(range(len(shares)), key=rest.__getitem__, reverse=True)[: n - sum(counts)]:
            counts[side] += 1
        for side, count in enumerate(counts):
            if count == 0:  # no side goes without
                counts[counts.index(max(counts))] -= 1
                counts[side] = 1
        return counts
''')

NUMBERED = code('''
    def numbered(texts: list[str | None]) -> np.ndarray:
        """The group of each row, from 0; a row without one is one of its own."""
        known = {text: number for number, text in enumerate(dict.fromkeys(filter(None, texts)))}
        alone = itertools.count(len(known))
        return np.array([next(alone) if text is None else known[text] for text in texts])
''')

DEAL = code('''
    def deal(
        groups: np.ndarray, strata: np.ndarray, shares: list[float], *key: int
    ) -> list[np.ndarray]:
        """Sorted row numbers of each side, every group whole, the largest dealt first."""
        many, kinds = groups.max() + 1, strata.max() + 1
        held = np.bincount(groups * kinds + strata, minlength=many * kinds).reshape(many, kinds)
        missing = np.outer(shares, held.sum(axis=0)).astype(float)
        weight = 1 / np.maximum(held.sum(axis=0), 1)
        alike, which = np.unique(held, axis=0, return_inverse=True)
        order = permutation(many, *key)
        order = order[np.argsort(which[order], kind="stable")]
        members = np.split(order, np.cumsum(np.bincount(which))[:-1])
        side_of = np.zeros(many, int)
        empty, left = set(range(len(shares))), many
        for kind in np.argsort(-alike.sum(axis=1), kind="stable"):
            ours, start = members[kind], 0
            for side, share in enumerate(shares):
                count = min(int(len(ours) * share), left - len(empty - {side}))
                side_of[ours[start : start + count]] = side
                missing[side] -= count * alike[kind]
                empty -= {side} if count else set()
                start += count
                left -= count
            for group in ours[start:]:
                able = sorted(empty) if len(empty) == left else list(range(len(shares)))
                room = (missing[able] - alike[kind] / 2) / np.array(shares)[able][:, None]
                side = able[int((room * alike[kind] * weight).sum(axis=1).argmax())]
                side_of[group] = side
                missing[side] -= alike[kind]
                empty -= {side}
                left -= 1
        return [np.flatnonzero(side_of[groups] == side) for side in range(len(shares))]
''')

BY_TIME = code('''
    def by_time(times: np.ndarray, shares: list[float]) -> list[np.ndarray]:
        """Sorted row numbers of each side, the oldest rows on the first; equal times stay together."""
        ends = np.round(np.cumsum(shares)[:-1] * len(times)).astype(int)
        starts = np.sort(times)[np.minimum(ends, len(times) - 1)]
        side = np.searchsorted(starts, times, side="right")
        return [np.flatnonzero(side == number) for number in range(len(shares))]
''')

PURGED = code('''
    def purged(sides: list[np.ndarray], groups: np.ndarray) -> list[np.ndarray]:
        """The sides without rows of groups that an earlier side has."""
        side = np.zeros(len(groups), int)
        for number, rows in enumerate(sides):
            side[rows] = number
        first = np.full(groups.max() + 1, len(sides))
        np.minimum.at(first, groups, side)
        return [rows[first[groups[rows]] == number] for number, rows in enumerate(sides)]
''')


def divided(config: Config, record: DataRecord, facts: Facts, strata: str, times: str) -> Part:
    """The lines that give the row numbers of each side.

    Args:
        strata: the expression of what a random split is stratified by.
        times: the expression of the numbers of the column `TIME`.
    """
    split = config.split
    constants: dict[str, Any] = {}
    functions: list[str] = [PERMUTATION]
    lines: list[str] = []
    if split.group is not None:
        constants |= (
            {"GROUP": split.group}
            if split.group_column
            else {"EQUAL": [column.name for column in record.columns if column.used]}
        )
        functions.append(NUMBERED)
        lines += [grouping(config, record, facts), "groups = numbered(texts)"]
    if split.time is not None:
        constants["TIME"] = split.time
        functions += [BY_TIME, PURGED] if split.group else [BY_TIME]
        lines.append(f"times = {times}")
    else:
        functions += [DEAL] if split.group else [PORTIONS, DEALT]
        lines.append(f"strata = {strata}")
    if split.folds is None:
        constants |= by_shares(split, test=bool(split.test))
        if split.time is not None:
            del constants["SPLIT_KEY"]
        lines.append(f"{sides(record.split)} = {call(config, 'SHARES', 'SPLIT_KEY')}")
        return Part(constants, tuple(functions), joined(*lines))
    constants |= {"FOLDS": split.folds, "FOLD": split.fold, "VALIDATION": split.validation}
    within = "(1 - VALIDATION, VALIDATION)"
    if split.time is not None:
        equal = "[1 / (FOLDS + 1)] * (FOLDS + 1)"
        lines += [
            f"blocks = {call(config, equal, '')}",
            "test, rest = blocks[FOLD + 1], np.sort(np.concatenate(blocks[: FOLD + 1]))",
        ]
    else:
        constants |= {"REPEAT": split.repeat, "FOLD_KEY": Code(f"0x{FOLD_KEY:X}"), "SPLIT_KEY": KEY}
        lines += [
            f"test = {call(config, '[1 / FOLDS] * FOLDS', 'FOLD_KEY, REPEAT')}[FOLD]",
            "rest = np.setdiff1d(np.arange(table.num_rows), test)",
        ]
    lines.append("# The rest is divided the same way.")
    if split.group is not None:
        lines.append("groups = np.unique(groups[rest], return_inverse=True)[1]")
    lines.append("times = times[rest]" if split.time else "strata = strata[rest]")
    parts = call(config, within, "SPLIT_KEY")
    lines += [f"parts = {parts}", "train, validation = (rest[part] for part in parts)"]
    return Part(constants, tuple(functions), joined(*lines))


def call(config: Config, shares: str, key: str) -> str:
    """The expression that divides rows."""
    split = config.split
    if split.time is not None:
        cut = f"by_time(times, {shares})"
        return f"purged({cut}, groups)" if split.group else cut
    return (
        f"deal(groups, strata, {shares}, {key})"
        if split.group
        else f"dealt(strata, {shares}, {key})"
    )


def grouping(config: Config, record: DataRecord, facts: Facts) -> str:
    """The lines that read the groups' names."""
    name = config.split.group_column
    if name is None:
        names = [column.name for column in record.columns if column.used]
        value = value_of(config, names, facts)
        texts = "column.cast(pa.string()).to_pylist()"
        return joined(
            "# Rows that are equal in these columns are a group.",
            f"columns = [{texts} for column in table.select(EQUAL).columns]",
            f"columns = [[{value} for text in texts] for texts in columns]" if value else "",
            "texts = [repr(row) for row in zip(*columns, strict=True)]",
        )
    value = value_of(config, [name], facts)
    read = "texts = table[GROUP].cast(pa.string()).to_pylist()"
    return joined(read, f"texts = [{value} for text in texts]" if value else "")


def time_column(config: Config, record: DataRecord, facts: Facts) -> Column | None:
    """The column of the time, as the split read it."""
    name = config.split.time
    if name is None:
        return None
    known = next((c for c in record.columns if c.name == name and c.used), None)
    source = Source(facts.columns, len(facts.columns[name]), facts.paths[0].name, "")
    told = config.data.columns.get(name)
    return known or schema.decide(name, facts.columns[name], source, (), told)[0]
