"""One stream of events, many readers."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.observe.events import Event, Stepped
from fourbeat.observe.finer import Finer

Reader = Callable[[Event], None]

Readers = Mapping[type[Any], Callable[[Any], None]]
"""For each kind of event that is read, what reads it."""

Briefly = Callable[[tuple[Any, ...]], None]
"""Takes the end of a step as numbers; which ones is told by `fourbeat.record.block.Brief`."""

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
        brief: takes the end of a step in place of `Stepped`, as a flat tuple of numbers; None unless
            the only reader of those events offers it. For a source whose steps are short.
        heard: the readers of each kind of event, in turn. Whoever emits at every step looks here
            before making an event: most kinds have none, and what is heard may change at every step.
    """

    def __init__(self, subjects: Callable[[], Subjects], directory: Path | None = None):
        self.subjects = subjects
        self.directory = directory
        self.hushed = False
        self.end: Callable[[], None] = lambda: None
        self.brief: Briefly | None = None
        self.heard: dict[type[Any], tuple[Callable[[Any], None], ...]] = dict.fromkeys(
            (*KINDS, *FINER), ()
        )
        self._readings: list[Reading] = []
        for watcher in WATCHERS.get():
            reader = watcher(self)
            if reader is not None:
                self._readings.append(reading := Reading(self))
                reading.hear(dict.fromkeys(KINDS, reader))

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
    def read_by(self, reader: Reader | Readers) -> Generator["Reading"]:
        """Have a reader see what comes, for a while.

        Args:
            reader: of every event but the finer ones, or a mapping with a reader for each kind that
                is of interest.

        Yields:
            its place: the kinds may change on the way.
        """
        reading = Reading(self)
        self._readings.append(reading)
        reading.hear(dict.fromkeys(KINDS, reader) if callable(reader) else reader)
        try:
            yield reading
        finally:
            reading.hear({})
            self._readings.remove(reading)

    def gather(self, kind: type[Any]) -> None:
        """See anew who reads a kind."""
        found = [one.readers[kind] for one in self._readings if kind in one.readers]
        self.heard[kind] = tuple(found)
        if kind is Stepped:
            offered = [one.brief for one in self._readings if kind in one.readers]
            self.brief = offered[0] if len(offered) == 1 else None


class Reading:
    """A reader's place among the readers of a stream.

    Attributes:
        readers: what it reads now.
        brief: see `Stream`.
    """

    def __init__(self, stream: Stream):
        self.readers: Readers = {}
        self.brief: Briefly | None = None
        self._stream = stream

    def hear(self, readers: Readers, brief: Briefly | None = None) -> None:
        """Read these kinds from the next event on, and no other."""
        before, self.readers = self.readers, readers
        changed = brief is not self.brief
        self.brief = brief
        for kind in before.keys() | readers.keys():
            if before.get(kind) is not readers.get(kind) or (changed and kind is Stepped):
                self._stream.gather(kind)


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
