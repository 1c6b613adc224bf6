"""Gradients that are cleared just before the step that should take them."""

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step, Tally
from fourbeat.check.rule import Readers, Rule


def watch(facts: Facts) -> Readers:
    """See steps that find nothing, though a backward has run."""
    empty = Tally()

    def stepping(step: Step) -> None:
        dropped = [clear for clear in step.clears if clear.dropped]
        if step.runs or not step.fed or not dropped:
            return
        if all(run.consumed for run in step.fed):
            return  # a step of another optimizer's took them
        if empty.add(step) == 2:
            facts.report(
                RULE.name,
                "error",
                dropped[-1].place or step.place,
                f"{facts.names(step.owner())} steps without any gradient: they were cleared after "
                "backward, and before this step",
                "Call zero_grad() before backward, or after step().",
                step_at=str(step.place),
                empty_steps=2,
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
