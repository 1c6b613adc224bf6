"""Where modules were built, and which of them are new since the last backward."""

import sys
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from torch import Tensor, nn

from fourbeat.check.graph import node_of
from fourbeat.check.look import each_tensor
from fourbeat.check.look import place_of as place_of_node
from fourbeat.finding import Place
from fourbeat.observe.finer import Built, Calling, Operation
from fourbeat.observe.place import place_of, users

_KEY = "fourbeat.softmax"


class Births:
    """Follows the making of modules.

    Attributes:
        places: where each was built, seen from outside of its own constructor.
        called: modules that the script called itself.
        fresh: built since the last backward.
    """

    def __init__(self) -> None:
        self.places: WeakKeyDictionary[nn.Module, Place] = WeakKeyDictionary()
        self.called: WeakSet[nn.Module] = WeakSet()
        self.fresh: WeakSet[nn.Module] = WeakSet()
        self.readers: dict[type[Any], Any] = {
            Built: self._built,
            Calling: self._calling,
            Operation: self._operation,
        }

    def _built(self, event: Built) -> None:
        place = _from_outside(event.module)
        if place is not None:
            self.places[event.module] = place
        self.fresh.add(event.module)

    def _calling(self, event: Calling) -> None:
        self.called.add(event.module)

    def _operation(self, event: Operation) -> None:
        if getattr(event.function, "__name__", "").endswith("softmax"):
            for one in each_tensor(event.result):
                node = node_of(one)
                if node is not None and (place := self.applied()) is not None:
                    node.metadata[_KEY] = place

    @staticmethod
    def softmax(node: Any) -> Place | None:
        """Where the script has a softmax applied; None where nobody looked."""
        return node.metadata.get(_KEY) or place_of_node(node)

    def place_of(self, parameter: Tensor) -> Place | None:
        """Where the module was built that has a parameter, if that was since the last backward."""
        for module in list(self.fresh):
            if any(p is parameter for p in module.parameters(recurse=False)):
                return self.places.get(module)
        return None

    def layer(self) -> Place | None:
        """Where the layer was built whose forward is being carried out, if it is none of the user's."""
        frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        while frame is not None and not users(frame.f_code.co_filename):
            own = frame.f_locals.get("self") if frame.f_code.co_name == "forward" else None
            if isinstance(own, nn.Module):
                return self.places.get(own)
            frame = frame.f_back
        return None

    def applied(self) -> Place | None:
        """The line that has an operation done: that which built the layer, where a `Sequential` calls it.

        Elsewhere it is the innermost line of the user's.
        """
        layer: nn.Module | None = None
        frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        while frame is not None and not users(frame.f_code.co_filename):
            own = frame.f_locals.get("self") if frame.f_code.co_name == "forward" else None
            if isinstance(own, nn.Sequential) and layer is not None:
                return self.places.get(layer)
            layer = own if isinstance(own, nn.Module) else layer
            frame = frame.f_back
        return None if frame is None else place_of(frame)

    def modules(self) -> list[nn.Module]:
        """All living modules that are known, each with its parts."""
        found: dict[int, nn.Module] = {}
        for module in [*self.called, *self.places]:
            if id(module) not in found:
                found.update((id(part), part) for part in module.modules())
        return list(found.values())


def _from_outside(module: nn.Module) -> Place | None:
    """The line that asked for a module: not one within its own class's `__init__`."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        code = frame.f_code
        if users(code.co_filename):
            own = code.co_name == "__init__" and code.co_argcount > 0
            if not own or frame.f_locals.get(code.co_varnames[0]) is not module:
                return place_of(frame)
        frame = frame.f_back
    return None
