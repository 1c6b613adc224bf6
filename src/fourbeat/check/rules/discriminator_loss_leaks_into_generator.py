"""One player's step takes the gradients of its opponent's loss."""

from fourbeat.check.facts import Facts
from fourbeat.check.graph import node_of, walk
from fourbeat.check.ledger import Run, Step, Tally
from fourbeat.check.look import each_tensor
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Calling, Differentiating, Ended
from fourbeat.observe.place import here, stack

_KEY = "fourbeat.given"


def watch(facts: Facts) -> Readers:
    """Look for steps that add an older backward, which another optimizer has used, to their own."""
    steps, leaks = Tally(), Tally()
    sources: dict[int, tuple[Run, Run]] = {}  # the opponent's, and the step's own
    latest: tuple[Run, int] | None = (
        None  # the newest run that was stepped on, and by which optimizer
    )
    joint: set[int] = set()  # optimizers that step on one backward, one after the other
    # By the lines that led to a backward: where a model was called on what has a graph.
    handed: dict[tuple[Place, ...], Place | None] = {}

    def calling(event: Calling) -> None:
        learns = event.grad and any(p.requires_grad for p in event.module.parameters())
        for one in each_tensor(event.inputs) if learns else ():
            node = node_of(one)
            if node is not None:
                node.metadata[_KEY] = here()

    def differentiating(event: Differentiating) -> None:
        if event.accumulates and (lines := tuple(stack())) not in handed:
            places = (node.metadata.get(_KEY) for node in walk(event.roots))
            handed[lines] = next((place for place in places if place is not None), None)

    def stepping(step: Step) -> None:
        nonlocal latest
        steps.add(step)
        if not step.runs:
            return
        newest = max(step.runs, key=lambda run: run.number)
        if latest is not None and latest[0] is newest and latest[1] != step.key:
            joint.update((latest[1], step.key))
        latest = newest, step.key
        own = id(step.owner())
        others = newest.consumed - {own}
        for run in step.runs:
            users = run.consumed - {own}
            # The opponent has stepped on it, and this one's own loss goes through the opponent again.
            if run is not newest and not others and users & newest.fed:
                leaks.add(step)
                sources[step.key] = run, newest
                return

    def ended(_: Ended) -> None:
        for count, step in leaks.all():
            if count < 2 or 2 * count < steps.count(step):
                continue
            run, newest = sources[step.key]
            if run.frames == newest.frames and step.key in joint:
                continue  # one loss for all, on which one of them steps less often
            facts.report(
                RULE.name,
                "error",
                (handed.get(tuple(run.frames)) if run.frames != newest.frames else None)
                or own_line(run, newest),
                f"the backward of this loss is another optimizer's, but its gradients stay in the parameters of "
                f"{facts.names(step.owner())}, which steps on them together with its own loss's",
                "Detach what the other network made, D(fake.detach()), or clear these gradients before "
                "the own backward.",
                steps=count,
                backward_at=str(run.place),
                taken_at=str(step.place),
            )

    facts.ledger.steps.append(stepping)
    return {Calling: calling, Differentiating: differentiating, Ended: ended}


def own_line(run: Run, other: Run) -> Place | None:
    """The innermost line that led to one backward alone: a helper may call it for both."""
    return next((a for a, b in zip(run.frames, other.frames, strict=False) if a != b), run.place)


RULE = Rule(
    name="discriminator-loss-leaks-into-generator",
    severity="error",
    what="A generator's step takes gradients that the discriminator's loss has left in it.",
    why="The two want opposite things. With the discriminator's gradients in it, the generator's step "
    "makes its samples easier to tell: the two losses cancel out in part, and the game does not work.",
    seen="A step takes two backwards: an older one on which another optimizer has stepped already, and "
    "its own, which goes through that other optimizer's parameters. Nobody cleared between them.",
    silent="Samples that are detached; gradients cleared before the own backward; joint training, where "
    "all step on one sum of losses; gradient reversal.",
    bad="d_loss = criterion(D(G(z)), fake)\n"
    "d_loss.backward(); d_optimizer.step()\n"
    "criterion(D(G(z)), real).backward(); g_optimizer.step()\n",
    good="d_loss = criterion(D(G(z).detach()), fake)\n"
    "d_loss.backward(); d_optimizer.step()\n"
    "criterion(D(G(z)), real).backward(); g_optimizer.step()\n",
    watch=watch,
)
