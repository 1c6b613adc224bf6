"""What it costs to listen to a step, measured where it is paid."""

FIRST = 5e-5
"""Seconds that a whole step is taken to cost above a lean one until that is measured."""

LEAST, MOST = 1e-5, 1e-4
"""What is believed of a measurement."""

LEAN = 0.1
"""A lean step's cost over what a whole one costs above it: a tuple beside nine events. Trainings that
heard one, the other or none, by turns, gave 4 and 45 us where a step takes 0.15 ms."""

PAIRS = 129
"""Pairs of neighbours whose median counts."""


class Cost:
    """What a lean step costs, and what a whole one costs above that.

    A clock around a reader sees less than half of it: events are made and handed on before it, and what
    comes after finds the processor's caches cold. So steps are compared: each whole one with the lean
    one just before it, and the median over many pairs is the difference. Nothing can be compared with
    a lean one, as no step goes unrecorded: it is taken for `LEAN` times that difference.

    Attributes:
        more: seconds that a whole step costs above a lean one.
    """

    def __init__(self) -> None:
        self.more = FIRST
        self._pairs: list[float] = []

    @property
    def lean(self) -> float:
        """Seconds that a lean step costs."""
        return LEAN * self.more

    def compare(self, whole: float, lean: float) -> None:
        """Two neighbours took so long."""
        self._pairs.append(whole - lean)
        if len(self._pairs) == PAIRS:
            # On a busy machine, or where the host waits for a device, it may be lost in the noise.
            self.more = min(max(sorted(self._pairs)[PAIRS // 2], LEAST), MOST)
            del self._pairs[: PAIRS // 2]
