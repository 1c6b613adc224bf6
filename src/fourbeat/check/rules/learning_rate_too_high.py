"""Steps that are too large for the loss to fall."""

from math import isfinite
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.rates import Course
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended


def watch(facts: Facts) -> Readers:
    """Judge the course of each optimizer at the end."""

    def ended(_: Any) -> None:
        for course in facts.rates.all:
            ratio = max((one for one in course.ratios[:6] if isfinite(one)), default=0.0)
            if ratio <= 0.3 or not course.losses or not course.alone or not steady(course):
                continue
            exploded = course.highest > 10 * course.began and course.ended > 1.2 * course.began
            useless = course.updates >= 20 and course.ended > course.began
            if course.lowest < 0 or not (course.broken or exploded or useless):
                continue
            what = (
                f"the loss is not finite from update {course.broken} on"
                if course.broken
                else f"the loss goes from {course.began:.3g} to {course.highest:.3g}, and is {course.ended:.3g} "
                "at the end"
            )
            facts.report(
                RULE.name,
                "error" if course.broken or exploded else "warning",
                course.made,
                f"updates are as large as {ratio:.2g} times the weights, and {what}: the learning rate is "
                "too high",
                "Take a tenth of the learning rate, or less.",
                update_to_weight=ratio,
                loss_at_first=course.began,
                loss_at_most=course.highest,
                loss_at_last=course.ended,
            )

    return {Ended: ended}


def steady(course: Course) -> bool:
    """Whether the learning rate was not raised on purpose, as a range test does."""
    return course.rates is not None and course.rates[1] <= 2 * course.rates[0]


RULE = Rule(
    name="learning-rate-too-high",
    severity="error",
    what="The learning rate is so high that the loss rises.",
    why="Each step jumps over the valley that its gradient points into: the loss explodes, or the model "
    "ends where no gradient is left.",
    seen="Early updates are larger than 0.3 times the weights, and the loss is not finite later, or rises "
    "to ten times its first value, or is higher at the end than at first.",
    silent="Training with several players; losses that may be negative; rates that are raised on purpose; "
    "a loss that falls in spite of large first steps.",
    bad="optimizer = torch.optim.Adam(model.parameters(), lr=1.0)\n",
    good="optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)\n",
    watch=watch,
)
