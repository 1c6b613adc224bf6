"""Reads a stream, and decides at each update whether to stop there."""

import sys
from collections.abc import Callable

from fourbeat.errors import FourbeatError
from fourbeat.observe import events
from fourbeat.observe.stream import Reader, Stream
from fourbeat.pause import current
from fourbeat.pause.conditions import Condition
from fourbeat.pause.moment import PausedStep, Seen, Wishes, norms, scale_of

Stop = Callable[[PausedStep, str, Stream], None]
"""Lets somebody look at a step; given why."""


class Pause:
    """Stops before the updates that were asked for.

    Args:
        at: the number of a step, from 0.
        when: a condition, looked at before each update.
        stop: what to do there.

    Attributes:
        paused: whether it ever did.
        steps: that went by.

    Raises:
        ConfigError: for a condition that is not understood.
    """

    def __init__(self, at: int | None, when: str | None, stop: Stop):
        self.paused = False
        self.steps = 0
        self._when = None if when is None else Condition(when)
        self._stop = stop
        self._wishes = Wishes()
        self._at = at

    def watch(self, stream: Stream) -> Reader:
        """A reader for a stream that begins."""
        seen = Seen()
        fresh = True  # the next loss belongs to another update

        def read(event: events.Event) -> None:
            nonlocal seen, fresh
            match event:
                case events.Batch():
                    seen.batches.append((event.batch, event.rows))
                    seen.epoch = event.epoch or seen.epoch
                case events.Forward():
                    seen.output = event.output
                case events.Loss():
                    if fresh:
                        seen.losses.clear()
                        seen.norms.clear()
                        fresh = False
                    seen.losses.append((event.value.detach(), event.weight))
                case events.Gradients():
                    each: list[float] = event.norms.detach().tolist()
                    seen.norms.update(zip(map(id, event.parameters), each, strict=True))
                case events.Clip():
                    self._before_clipping(event, seen, stream)
                case events.Updating():
                    self._updating(event, seen, stream)
                case events.Updated():
                    current.clear()
                    fresh = True
                case events.Stepped():
                    seen.batches.clear()
                    seen.output = None
                    seen = Seen(event.number + event.counted, event.epoch)
                    self.steps += event.counted
                    fresh = True
                case _:
                    pass

        return read

    def _before_clipping(self, event: events.Clip, seen: Seen, stream: Stream) -> None:
        held = {str(id(p)): p.grad for p in event.parameters if p.grad is not None}
        wanted = {key: g for key, g in held.items() if int(key) not in seen.norms}
        owner = next(
            (
                o
                for o in stream.subjects().optimizers.values()
                if any(str(id(p)) in held for group in o.param_groups for p in group["params"])
            ),
            None,
        )
        scale = 1.0 if owner is None else scale_of(owner)
        seen.norms.update((int(key), norm) for key, norm in norms(wanted, scale).items())

    def _updating(self, event: events.Updating, seen: Seen, stream: Stream) -> None:
        wishes = self._wishes
        if wishes.over or event.skip:
            return
        step = PausedStep(seen, event.optimizer, event.closure, stream.subjects, wishes)
        try:
            why = self._why(step)
        except FourbeatError as error:
            print(f"error: {error}", file=sys.__stderr__)
            raise SystemExit(2) from None
        if not why:
            return
        if self._at == seen.number:
            self._at = None  # a step may have several updates
        if wishes.again is not seen:
            wishes.again = None
        self.paused = True
        current.set_to(step)
        stream.hushed = True
        try:
            self._stop(step, why, stream)
        finally:
            stream.hushed = False
        event.skip = step.skipped

    def _why(self, step: PausedStep) -> str:
        """Why to stop here; empty for no reason."""
        holds = self._when is not None and self._when.holds(step)
        if holds and self._when is not None:
            known = ", ".join(f"{name} {value:.6g}" for name, value in self._when.asked(step))
            return f"{self._when.text}" + (f"   ({known})" if known else "")
        if self._at == step.number:
            return f"--at {self._at}"
        asked = self._wishes.again
        return "the next step" if asked is not None and asked is not step.seen else ""
