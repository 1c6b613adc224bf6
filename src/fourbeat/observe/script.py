"""What a plain script does, told as a stream."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import ref

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.observe.events import (
    Backward,
    Batch,
    Event,
    Forward,
    Loss,
    Stepped,
    Updated,
    Updating,
)
from fourbeat.observe.finer import Ended, Finer
from fourbeat.observe.names import Names
from fourbeat.observe.rows import row_numbers, rows_in
from fourbeat.observe.runs import Runs
from fourbeat.observe.steps import Steps, parameters, reaches
from fourbeat.observe.stream import Stream, Subjects


@dataclass(slots=True)
class Pass:
    """A loader's iteration, and its latest batch as long as it is not known to be trained on."""

    iterator: Any
    first: bool = True
    waits: bool = False
    batch: Any = None
    rows: Any = None
    seconds: float = 0.0


@dataclass(slots=True)
class Open:
    """An optimizer's step that has begun; `nested` in another's, of which it is a part."""

    optimizer: Optimizer
    nested: bool = False
    gradients: list[tuple[Tensor, Tensor]] = field(default_factory=list[tuple[Tensor, Tensor]])
    skipped: bool = False


class Script:
    """Makes the stream of what PyTorch's own functions report.

    A batch is told when backward comes, and only if it is the latest of a loader whose iteration is
    still going on: so those of a validation loop are not. Calls of the model wait for it as well.

    Attributes:
        stream: of the events.
        runs: that the script makes; what belongs to them is theirs to tell.
        within_engine: whether autograd's engine runs.
        scaled: losses by the id of what a scaler made of them, as long as that lives.
    """

    def __init__(self) -> None:
        self.attached = True
        self.stream = Stream(self.subjects)
        self.runs = Runs()
        self.steps = Steps(self.runs.optimizers)
        self.names = Names()
        self.scaled: dict[int, tuple[ref[Tensor], Tensor]] = {}
        self.updates: list[Open] = []
        self._passes: dict[int, Pass] = {}
        self._main: ref[Any] | None = None
        self._epoch = 0
        self._calls: list[Forward] = []
        self._backwards = 0
        self.within_engine = False

    @property
    def live(self) -> bool:
        """Whether what happens now is the script's own doing, and no run's.

        Asked before anything else is done: torch.compile looks through it, and sees PyTorch's own.
        """
        if torch.compiler.is_compiling():
            return False
        return self.attached and not self.stream.hushed and not self.runs.open

    def rows_of(self, iterator: Any) -> Any:
        """What the sampler drew for the latest batch of a pass; None where that cannot be seen."""
        here = self._passes.get(id(iterator))
        return here.rows if here is not None else None

    @property
    def within_backward(self) -> bool:
        """Whether backward is going on: what is called in it is called again."""
        return self._backwards > 0

    def emit(self, event: Event | Finer) -> None:
        """Tell the readers, if there are any."""
        if self.stream:
            self.stream.emit(event)

    def subjects(self) -> Subjects:
        """What is trained, as it is known by now."""
        return self.names.subjects(self.steps)

    # Batches and calls, which wait.

    def batch(self, iterator: Any, first: bool, batch: Any, rows: Any, seconds: float) -> None:
        """A loader gave a batch."""
        self._calls.clear()
        here = self._passes.get(id(iterator))
        if here is None:
            number = id(iterator)
            gone = self._passes
            here = Pass(ref(iterator, lambda _: gone.pop(number, None)))
            self._passes[number] = here
        here.first |= first
        here.waits, here.batch, here.rows, here.seconds = True, batch, rows, seconds

    def exhausted(self, iterator: Any) -> None:
        """A loader's iteration is over."""
        self._calls.clear()
        self._passes.pop(id(iterator), None)

    def forward(self, module: nn.Module, inputs: Any, output: Any, seconds: float) -> None:
        """The script called a model, with gradients on."""
        self.names.call(module)
        if self.stream:
            self._calls.append(Forward("", module, inputs, output, seconds))
            if not self.steps.open and not any(one.waits for one in self._passes.values()):
                self._tell_calls()

    def _tell_calls(self) -> None:
        if not self._calls:
            return
        self.names.look(self.steps)
        calls, self._calls = self._calls, []
        for call in calls:
            name = self.names.module(call.module)
            if name is not None:
                call.name = name
                self.emit(call)

    def _tell_batches(self) -> None:
        for one in list(self._passes.values()):
            if not one.waits:
                continue
            if one.first:
                self._new_pass(one.iterator)
            rows = row_numbers(one.rows)
            self.steps.examples += len(rows) if rows is not None else rows_in(one.batch)
            self.emit(Batch(one.batch, rows, one.seconds, self._epoch))
            one.first = one.waits = False
            one.batch = one.rows = None

    def _new_pass(self, iterator: "ref[Any]") -> None:
        """An epoch begins with a pass over the loader that the first batch came from."""
        main = self._main() if self._main is not None else None
        if main is None or id(main) not in self._passes or main is iterator():
            self._main = iterator
            self._epoch += 1

    # Backward.

    def backward(self, value: Tensor) -> None:
        """Backward is about to begin from a loss."""
        self._backwards += 1
        if self.steps.open and not reaches(value, self.steps.waiting()):
            self.end_step()
        self._tell_batches()
        self._tell_calls()
        self.emit(Loss(value))

    def backward_done(self, complete: bool) -> None:
        """Backward is over."""
        self._backwards -= 1
        if complete:
            self.emit(Backward())

    # Updates.

    def updating(self, optimizer: Optimizer, closure: bool) -> None:
        """An optimizer's step is about to begin."""
        if self.updates:
            self.updates.append(Open(optimizer, nested=True))
            return
        self.steps.see(optimizer)
        if self.steps.has(optimizer):
            self.end_step()
        if closure:
            self._tell_batches()
        self.names.look(self.steps)
        event = Updating(optimizer, closure)
        self.emit(event)
        update = Open(optimizer)
        self.updates.append(update)
        if event.skip and not closure:
            update.skipped = True
            update.gradients = [(p, p.grad) for p in parameters(optimizer) if p.grad is not None]
            for p, _ in update.gradients:
                p.grad = None

    def updated(self, optimizer: Optimizer, done: bool) -> None:
        """An optimizer's step is over."""
        if self.updates and self.updates[-1].optimizer is optimizer:
            update = self.leave()
            if not update.nested:
                self._over(optimizer, done and not update.skipped)

    def left_out(self, optimizer: Optimizer) -> None:
        """A scaler left an optimizer's step out."""
        self.steps.see(optimizer)
        if self.steps.has(optimizer):
            self.end_step()
        self._over(optimizer, False)

    def leave(self) -> Open:
        """Forget the innermost step, also of one that raised."""
        update = self.updates.pop()
        for p, gradient in update.gradients:
            p.grad = gradient
        return update

    def _over(self, optimizer: Optimizer, done: bool) -> None:
        self.steps.add(optimizer, done)
        self.emit(Updated(optimizer, done))
        if not self.steps.waiting():
            self.end_step()

    def end_step(self) -> None:
        """A step is over, if one was open."""
        if self.steps.open:
            number, counted, examples = self.steps.close()
            self.emit(Stepped(number, self._epoch, counted, examples))

    def end(self) -> None:
        """The script is at its end."""
        if self.live:
            self.end_step()
        if self.attached and self.stream.heard[Ended]:
            self.emit(Ended())
        self.attached = False
        self._passes.clear()
        self._calls.clear()


def total(tensors: Sequence[Tensor], gradients: Sequence[Tensor | None]) -> Tensor:
    """What a backward from several tensors, or with gradients given, is the backward of."""
    with torch.no_grad():
        parts = [t if g is None else (t * g).sum() for t, g in zip(tensors, gradients, strict=True)]
        return torch.stack([part.reshape(()) for part in parts]).sum()
