"""In which mode models are called, and which of their layers it concerns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet, ref

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase  # pyright: ignore[reportPrivateUsage]
from torch.nn.modules.dropout import _DropoutNd  # pyright: ignore[reportPrivateUsage]

from fourbeat.check.ledger import print_of
from fourbeat.data.batch import tensors
from fourbeat.finding import Place
from fourbeat.observe.events import Mode, Updated
from fourbeat.observe.finer import Called, Calling, Layer
from fourbeat.observe.place import discarded, here


@dataclass(slots=True, eq=False)
class Call:
    """One call of a model by the script.

    Attributes:
        module: that was called.
        training: its mode.
        grad: whether gradients are on.
        active: whether a layer of it does what it does in training only: drops, or moves statistics.
        trained: whether such a layer did so before, with gradients on.
        rested: whether a layer that did so before, or was meant to, does not now.
        updates: of any optimizer, by now.
        place: of the call; None where it is one of the usual kind: in training mode, with gradients.
        discarded: whether the script throws the answer away.
        given: a print of what the model was given; None where there is no place.
        answers: whether its answer belongs to a graph.
        weights: whether the model has parameters.
    """

    module: ref[nn.Module]
    training: bool
    grad: bool
    updates: int
    place: Place | None = None
    discarded: bool = False
    given: Any = None
    active: bool = False
    trained: bool = False
    rested: bool = False
    answers: bool = False
    weights: bool = False


@dataclass(slots=True)
class Modes:
    """Follows the outermost calls of modules.

    Attributes:
        calls: told of each call, once it is over.
        current: that is going on; None outside.
        layer: that depends on its mode, and was called last.
        updates: of any optimizer, by now.
        rests: where modules were put into evaluation mode last.
    """

    calls: list[Callable[[Call], None]] = field(default_factory=list[Callable[[Call], None]])
    current: Call | None = None
    layer: ref[nn.Module] | None = None
    updates: int = 0
    rests: WeakKeyDictionary[nn.Module, Place] = field(
        default_factory=WeakKeyDictionary[nn.Module, Place]
    )
    _trained: WeakSet[nn.Module] = field(default_factory=WeakSet[nn.Module])
    _meant: WeakSet[nn.Module] = field(default_factory=WeakSet[nn.Module])
    _rested: WeakSet[nn.Module] = field(default_factory=WeakSet[nn.Module])
    _on_purpose: WeakSet[nn.Module] = field(default_factory=WeakSet[nn.Module])

    @property
    def readers(self) -> dict[type[Any], Callable[[Any], None]]:
        """Of the events that it is made of."""
        return {
            Calling: self._calling,
            Layer: self._layer,
            Called: self._called,
            Updated: self._updated,
            Mode: self._mode,
        }

    def _updated(self, event: Updated) -> None:
        self.updates += event.done

    def _mode(self, event: Mode) -> None:
        place = here()
        if place is None:
            return
        if event.training:  # the script's own word; a module begins in that mode without it
            self._meant.add(event.module)
        else:
            self.rests[event.module] = place
            self._rested.add(event.module)

    def _calling(self, event: Calling) -> None:
        module = event.module
        call = Call(ref(module), module.training, event.grad, self.updates)
        if not (event.grad and module.training):
            call.place, call.discarded = here(), discarded()
            call.given = tuple(print_of(one) for one in event.inputs if isinstance(one, Tensor))
            if module in self._rested:
                self._rested.discard(module)
                if event.grad:
                    self._on_purpose.add(module)
        self.current = call

    def _layer(self, event: Layer) -> None:
        module, call = event.module, self.current
        self.layer = ref(module)
        if call is None or not acts(module):
            return
        if module.training:
            call.active = True
            call.trained |= module in self._trained
            if event.grad and call.grad:
                self._trained.add(module)
        else:
            call.rested |= module in self._trained or self._to_be_trained(call.module())

    def _to_be_trained(self, model: nn.Module | None) -> bool:
        """Whether a model should train in training mode: the script said so, or rested it for evaluations alone."""
        return model in self._meant or (model in self.rests and model not in self._on_purpose)

    def _called(self, event: Called) -> None:
        call, self.current = self.current, None
        if call is None:
            return
        call.weights = next(event.module.parameters(), None) is not None
        if call.grad:
            call.answers = any(one.requires_grad for one in tensors(event.output))
        for tell in self.calls:
            tell(call)


def acts(module: nn.Module) -> bool:
    """Whether a layer's mode changes what it does."""
    if isinstance(module, _DropoutNd):
        return module.p > 0
    if isinstance(module, _NormBase):
        return module.track_running_stats and module.running_mean is not None
    if isinstance(module, nn.RNNBase):
        return module.dropout > 0 and module.num_layers > 1
    return isinstance(module, nn.MultiheadAttention) and module.dropout > 0
