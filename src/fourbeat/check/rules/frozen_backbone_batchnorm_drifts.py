"""Frozen layers whose statistics are trained all the same."""

from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

from fourbeat.check.facts import Facts
from fourbeat.check.modes import acts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Mode
from fourbeat.observe.finer import Ended, Layer
from fourbeat.observe.place import here, outside_of


@dataclass(slots=True)
class _Drift:
    """Of one layer, since it was frozen.

    Attributes:
        weights: some of them.
        updates: of any optimizer, at the latest call.
        loose: updates by the latest call while it was trainable.
        count: calls with an update since the one before.
        thaws: how often it was trainable after it had been frozen.
    """

    weights: str
    updates: int
    loose: int = -1
    count: int = 0
    thaws: int = 0
    frozen: bool = False
    place: Place | None = None


def watch(facts: Facts) -> Readers:
    """Count the updates during which frozen batch normalisation is called in training mode."""
    drifts: WeakKeyDictionary[nn.Module, _Drift] = WeakKeyDictionary()
    all_drifts: list[_Drift] = []  # also of layers that are gone when the script ends
    wakes: WeakKeyDictionary[nn.Module, tuple[int, Place]] = WeakKeyDictionary()

    def mode(event: Mode) -> None:
        place = here()
        wakes.pop(event.module, None)
        if event.training and place is not None:
            wakes[event.module] = facts.modes.updates, place

    def woken(layer: nn.Module, since: int) -> Place | None:
        """Where a layer was put into training mode last, if it was after some updates."""
        for module, (updates, place) in reversed(list(wakes.items())):
            if updates > since and any(one is layer for one in module.modules()):
                return place
        return None

    def layer(event: Layer) -> None:
        module = event.module
        if not isinstance(module, _BatchNorm) or not module.training or not acts(module):
            return
        weight = cast(Tensor | None, module.weight)
        call = facts.modes.current
        if weight is None or call is None:
            return
        updates = facts.modes.updates
        drift = drifts.get(module)
        if drift is None:
            drift = drifts[module] = _Drift(some(weight), updates)
            all_drifts.append(drift)
        if not frozen(module):
            drift.thaws += drift.frozen
            drift.frozen, drift.loose = False, updates
            return
        if not drift.frozen:
            drift.frozen, drift.weights, drift.count = True, some(weight), 0
        elif call.grad and updates > drift.updates:
            drift.count += 1
            if drift.place is None:
                drift.place = woken(module, drift.loose) or outside_of(within)
            # Weights that follow others by hand are read now and then, ever more seldom.
            if drift.count & (drift.count - 1) == 0 and drift.weights != some(weight):
                drift.thaws = 2
        drift.updates = updates

    def ended(_: Any) -> None:
        found: dict[Place | None, int] = {}
        for drift in all_drifts:
            if drift.frozen and drift.count >= 3 and drift.thaws < 2:
                found[drift.place] = found.get(drift.place, 0) + 1
        for place, layers in found.items():
            facts.report(
                RULE.name,
                "error",
                place,
                f"the weights are frozen, but the running statistics of {layers} batch normalisation "
                "layers move: they are in training mode",
                "Put the frozen part into evaluation mode after each model.train().",
                layers=layers,
            )

    return {Mode: mode, Layer: layer, Ended: ended}


def frozen(module: nn.Module) -> bool:
    """Whether it has parameters, and none is trained."""
    own = list(module.parameters())
    return bool(own) and not any(p.requires_grad for p in own)


def some(weight: Tensor) -> str:
    """A few of a layer's weights, to see whether they move."""
    return str(weight.detach()[:8].tolist())


def within(owner: Any) -> bool:
    """Whether a method belongs to a frozen module."""
    return isinstance(owner, nn.Module) and frozen(owner)


RULE = Rule(
    name="frozen-backbone-batchnorm-drifts",
    severity="error",
    what="A part of the model is frozen, and its batch normalisation stays in training mode.",
    why="Running statistics are no parameters: `requires_grad = False` does not stop them. The frozen "
    "part changes with every batch, and at evaluation it is not the one that was trained before.",
    seen="Batch normalisation whose own weights are frozen, and do not change, is called in training "
    "mode, with updates between the calls.",
    silent="Statistics that are computed afresh while nothing is trained; layers that are frozen for the "
    "other player's turn; averaged weights, which change by other means.",
    bad="backbone.requires_grad_(False)\n"
    "model.train()\n"
    "for x, y in loader:\n"
    "    loss = criterion(head(backbone(x)), y)\n",
    good="backbone.requires_grad_(False)\n"
    "model.train()\n"
    "backbone.eval()\n"
    "for x, y in loader:\n"
    "    loss = criterion(head(backbone(x)), y)\n",
    watch=watch,
)
