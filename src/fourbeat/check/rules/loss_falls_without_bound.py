"""A loss that has no least value, and goes where it leads."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.rates import Course
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Ended

_FAR = 1000.0
"""Times its first size that a loss has to lie below 0."""

_LEAST = 20
"""Updates that a course is judged by."""


def watch(facts: Facts) -> Readers:
    """Judge the course of each optimizer at the end."""

    def ended(_: Any) -> None:
        for course in facts.rates.all:
            if not falls(course):
                continue
            facts.report(
                RULE.name,
                "warning",
                course.made,
                f"the loss goes from {course.began:.3g} to {course.ended:.3g}: something in it can be made "
                "smaller without end, and the rest no longer counts",
                "Look for a term with the wrong sign: a divergence, an entropy, a penalty or an error "
                "that is subtracted where it is to be added.",
                loss_at_first=course.began,
                loss_at_last=course.ended,
            )

    return {Ended: ended}


def falls(course: Course) -> bool:
    """Whether the losses of an optimizer that steps alone end far below 0."""
    if not course.losses or not course.alone or course.updates < _LEAST:
        return False
    return course.ended < -_FAR * max(1.0, abs(course.began))


RULE = Rule(
    name="loss-falls-without-bound",
    severity="warning",
    what="The loss falls far below zero, and goes on falling.",
    why="A loss that can be made smaller without end is made so: the term that allows it outgrows all "
    "others, and the weights grow with it. A wrong sign is the usual reason.",
    seen="At the end the loss is below -1000 times its size at first, after 20 updates or more.",
    silent="Negative logarithms of densities, which stay within a few orders of their first size; "
    "training with several players.",
    bad="loss = F.mse_loss(decoded, x) - kl_divergence\n",
    good="loss = F.mse_loss(decoded, x) + kl_divergence\n",
    watch=watch,
)
