"""A state that was kept, and changed with the weights."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from weakref import WeakKeyDictionary, ref

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.rules.average_aliases_weights import memory
from fourbeat.data.batch import tensors
from fourbeat.finding import Finding, Place
from fourbeat.observe.finer import StateGiven, StateTaken
from fourbeat.observe.place import here


@dataclass(slots=True)
class _Taken:
    """The state of a module that was taken last.

    Attributes:
        place: where.
        changes: of the weights, by then.
        updates: of these, those of optimizers.
        value: its first tensor, as long as anything keeps it.
    """

    place: Place | None
    changes: int
    updates: int
    value: ref[Tensor] | None


@dataclass(slots=True)
class _Module:
    """Of one module.

    Attributes:
        loads: of values from elsewhere.
        taken: its state.
        lived: lines whose states lived on while the weights changed, up to the next one.
        returned: lines whose states were loaded again at once.
    """

    loads: int = 0
    taken: _Taken | None = None
    lived: set[Place | None] = field(default_factory=set[Place | None])
    returned: set[Place | None] = field(default_factory=set[Place | None])


def watch(facts: Facts) -> Readers:
    """See states that are the live weights themselves when they are loaded."""
    modules: WeakKeyDictionary[nn.Module, _Module] = WeakKeyDictionary()
    values: dict[int, tuple[ref[Tensor], Place | None]] = {}

    def state_taken(event: StateTaken) -> None:
        module, place = modules.setdefault(event.module, _Module()), here()
        updates = facts.modes.updates
        changes = updates + module.loads
        was = module.taken
        lives = was is not None and was.value is not None and was.value() is not None
        if was is not None and lives and was.place == place and was.changes != changes:
            module.lived.add(place)
        first = next(tensors(event.state), None)
        value = None
        if first is not None and not isinstance(first, nn.Parameter):  # it lives with the module
            number = id(first)
            value = ref(first)
            values[number] = ref(first, lambda _: values.pop(number, None)), place
        module.taken = _Taken(place, changes, updates, value)

    def taken_at(state: Any) -> Place | None:
        for one in tensors(state):
            value, place = values.get(id(one), (None, None))
            if value is not None and value() is one:
                return place
        return None

    def state_given(event: StateGiven) -> None:
        module = modules.setdefault(event.module, _Module())
        own = pointers(dict(event.module.named_parameters()))
        given = pointers(event.state)
        if not own or not own <= given:
            module.loads += bool(own)
            return
        was, updates = module.taken, facts.modes.updates
        if updates == 0:
            return
        live = was is not None and was.changes == updates + module.loads
        # If such states were kept before, this one is the best by chance: they would have been lost.
        if was is not None and live and was.place not in module.lived - module.returned:
            module.returned.add(was.place)
            return
        facts.report(
            RULE.name,
            "error",
            taken_at(event.state) or here(),
            "the model's state is kept without a copy, and goes on changing with the weights: loading it "
            "restores nothing",
            "Keep copy.deepcopy(model.state_dict()), or save it to a file at once.",
            loaded_at=str(here()),
            updates_since=updates - (was.updates if was is not None else 0),
        )

    return {StateTaken: state_taken, StateGiven: state_given}


BEST = re.compile(r"best|kept|keep|snapshot|backup|restore", re.I)
"""What a state is called that is to come back."""


def read(tree: ast.Module, file: str) -> Iterator[Finding]:
    """Find lists of parameters themselves that are kept under a condition, and copied back by hand."""
    whole = ast.unparse(tree)
    for node in ast.walk(tree):
        for line in node.body if isinstance(node, ast.If) else ():
            if not isinstance(line, ast.Assign) or not of_parameters(line.value):
                continue
            name = ast.unparse(line.targets[0])
            kept = re.escape(name)
            back = rf"for [^\n]* in [^\n]*{kept}[^\n]*:\n[^\n]*(\.copy_\(|\.data = )"
            if not BEST.search(name) or not re.search(back, whole):
                continue
            yield Finding(
                RULE.name,
                "error",
                Place(file, line.lineno, line.end_lineno or line.lineno),
                f"`{name}` holds the parameters' own memory, and no copy: it goes on changing with them, and "
                "copying it back does nothing",
                "Keep p.detach().clone() of each parameter.",
            )


def of_parameters(value: ast.expr) -> bool:
    """Whether an expression gathers a module's parameters, or their `data`, as they are."""
    if not isinstance(value, ast.ListComp | ast.DictComp):
        return False
    one = value.elt if isinstance(value, ast.ListComp) else value.value
    source = ast.unparse(value.generators[0].iter)
    return bool(re.search(r"\.(named_)?parameters\(", source)) and bool(
        re.fullmatch(r"\w+(\.data|\.detach\(\))*", ast.unparse(one))
    )


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
    "since it was taken the weights were updated, or others were loaded; or earlier states of the same "
    "line were kept while that happened. In the syntax tree: a list of a module's parameters is kept as the best "
    "one, and copied back value by value.",
    silent="Copies; states that were written to a file; states of another module; a state that is "
    "changed and loaded again at once.",
    bad="if loss < best:\n    best, best_state = loss, model.state_dict()\n...\n"
    "model.load_state_dict(best_state)\n",
    good="if loss < best:\n    best, best_state = loss, copy.deepcopy(model.state_dict())\n...\n"
    "model.load_state_dict(best_state)\n",
    watch=watch,
    read=read,
)
