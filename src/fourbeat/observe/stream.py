"""One stream of events, many readers."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.observe.events import Event
from fourbeat.observe.finer import Finer

Reader = Callable[[Event], None]

Readers = Mapping[type[Any], Callable[[Any], None]]
"""For each kind of event that is read, what reads it."""

KINDS: tuple[type[Any], ...] = get_args(Event)

FINER: tuple[type[Any], ...] = get_args(Finer)


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
        end: tells of a step that is still open, where the source knows it only by what follows.
        heard: the readers of each kind of event, in turn. Whoever emits at every step looks here
            before making an event: most kinds have none.
    """

    def __init__(self, subjects: Callable[[], Subjects], directory: Path | None = None):
        self.subjects = subjects
        self.directory = directory
        self.hushed = False
        self.end: Callable[[], None] = lambda: None
        self.heard: dict[type[Any], tuple[Callable[[Any], None], ...]] = dict.fromkeys(
            (*KINDS, *FINER), ()
        )
        for watcher in WATCHERS.get():
            reader = watcher(self)
            if reader is not None:
                self._add(dict.fromkeys(KINDS, reader))

    def __bool__(self) -> bool:
        """Whether anybody reads."""
        return any(self.heard.values())

    def emit(self, event: Event | Finer) -> None:
        """Hand an event to the readers of its kind."""
        if self.hushed:
            return
        for read in self.heard[type(event)]:
            read(event)

    @contextmanager
    def read_by(self, reader: Reader | Readers) -> Generator[None]:
        """Have a reader see what comes, for a while.

        Args:
            reader: of every event but the finer ones, or a mapping with a reader for each kind that
                is of interest.
        """
        readers = dict.fromkeys(KINDS, reader) if callable(reader) else reader
        self._add(readers)
        try:
            yield
        finally:
            for kind, read in readers.items():
                left = list(self.heard[kind])
                left.remove(read)
                self.heard[kind] = tuple(left)

    def _add(self, readers: Readers) -> None:
        for kind, read in readers.items():
            self.heard[kind] = (*self.heard[kind], read)


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
