"""A generator that each worker has a copy of."""

import dis
import random
from types import CodeType
from typing import Any, cast
from weakref import WeakSet

import numpy as np
import torch

from fourbeat.check.code import codes, names, parts, within
from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Given
from fourbeat.observe.place import users

GENERATORS = (np.random.Generator, np.random.RandomState, torch.Generator)

BEGIN = ("__getitem__", "__getitems__", "__iter__", "__call__", "forward")
"""Methods that workers call."""


def watch(facts: Facts) -> Readers:
    """Look for generators of a dataset's own when workers have given it to a training."""
    looked: WeakSet[Any] = WeakSet()

    def giving(one: Pass, _: Given) -> None:
        loader = one.loader()
        if loader is None or not one.trained or loader in looked:
            return
        again = one.number > 1 and not loader.persistent_workers
        if loader.num_workers < 1 or (loader.num_workers < 2 and not again):
            return
        looked.add(loader)
        if loader.worker_init_fn is not None:
            return
        for part in parts(loader.dataset):
            for name, place in used(part):
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    f"workers draw from copies of one generator, `{name}`: each of the {loader.num_workers} "
                    "workers, and each epoch, has the same random numbers",
                    "Make the generator in the worker: in worker_init_fn, or of torch.initial_seed().",
                    workers=loader.num_workers,
                    generator=name,
                )

    facts.passes.giving.append(giving)
    return {}


def drawn(value: Any) -> bool:
    """Whether a value is a generator that is copied with its state."""
    return isinstance(value, GENERATORS) or type(value) is random.Random


def used(part: Any) -> list[tuple[str, Place]]:
    """Generators that an object's methods draw from in a worker, with the line that keeps them.

    Where that cannot be seen, it is the first line that draws.
    """
    methods = codes(part)
    if any("worker" in name for code in methods.values() for name in names(code)):
        return []
    ways = [name for name in BEGIN if name in methods]
    reached: list[CodeType] = []
    while ways:
        code = methods.pop(ways.pop(), None)
        if code is not None:
            reached += within(code)
            ways += [name for name in names(code) if name in methods]
    own = {k for k, v in getattr(part, "__dict__", {}).items() if drawn(v)}
    found: list[tuple[str, Place]] = []
    for code in reached:
        steps = list(dis.get_instructions(code))
        if any(one.opname == "STORE_ATTR" and one.argval in own for one in steps):
            return []
        line = code.co_firstlineno
        for one in steps:
            line = one.starts_line or line
            world = one.opname == "LOAD_GLOBAL" and drawn(globals_of(part).get(one.argval))
            if world or (one.opname in ("LOAD_ATTR", "LOAD_METHOD") and one.argval in own):
                if users(code.co_filename):
                    place = Place(code.co_filename, line, line, code.co_qualname)
                    place = (None if world else kept(part, one.argval)) or place
                    found.append((str(one.argval), place))
                break
    return found[:1]


def kept(part: Any, name: str) -> Place | None:
    """The line of an object's `__init__` that gives it an attribute."""
    code = codes(part).get("__init__")
    line = code.co_firstlineno if code is not None else 0
    for one in dis.get_instructions(code) if code is not None else ():
        line = one.starts_line or line
        if one.opname == "STORE_ATTR" and one.argval == name:
            return Place(code.co_filename, line, line, code.co_qualname) if code else None
    return None


def globals_of(part: Any) -> dict[str, Any]:
    """The names of the module that an object's class was written in."""
    for kind in type(part).__mro__:
        for value in vars(kind).values():
            if hasattr(value, "__globals__"):
                return cast(dict[str, Any], value.__globals__)
    return {}


RULE = Rule(
    name="augmentation-rng-duplicated-in-workers",
    severity="error",
    what="A dataset draws from a random generator of its own, and is read by several workers.",
    why="Workers are copies of the process, and begin each epoch with the generator as it was. All of "
    "them draw the same numbers, in every epoch: there are far fewer variations than it seems. Only the "
    "global generators are seeded for each worker.",
    seen="A loader with workers that is trained on; its dataset, or a transform in it, keeps a generator "
    "of NumPy's, Python's or PyTorch's, or finds one in its module, and a method that workers call uses "
    "it.",
    silent="A `worker_init_fn`; code that asks for its worker; the global generators; a generator that is "
    "made anew for each row.",
    bad="self.rng = np.random.default_rng(0)\n...\ndef __getitem__(self, i):\n"
    "    return self.x[i] + self.rng.normal()\n",
    good="def __getitem__(self, i):\n    return self.x[i] + torch.randn(())\n",
    watch=watch,
)
