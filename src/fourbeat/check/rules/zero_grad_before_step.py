"""Gradients that are cleared just before the step that should take them."""

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule


def watch(facts: Facts) -> Readers:
    """See steps that find nothing, though a backward has run."""
    empty: dict[int, int] = {}

    def stepping(step: Step) -> None:
        dropped = [clear for clear in step.clears if clear.dropped]
        if step.runs or not step.fed or not dropped:
            return
        if all(run.consumed for run in step.fed):
            return  # a step of another optimizer's took them
        key = id(step.optimizer)
        empty[key] = empty.get(key, 0) + 1
        if empty[key] == 2:
            facts.report(
                RULE.name,
                "error",
                step.place,
                f"{facts.names(step.optimizer)} steps without any gradient: they were cleared after "
                "backward, and before this step",
                "Call zero_grad() before backward, or after step().",
                cleared_at=str(dropped[-1].place or "by hand"),
                empty_steps=empty[key],
            )

    facts.ledger.steps.append(stepping)
    return {}


RULE = Rule(
    name="zero-grad-before-step",
    severity="error",
    what="Gradients are cleared between backward and step.",
    why="The step finds None or zeros. No weight moves, but for momentum and weight decay.",
    seen="At a step that finds no gradient in any parameter, the ledger knows of a backward since the "
    "last step, and of the clear that dropped what it gave.",
    silent="Steps that a gradient scaler leaves out; a learning rate of 0; a clear after the step.",
    bad="loss.backward()\noptimizer.zero_grad()\noptimizer.step()\n",
    good="optimizer.zero_grad()\nloss.backward()\noptimizer.step()\n",
    watch=watch,
)
