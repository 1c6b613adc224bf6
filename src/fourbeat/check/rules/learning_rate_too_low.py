"""Steps that are too small to change anything."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended

SMALL = 1e-6
"""Of an update through the weight."""


def watch(facts: Facts) -> Readers:
    """Judge the course of each optimizer at the end."""

    def ended(_: Any) -> None:
        for course in facts.rates.all:
            if course.updates < 10 or len(course.ratios) < 3 or course.rates is None:
                continue
            first, most, last = course.rates
            if not 0 < most < 1e-5 or last > first or max(course.ratios) >= SMALL:
                continue
            if not course.losses or abs(course.ended - course.began) > 0.2 * abs(course.began):
                continue
            facts.report(
                RULE.name,
                "warning",
                course.made,
                f"with a learning rate of {most:.1e} no update is larger than {max(course.ratios):.1e} times "
                "the weights: nothing is learned",
                "Raise the learning rate; usual are 1e-4 to 1e-2 for Adam, 1e-2 to 1 for SGD.",
                update_to_weight=max(course.ratios),
                updates=course.updates,
                loss_at_first=course.began,
                loss_at_last=course.ended,
            )

    return {Ended: ended}


RULE = Rule(
    name="learning-rate-too-low",
    severity="warning",
    what="The learning rate is so low that the weights stay where they are.",
    why="Updates of less than a millionth of the weights change nothing within any training that ends, "
    "and most of them are rounded away.",
    seen="All updates that were measured are smaller than a millionth of the weights, no group's learning "
    "rate was ever above 1e-5, and the loss is as at first.",
    silent="Warm-up, after which the rate is higher; groups of which others learn; a model that has "
    "converged, whose gradients are small.",
    bad="optimizer = torch.optim.Adam(model.parameters(), lr=1e-10)\n",
    good="optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)\n",
    watch=watch,
)
