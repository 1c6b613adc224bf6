"""Parameter groups by name pattern, and what no group holds."""

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from torch import nn
from torch.optim import Optimizer

from fourbeat.errors import Problem, RunError


def parameter_groups(
    model: nn.Module, patterns: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Groups for an optimizer: each pattern's parameters with its options, then all others.

    Frozen parameters are left out. A parameter goes to the first pattern that matches it.

    Args:
        model: whose parameters these are.
        patterns: shell patterns over the names of `model.named_parameters()`, such as `*.bias` or
            `encoder.*`, and the options of each: `{"*.bias": {"weight_decay": 0.0}}`.

    Returns:
        The groups, for `torch.optim.AdamW(groups, lr=…)`; those without a parameter are left out.

    Raises:
        RunError: naming each pattern that matches no parameter.
    """
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    problems = [
        Problem(
            f"no trainable parameter matches {pattern!r}", "parameter groups", near(pattern, names)
        )
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in names)
    ]
    if problems:
        raise RunError(problems)
    rest = "*"
    groups: dict[str, dict[str, Any]] = {
        pattern: {"params": [], **options} for pattern, options in patterns.items()
    }
    groups.setdefault(rest, {"params": []})
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            first = next((p for p in patterns if fnmatchcase(name, p)), rest)
            groups[first]["params"].append(parameter)
    return [group for group in groups.values() if group["params"]]


def near(pattern: str, names: list[str]) -> str:
    """A remedy for a pattern that was mistyped."""
    found = difflib.get_close_matches(pattern.strip("*."), names, n=1, cutoff=0.3)
    return f"Did you mean {found[0]!r}?" if found else f"Parameters: {', '.join(names[:8])}"


@dataclass(frozen=True, slots=True)
class Held:
    """Which of a model's parameters are trained by whom.

    Attributes:
        groups: for each optimizer's group, the names of its parameters.
        unheld: trainable, and in no group.
        twice: in two groups, of two optimizers.
        frozen: without `requires_grad`, whether held or not.
        foreign: parameters in the groups that the model does not have.
    """

    groups: list[list[str]]
    unheld: list[str]
    twice: list[str]
    frozen: list[str]
    foreign: int

    def __str__(self) -> str:
        lines = [
            f"group {i}: {len(names)} parameters, {shown(names)}"
            for i, names in enumerate(self.groups)
        ]
        for what, names in (
            ("held by no optimizer", self.unheld),
            ("held twice", self.twice),
            ("frozen", self.frozen),
        ):
            if names:
                lines.append(f"{what}: {shown(names)}")
        if self.foreign:
            lines.append(f"not of this model: {self.foreign}")
        return "\n".join(lines)


def held(model: nn.Module, *optimizers: Optimizer) -> Held:
    """Say which parameters the optimizers hold, and which none does.

    Args:
        model: to look at.
        optimizers: all that train it.
    """
    names = {id(p): name for name, p in model.named_parameters()}
    groups = [list(group["params"]) for one in optimizers for group in one.param_groups]
    counts = Counter(id(p) for group in groups for p in group)
    named = list(model.named_parameters())
    return Held(
        groups=[[names.get(id(p), "?") for p in group] for group in groups],
        unheld=[name for name, p in named if p.requires_grad and id(p) not in counts],
        twice=[name for name, p in named if counts[id(p)] > 1],
        frozen=[name for name, p in named if not p.requires_grad],
        foreign=sum(key not in names for key in counts),
    )


def shown(names: list[str]) -> str:
    """The first few of many names."""
    return ", ".join(names[:6]) + (f", … ({len(names)})" if len(names) > 6 else "")
