"""One stream of events, many readers."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.observe.events import Event

Reader = Callable[[Event], None]


@dataclass(slots=True)
class Subjects:
    """What is trained, by name.

    Attributes:
        optimizers: `main` for a single one.
        parameters: every parameter of the models and optimizers, frozen ones too.
        buffers: of the models.
    """

    optimizers: Mapping[str, Optimizer]
    parameters: Mapping[str, Tensor]
    buffers: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])


class Stream:
    """Events in their order, to every reader in turn.

    Args:
        subjects: gives what is trained, as it is known by now.
        directory: of the run that they come from; None for a script without one.

    Attributes:
        subjects, directory: the same.
        hushed: whether events are kept from the readers: what a debugger's user tries out is no
            part of the training.
    """

    def __init__(self, subjects: Callable[[], Subjects], directory: Path | None = None):
        self.subjects = subjects
        self.directory = directory
        self.hushed = False
        self._readers: list[Reader] = []
        for watcher in WATCHERS.get():
            reader = watcher(self)
            if reader is not None:
                self._readers.append(reader)

    def __bool__(self) -> bool:
        """Whether anybody reads."""
        return bool(self._readers)

    def emit(self, event: Event) -> None:
        """Hand an event to the readers."""
        if self.hushed:
            return
        for read in self._readers:
            read(event)

    @contextmanager
    def read_by(self, reader: Reader) -> Generator[None]:
        """Have a reader see what comes, for a while."""
        self._readers.append(reader)
        try:
            yield
        finally:
            self._readers.remove(reader)


Watcher = Callable[[Stream], Reader | None]
"""Asked by every new stream for a reader of its events."""

WATCHERS: ContextVar[tuple[Watcher, ...]] = ContextVar("WATCHERS", default=())


@contextmanager
def watching(watcher: Watcher) -> Generator[None]:
    """Offer a reader to every stream that begins within: that of a run, or of a script."""
    token = WATCHERS.set((*WATCHERS.get(), watcher))
    try:
        yield
    finally:
        WATCHERS.reset(token)
