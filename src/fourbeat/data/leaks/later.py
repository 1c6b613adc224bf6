"""Columns that by their names are known only after the target is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from fourbeat.data.column import Column
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.variance import SURE, between
from fourbeat.data.naming import flag, words
from fourbeat.data.record import DataFinding

LATER = {"outcome", "resolved", "closed", "closure", "afterwards"}
"""Words of columns that are filled in when all is over,"""

BEFORE = {"previous", "prev", "last", "since", "before", "prior", "ago", "first", "former"}
"""and words beside which they mean something else."""

SHORTEST = 4
"""Letters of a target's longest word for a column to be named after it, and not after `y` or `id`."""

ALIKE = 10
"""A first word that more columns have says nothing of one of them."""


def look(facts: Facts, guilty: Sequence[Column]) -> Iterator[Leak]:
    """Columns named like those that give the answer, or after the target, if they tell of it; and names that
    say so themselves."""
    first = Counter(family_of(column.name) for column in facts.used)
    families = {
        family: column.name
        for column in reversed(guilty)
        if (family := family_of(column.name)) and first[family] <= ALIKE
    }
    rest = [column for column in facts.used if column not in guilty]
    alike: dict[str, list[str]] = {}
    for column in rest:
        model = families.get(family_of(column.name))
        if model is not None and tells(facts, column):
            alike.setdefault(model, []).append(column.name)
    for model, names in alike.items():
        because = f"named like {model!r}, which gives the answer"
        yield Leak(finding("warning", names, because))
    taken = {name for names in alike.values() for name in names}
    named = [c.name for c in rest if c.name not in taken and set(words(c.name)) & LATER]
    named = [name for name in named if not set(words(name)) & BEFORE]
    if named:
        yield Leak(finding("note", named, "named for what is filled in when all is over"))
    taken |= set(named)
    after = [c for c in rest if c.name not in taken and named_after(c.name, facts.targets)]
    telling = [column.name for column in after if tells(facts, column)]
    if telling:
        yield Leak(finding("note", telling, "named after the target, and tells of it"))


def named_after(name: str, targets: Sequence[str]) -> bool:
    """Whether a column is called like a target, and more: `churn_reason`, but not `churned_before`."""
    said = set(words(name))
    wholes = [set(words(target)) for target in targets]
    return not said & BEFORE and any(
        whole < said and len(max(whole, key=len)) >= SHORTEST for whole in wholes if whole
    )


def tells(facts: Facts, column: Column) -> bool:
    """Whether rows with equal values of a column have more equal targets than chance gives them."""
    return between(facts.parts(column.name), facts.outcomes)[0] >= SURE


def finding(severity: str, names: list[str], because: str) -> DataFinding:
    """The finding about these columns."""
    several = len(names) > 1
    listed = ", ".join(map(repr, names))
    return DataFinding.model_validate(
        {
            "rule": "known-only-afterwards",
            "severity": severity,
            "message": f"column{'s' * several} {listed} may be known only after the target is: "
            f"{'they are' if several else 'it is'} {because}",
            "fix": f"Leave {'them' if several else 'it'} out unless {'they are' if several else 'it is'} there "
            f"when you predict: {flag(*names)}",
            "columns": names,
        }
    )


def family_of(name: str) -> str:
    """The first word of a name of several, where it is joined by `_`, `.` or a space."""
    parts = re.split(r"[_.\s]", name, maxsplit=1)
    if len(parts) == 1 or not all(parts) or parts[1].isdigit():
        return ""  # the first of a numbered series says nothing of the others
    return parts[0].lower()
