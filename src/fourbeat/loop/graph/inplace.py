"""Several steps in one graph, each of which writes its weights to where they came from.

A functional graph has a new tensor for each step's weights, and copies the last one back at the end. Compiled
like that, every step but the last writes to memory of its own, and what the steps read and write is twice as
large: for some hundred thousand weights, too large for the processor's cache.
"""

import operator
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch.fx import Graph

COPY, WHERE = torch.ops.aten.copy_.default, torch.ops.aten.where.self


def write_in_place(graph: Graph) -> None:
    """Write each new value of an input to it as soon as it is there.

    Done for inputs that end as `where(.., new, old)` of `where(.., new, old)` of … of themselves, if nothing
    reads an old value once the next one is there.
    """
    place = {node: number for number, node in enumerate(graph.nodes)}
    ends = [node for node in graph.nodes if node.target is COPY]
    found = {end: values_of(*end.args[:2]) for end in ends}
    for end, values in found.items():
        steps = pairwise(values)
        late = (
            place[at] > place[new] for old, new in steps for at in readers(old) if at is not end
        )
        if any(late):
            continue
        for value in values[1:-1]:
            users = list(value.users)
            with graph.inserting_after(value):
                written = graph.call_function(COPY, (values[0], value))
            written.meta = dict(value.meta)
            place[written] = place[value]
            for user in users:
                user.replace_input_with(value, written)


def values_of(held: Any, last: Any) -> list[Any]:
    """An input and the values that it takes one after the other, up to the last; none if they are of another form."""
    found = [last]
    while found[-1] is not held:
        if found[-1].target is not WHERE:
            return []
        found.append(found[-1].args[2])
    return found[::-1] if held.op == "placeholder" else []


def readers(value: Any) -> Iterator[Any]:
    """What reads a value, by itself or through a view."""
    for user in value.users:
        yield user
        if is_view(user.target):
            yield from readers(user)


def is_view(target: Any) -> bool:
    """Whether an operator's result lies where its argument does."""
    returns = target._schema.returns if isinstance(target, torch._ops.OpOverload) else ()  # pyright: ignore[reportPrivateUsage]
    return target is operator.getitem or any(one.alias_info is not None for one in returns)
