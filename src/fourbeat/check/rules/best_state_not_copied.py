"""A state that was kept, and changed with the weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.rules.average_aliases_weights import memory
from fourbeat.finding import Place
from fourbeat.observe.finer import StateGiven, StateTaken
from fourbeat.observe.place import here


@dataclass(slots=True)
class _Taken:
    """Where the state of a module was taken, and after how many updates."""

    place: Place | None
    updates: int


def watch(facts: Facts) -> Readers:
    """See states that are the live weights themselves when they are loaded."""
    taken: WeakKeyDictionary[nn.Module, _Taken] = WeakKeyDictionary()

    def state_taken(event: StateTaken) -> None:
        taken[event.module] = _Taken(here(), facts.modes.updates)

    def state_given(event: StateGiven) -> None:
        own = pointers(dict(event.module.named_parameters()))
        given = pointers(event.state)
        if not own or not own <= given:
            return
        was = taken.get(event.module)
        updates = facts.modes.updates
        if updates == 0 or (was is not None and was.updates == updates):
            return
        facts.report(
            RULE.name,
            "error",
            here(),
            "the state that is loaded is the model's own: it was kept without a copy, and went on "
            "changing with every step",
            "Keep copy.deepcopy(model.state_dict()), or save it to a file at once.",
            taken_at=str(was.place) if was is not None and was.place is not None else "unknown",
            updates_since=updates - (was.updates if was is not None else 0),
        )

    return {StateTaken: state_taken, StateGiven: state_given}


def pointers(state: Any) -> set[int]:
    """Where the values of a state lie in memory."""
    if not isinstance(state, Mapping):
        return set()
    values = cast(Mapping[str, Any], state).values()
    return {memory(one) for one in values if isinstance(one, Tensor) and one.numel()} - {0}


RULE = Rule(
    name="best-state-not-copied",
    severity="error",
    what="The best weights are kept as references to the live ones.",
    why="`state_dict()` copies nothing. By the time the best state is loaded it holds the last weights, "
    "and the load does nothing at all.",
    seen="A state is loaded into a module all of whose weights lie where the module's own do, and "
    "updates were made since the state was last taken.",
    silent="Copies; states that were written to a file; states of another module; a state that is "
    "changed and loaded again at once.",
    bad="if loss < best:\n    best, best_state = loss, model.state_dict()\n...\n"
    "model.load_state_dict(best_state)\n",
    good="if loss < best:\n    best, best_state = loss, copy.deepcopy(model.state_dict())\n...\n"
    "model.load_state_dict(best_state)\n",
    watch=watch,
)
