"""Why a parameter that gets gradients may be in no optimizer."""

from typing import Any, Literal

from torch import Tensor, nn

from fourbeat.check.census import Census, Known

Kind = Literal["hidden", "created", "replaced", "missing"]
"""Of a module in a plain container; of a module that each step builds anew; of one that took the place
of what the optimizer holds; or just missing."""


def kinds(census: Census) -> list[tuple[Known, Kind]]:
    """Each parameter that the last loss reached and that no optimizer ever held, and why."""
    orphans = census.orphans()
    if not orphans:
        return []
    hidden = {id(p) for _, _, module in tucked(census) for p in module.parameters()}
    stale = list(gone(census))
    found: list[tuple[Known, Kind]] = []
    for known in orphans:
        p = known.parameter()
        if p is None:
            continue
        if known.born is not None and census.repeats.get(known.born, 0) > 1:
            found.append((known, "created"))
        elif id(p) in hidden:
            found.append((known, "hidden"))
        elif any(old.dim() == p.dim() for old in stale):
            found.append((known, "replaced"))
        else:
            found.append((known, "missing"))
    return found


def gone(census: Census) -> list[Tensor]:
    """Parameters that an optimizer holds and that belong to no module any more, nor does a loss come
    to them."""
    held = census.held()
    if not held:
        return []
    living = {id(p) for m in census.births.modules() for p in m.parameters(recurse=False)}
    return [
        p
        for p in held
        if isinstance(p, nn.Parameter)
        and p.requires_grad
        and id(p) not in living
        and census.of(p).last < census.walked
        and (census.of(p).owned or census.of(p).reached)
    ]


def tucked(census: Census) -> list[tuple[nn.Module, str, nn.Module]]:
    """Modules in plain containers: the module that has the container, its attribute, the module."""
    found: list[tuple[nn.Module, str, nn.Module]] = []
    for owner in census.births.modules():
        own = {id(p) for p in owner.parameters()}
        for name, value in vars(owner).items():
            if name.startswith("_") and name in _TORCHS:
                continue
            for module in _within(value, 0):
                if any(id(p) not in own for p in module.parameters()):
                    found.append((owner, name, module))
    return found


_TORCHS = frozenset(vars(nn.Module()))
"""Attributes of every module."""


def _within(value: Any, depth: int) -> list[nn.Module]:
    """Modules in lists, tuples, sets and dicts, three deep."""
    if isinstance(value, nn.Module):
        return [value] if depth else []
    if depth > 2 or not isinstance(value, list | tuple | set | dict):
        return []
    parts: Any = value.values() if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return [module for part in list(parts)[:256] for module in _within(part, depth + 1)]
