"""Names for what a script trains: optimizers by variable, parameters by module."""

from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary, ref

from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.observe.steps import Steps, parameters
from fourbeat.observe.stream import Subjects
from fourbeat.observe.variables import held


class Names:
    """What was seen of a script's models, and how it is called."""

    def __init__(self) -> None:
        self._called: WeakValueDictionary[int, nn.Module] = WeakValueDictionary()
        self._news = 0
        self._found: WeakValueDictionary[int, nn.Module] = WeakValueDictionary()
        self._variables: dict[int, tuple[ref[Any], str]] = {}
        self._optimizers: WeakKeyDictionary[Optimizer, str] = WeakKeyDictionary()
        self._modules: dict[int, str] = {}
        self._roots: list[tuple[str, ref[nn.Module]]] = []
        self._key: tuple[int, ...] = ()

    def look(self, steps: Steps) -> None:
        """See what the script's variables hold, if anything has been added since."""
        key = (steps.version, self._news)
        if key == self._key:
            return
        for name, thing in sorted(held(), key=lambda one: one[0].startswith(("self", "_"))):
            if self._variable(thing) is None:
                self._variables[id(thing)] = (ref(thing), name)
            if isinstance(thing, nn.Module):
                self._found[id(thing)] = thing
        known = steps.all_optimizers()
        self._name_modules(known)
        self._name_optimizers(known)
        self._key = key

    def _living(self) -> list[tuple[str, nn.Module]]:
        """The modules that what is trained is named by."""
        found = ((name, root()) for name, root in self._roots)
        return [(name, root) for name, root in found if root is not None]

    def call(self, module: nn.Module) -> None:
        """The script called a module itself."""
        if id(module) not in self._called:
            self._called[id(module)] = module
            self._news += 1

    def _variable(self, thing: nn.Module | Optimizer) -> str | None:
        here = self._variables.get(id(thing))
        return here[1] if here is not None and here[0]() is thing else None

    def module(self, module: nn.Module) -> str | None:
        """Its name within what is trained; None for one that is no part of it."""
        return self._modules.get(id(unwrapped(module)))

    def subjects(self, steps: Steps) -> Subjects:
        """Optimizers by name, and all parameters and buffers of their models."""
        self.look(steps)
        named = {self._optimizers[o]: o for o in steps.optimizers()}
        held_by: dict[str, Tensor] = {}
        buffers: dict[str, Tensor] = {}
        for name, root in self._living():
            prefix = f"{name}." if name else ""
            held_by.update((prefix + key, p) for key, p in root.named_parameters())
            buffers.update((prefix + key, b) for key, b in root.named_buffers())
        there = {id(p) for p in held_by.values()}
        for name, optimizer in named.items():
            for number, group in enumerate(optimizer.param_groups):
                for index, p in enumerate(group["params"]):
                    if id(p) not in there:
                        there.add(id(p))
                        held_by[f"{name}.{number}.{index}"] = p
        return Subjects(named, held_by, buffers)

    def _name_modules(self, optimizers: list[Optimizer]) -> None:
        """The modules that own the optimizers' parameters: largest first, then those called."""
        wanted = {id(p) for optimizer in optimizers for p in parameters(optimizer)}
        owned: list[tuple[int, int, nn.Module, set[int]]] = []
        seen: set[int] = set()
        for rank, modules in enumerate((self._called, self._found)):
            for module in map(unwrapped, list(modules.values())):
                own = {id(p) for p in module.parameters()} & wanted
                if own and id(module) not in seen:
                    seen.add(id(module))
                    owned.append((-len(own), rank, module, own))
        chosen: list[nn.Module] = []
        for _, _, module, own in sorted(owned, key=lambda one: one[:2]):
            if own & wanted:
                wanted -= own
                chosen.append(module)
        known = {id(root): name for name, root in self._living()}
        if len(chosen) == 1 and not known:
            known[id(chosen[0])] = ""
        for root in chosen:
            if id(root) not in known:
                known[id(root)] = _free(self._variable(root) or "model", set(known.values()))
        self._roots = [(known[id(root)], ref(root)) for root in chosen]
        self._modules = {}
        for name, root in self._living():
            for path, module in root.named_modules():
                whole = ".".join(part for part in (name, path) if part)
                self._modules.setdefault(id(module), whole)

    def _name_optimizers(self, optimizers: list[Optimizer]) -> None:
        """A name once given stays, and passes on to one that is made anew for the same parameters."""
        sets = {id(o): frozenset(map(id, parameters(o))) for o in optimizers}
        alone = len(set(sets.values())) == 1 and not self._optimizers
        given = {
            frozenset(map(id, parameters(optimizer))): name
            for optimizer, name in self._optimizers.items()
        }
        for optimizer in optimizers:
            if optimizer in self._optimizers:
                continue
            own = sets[id(optimizer)]
            if own not in given:
                variable = self._variable(optimizer) or type(optimizer).__name__
                given[own] = "main" if alone else _free(variable, set(given.values()))
            self._optimizers[optimizer] = given[own]


def unwrapped(module: nn.Module) -> nn.Module:
    """The module within a wrapper that adds nothing to its parameters but a prefix."""
    while True:
        if type(module).__name__ == "OptimizedModule":
            module = module._orig_mod  # pyright: ignore[reportAssignmentType, reportPrivateUsage]
        elif type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
            module = module.module  # pyright: ignore[reportAssignmentType]
        else:
            return module


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    return free
