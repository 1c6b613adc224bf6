"""A checkpoint none of whose names the model has."""

from collections.abc import Mapping
from typing import Any, cast

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import StateGiven
from fourbeat.observe.place import here


def watch(facts: Facts) -> Readers:
    """Compare the names of a state with those of the module that it is loaded into."""

    def state_given(event: StateGiven) -> None:
        if event.strict or not isinstance(event.state, Mapping):
            return
        if any(part._load_state_dict_pre_hooks for part in event.module.modules()):  # pyright: ignore[reportPrivateUsage]
            return  # these may rename
        given = [str(name) for name in cast(Mapping[Any, Any], event.state)]
        own = [name for name, _ in event.module.named_parameters()]
        own += [name for name, _ in event.module.named_buffers()]
        if not given or not own or not set(own).isdisjoint(given):
            return
        facts.report(
            RULE.name,
            "error",
            here(),
            f"none of the {len(given)} names of the state ({given[0]}, …) is one of the model's ({own[0]}, …): "
            "with strict=False nothing is loaded, and nothing is said",
            "Load the part of the file that holds the model's state, take a prefix as of a wrapper off its "
            "names, and leave strict=False out.",
            given=given[:4],
            wanted=own[:4],
        )

    return {StateGiven: state_given}


RULE = Rule(
    name="loaded-state-matches-nothing",
    severity="error",
    what="A state is loaded with `strict=False`, and not one of its names is the model's.",
    why="A wrapper (DataParallel, DDP, torch.compile, a module of your own) puts a prefix before each name, and a "
    "checkpoint often holds the state one level deeper. With `strict=False` all of it is passed over in silence: "
    "the model keeps its random weights.",
    seen="`load_state_dict(…, strict=False)` is given names of which the module has none.",
    silent="States that match in part, as of a backbone or of adapters; empty ones; modules that rename as "
    "they load.",
    bad="model.load_state_dict(torch.load('ddp.pt'), strict=False)  # module.fc.weight, …\n",
    good="state = torch.load('ddp.pt')\n"
    "model.load_state_dict({k.removeprefix('module.'): v for k, v in state.items()})\n",
    watch=watch,
)
