"""All that is looked for, the worst first."""

from collections.abc import Callable, Iterator

from fourbeat.data.leaks import almost, answers, belonging, ids, near, twins
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.finding import ORDER

RULES: tuple[Callable[[Facts], Iterator[Leak]], ...] = (
    answers.look,
    twins.look,
    near.look,
    almost.look,
    belonging.look,
    ids.look,
)


def look(facts: Facts) -> list[Leak]:
    """What is wrong with the data, as far as it shows."""
    found = [leak for rule in RULES for leak in rule(facts)]
    return sorted(found, key=lambda leak: ORDER.index(leak.finding.severity))
