"""Runs that a script makes: they tell of themselves."""

from weakref import WeakSet

from torch.optim import Optimizer

from fourbeat.observe.events import Batch, Event, Loss, Stepped, Updating
from fourbeat.observe.stream import Reader, Stream


class Runs:
    """Which optimizers belong to a run, and whether one is within a step."""

    def __init__(self) -> None:
        self.optimizers: WeakSet[Optimizer] = WeakSet()
        self.open = False

    def watch(self, stream: Stream) -> Reader:
        """See a run's stream begin."""

        def read(event: Event) -> None:
            if isinstance(event, Batch | Loss):
                self.open = True
                self.optimizers.update(stream.subjects().optimizers.values())
            elif isinstance(event, Updating):
                self.optimizers.add(event.optimizer)
            elif isinstance(event, Stepped):
                self.open = False

        return read
