"""A reader that checks every step against a history, and keeps what it saw of some."""

from collections.abc import Callable, Container
from typing import Any, NoReturn

import numpy as np

from fourbeat.errors import InexactError
from fourbeat.observe import events
from fourbeat.observe.stream import Stream
from fourbeat.record.history import History
from fourbeat.record.layout import Flag, Layout
from fourbeat.record.recorder import Recorder
from fourbeat.reproduce.compare import Divergence, compare
from fourbeat.reproduce.seen import Seen


class Reached(BaseException):
    """The last step that was asked for is done; not an `Exception`, so that a loop lets it pass."""


class DivergedError(InexactError):
    """A step is not what was recorded.

    Attributes:
        divergence: the first difference.
    """

    def __init__(self, divergence: Divergence, place: str, why: str):
        super().__init__(str(divergence), place, why)
        self.divergence = divergence


class Latest:
    """A sink that keeps the last record alone."""

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self.record: Any = None

    def write(self, layout: Layout, records: np.ndarray, rows: bytes) -> None:
        """Keep the last record; row numbers are kept with what was seen."""
        self.layout, self.record = layout, records[-1].copy()


class Witness:
    """Records a stream at full length, and compares each step that is done.

    Args:
        stream: what is trained again.
        history: what was recorded; None to compare nothing.
        first: number of the step that comes first.
        wanted: steps to keep.
        last: the step after which to end it all; None to go on.
        stop: ends it all, by raising.
        refuse: told of a difference, after which to end it all; None to go on.

    Attributes:
        next: number of the step that comes next.
        divergences: the differences, one for each step that has any.
        seen: the steps that were kept, by number.
        verified: steps that were equal.
    """

    def __init__(
        self,
        stream: Stream,
        history: History | None,
        first: int,
        wanted: Container[int],
        last: int | None,
        stop: Callable[[], NoReturn],
        refuse: Callable[[Divergence], None] | None,
    ):
        self.seen: dict[int, Seen] = {}
        self.verified = 0
        self._stream = stream
        self._history = history
        self._index = {} if history is None else history.index()
        self.next = first
        self._wanted = wanted
        self._last = last
        self._stop = stop
        self._refuse = refuse
        self.divergences: list[Divergence] = []
        self._sink = Latest()
        self._recorder = Recorder(stream.subjects, self._sink, None)
        self._open = self._seen()
        self._over = False

    def __call__(self, event: events.Event) -> None:
        """Take an event in."""
        if self._over:
            self._stop()  # somebody has swallowed the first one
        self._recorder(event)
        if self._open is not None:
            self._open.take(event)
        if isinstance(event, events.Stepped):
            self._recorder.flush()
            self._check(event)

    def add(self, later: "Witness") -> None:
        """Take over what another one saw, of a run that went on."""
        self.seen |= later.seen
        self.verified += later.verified
        self.divergences += later.divergences

    def _seen(self) -> Seen | None:
        """A page for the step that comes, if it is wanted."""
        return Seen(self._stream.subjects) if self.next in self._wanted else None

    def _check(self, event: events.Stepped) -> None:
        seen, record, layout = self._open, self._sink.record, self._sink.layout
        self.next = event.number + event.counted
        self._open = self._seen()
        if record is None or layout is None or record["flags"] & Flag.UNCOUNTED:
            return
        if self._history is not None and event.number in self._index:
            known = self._history.record(self._index[event.number])
            found = compare(*known, layout, record)
            if found is None:
                self.verified += 1
            elif self._refuse is not None:
                self._refuse(found)
                self._over = True
                self._stop()
            else:
                self.divergences.append(found)
        if seen is not None:
            seen.finish(layout, record)
            self.seen[event.number] = seen
        if self._last is not None and event.number >= self._last:
            self._over = True
            self._stop()
