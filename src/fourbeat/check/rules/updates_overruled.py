"""Steps in which the gradient has no say: it is clipped to nothing, or weight decay is stronger."""

from fourbeat.check.facts import Facts
from fourbeat.check.ledger import Step
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Clip
from fourbeat.observe.finer import Ended
from fourbeat.observe.place import here

_LIMIT = 1e-5
_SHRINK = 0.1
"""Of each weight, in one step: after twenty steps an eighth is left of it."""


def watch(facts: Facts) -> Readers:
    """Read limits of clipping and strengths of weight decay."""
    clips: dict[Place | None, tuple[int, int, float]] = {}
    decays: dict[int, tuple[Place | None, int, float]] = {}

    def clip(event: Clip) -> None:
        place = here()
        times, tiny, _ = clips.get(place, (0, 0, 0.0))
        clips[place] = times + 1, tiny + (float(event.limit) <= _LIMIT), float(event.limit)

    def stepping(step: Step) -> None:
        optimizer = step.owner()
        if optimizer is None or not type(optimizer).__module__.startswith("torch.optim"):
            return
        groups = [g for g in optimizer.param_groups if not isinstance(g["lr"], str)]
        strongest = max(
            (float(g["lr"]) * float(g.get("weight_decay") or 0) for g in groups), default=0
        )
        if strongest >= _SHRINK and type(optimizer).__name__ in ("SGD", "AdamW"):
            place, times, _ = decays.get(step.key, (facts.ledger.made(optimizer), 0, 0.0))
            decays[step.key] = place, times + 1, strongest

    def ended(_: Ended) -> None:
        for place, (times, tiny, limit) in clips.items():
            if times > 2 and tiny == times:
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    f"gradients are clipped to {limit:g}: nothing is left of them",
                    "Clip to a norm that usual gradients stay below, such as 1.0.",
                    limit=limit,
                )
        for place, times, shrink in decays.values():
            if times > 4:
                facts.report(
                    RULE.name,
                    "warning",
                    place,
                    f"weight decay takes {shrink:.0%} of each weight in every step: that is stronger than "
                    "what gradients add",
                    "Usual values are 1e-4 to 1e-2 (times the learning rate).",
                    shrink_per_step=shrink,
                    steps=times,
                )

    facts.ledger.steps.append(stepping)
    return {Clip: clip, Ended: ended}


RULE = Rule(
    name="updates-overruled",
    severity="error",
    what="Gradients are clipped to almost nothing, or weight decay is stronger than they are.",
    why="The optimizer steps, and the loss has no influence: weights stay, or shrink to 0.",
    seen="Every clip of a line has a limit of 1e-5 or less; learning rate times weight decay is 0.1 or "
    "more, over several steps of SGD or AdamW.",
    silent="Gradients that happen to be small; limits in scaled units.",
    bad="optimizer = SGD(net.parameters(), lr=0.05, weight_decay=10)\n",
    good="optimizer = SGD(net.parameters(), lr=0.05, weight_decay=1e-4)\n",
    watch=watch,
)
