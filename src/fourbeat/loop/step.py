"""One step: its batches, and the beats that must follow each other in order."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, NoReturn, Protocol

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.data.batch import examples
from fourbeat.errors import BatchError, BeatError
from fourbeat.loop.lane import Lane, Update
from fourbeat.loop.means import Entry, right_answers, weighted
from fourbeat.loop.norm import LateNorm
from fourbeat.loop.share import Weight
from fourbeat.loop.validate import scalar
from fourbeat.observe.events import Backward, Loss
from fourbeat.observe.stream import Stream

Beat = Literal["backward", "update", "next batch"]

BACKWARD = Backward()

END: Any = object()
"""What a loader gives after its last batch."""


class Engine(Protocol):
    """What a step is a step of; see `Training`."""

    lanes: Mapping[str, Lane]
    accumulate: int
    stream: Stream

    def outside_autocast(self) -> AbstractContextManager[object]:
        """For backward and update."""
        ...

    def check_loss(self, step: "Step", lane: Lane, loss: Tensor, value: Any, logits: Any) -> bool:
        """Whether the loss is finite; raises where it must be."""
        ...

    def blame(self, step: "Step", lane: Lane) -> NoReturn:
        """Raise for what is not finite, naming it."""
        ...

    def settle(self) -> None:
        """Raise for what an earlier step is known by now to have done."""
        ...

    def updated(self, step: "Step", lane: Lane, update: Update, entries: list[Entry]) -> None:
        """Note an update, or that it was skipped."""
        ...

    def left_out(self, step: "Step") -> None:
        """Note that the step was left out on purpose."""
        ...


class Step:
    """One step of `run.train`: `backward(loss)` for each batch, then `update()`.

    Attributes:
        number: steps done before this one, over the whole run.
        read: the batches read so far, on the model's device.
        updates: what came of each optimizer's update.
        counted: whether it is among the run's steps.
        examples: in its batches, once it is counted.
        losses: each with the optimizer it is for and what its mean divides by; a float, or a tensor
            where the optimizer is gated.
    """

    def __init__(self, number: int, first: Any, fetch: Callable[[], Any], engine: Engine):
        self.number = number
        self.read: list[Any] = [first]
        self.updates: dict[str, Update] = {}
        self.counted = False
        self.examples = 0
        self.losses: list[tuple[Optimizer, Any, Weight]] = []
        self._fetch = fetch
        self._engine = engine
        self._at = 0
        self._backwards: dict[str, int] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._skipped = False

    @property
    def batch(self) -> Any:
        """The batch, on the model's device; with accumulation, the first one of the step."""
        return self.read[0]

    @property
    def batches(self) -> Iterator[Any]:
        """The step's batches: as many as the run accumulates, fewer at the loader's end."""
        at = 0
        while at < len(self.read) or self._more():
            self._at = at
            yield self.read[at]
            at += 1

    @property
    def loss(self) -> float:
        """The last batch's loss, NaN before `backward`."""
        return float(self.losses[-1][1]) if self.losses else float("nan")

    @property
    def grad_norm(self) -> float:
        """The gradients' total 2-norm before clipping, of the last update.

        Raises:
            BeatError: before `update`; where nobody needed it before, once the next step has begun.
        """
        if not self.updates:
            raise BeatError(f"step {self.number}: the norm is known after step.update()")
        norm = list(self.updates.values())[-1].norm
        known = norm.value() if isinstance(norm, LateNorm) else float(norm)
        if known is None:
            raise BeatError(
                f"step {self.number}: its gradients are gone, and nobody had asked for their norm",
                "",
                "Read step.grad_norm before the next step begins",
            )
        return known

    @property
    def skipped(self) -> bool:
        """Whether an update was skipped, for gradients that are not finite."""
        return not all(update.done for update in self.updates.values())

    @property
    def expected(self) -> Beat:
        """The beat that comes next."""
        if self._backwards.keys() - self.updates.keys():
            return "update"
        return "next batch" if self.updates or self._skipped else "backward"

    def backward(
        self,
        loss: Tensor,
        logits: Tensor | None = None,
        *,
        optimizer: str | None = None,
        weight: Weight | None = None,
        terms: Mapping[str, Tensor] | None = None,
    ) -> None:
        """Compute gradients, or add those of one more of the step's batches.

        Args:
            loss: the batch's mean loss, a scalar tensor.
            logits: of shape (N, classes); given, the epoch's report has an accuracy, counted
                against the batch's last tensor.
            optimizer: whose loss this is, where the run has several. The report then calls it
                `<optimizer>_loss`.
            weight: what the loss is the mean over, if that is not the number of examples: the
                number of tokens, or the sum of class weights.
            terms: further scalars for the epoch's report, such as the parts of the loss.

        Raises:
            BeatError: for a second `backward` over one batch, or after `update`.
            BatchError: if the loss is not a scalar tensor, or hangs on no parameter.
            NonFiniteError: if the loss is NaN or infinite.
        """
        lane = self._lane(optimizer)
        done = self._backwards.get(lane.name, 0)
        if lane.name in self.updates or self._skipped or done > self._at:
            self._refuse("backward", lane)
        if done == 0 and len(self._engine.lanes) > 1:
            lane.clear()  # another optimizer's backward may have left gradients here
        batch = self.read[self._at]
        count = examples(batch)
        share: Weight = count if weight is None else weight
        value = scalar(loss).detach()
        if not loss.requires_grad:
            raise BatchError(
                "the loss has no graph: no parameter gets a gradient from it",
                f"step {self.number}",
                "Compute it with gradients on (no detach() or no_grad() between model and loss), "
                "with a parameter that is not frozen",
            )
        stream = self._engine.stream
        if stream.heard[Loss]:
            stream.emit(Loss(loss, share, lane.optimizer))
        known = value.item() if lane.gate is None else value
        self.losses.append((lane.optimizer, known, share))
        sound = self._engine.check_loss(self, lane, loss, known, logits)
        with self._engine.outside_autocast():
            lane.backward(loss, share, sound=sound)
        if stream.heard[Backward]:
            stream.emit(BACKWARD)
        self._backwards[lane.name] = done + 1
        name = "loss" if optimizer is None else f"{optimizer}_loss"
        entries = self._entries.setdefault(lane.name, [])
        entries.append((name, weighted(value, share), share))
        for term, number in (terms or {}).items():
            entries.append((term, weighted(number, count), count))
        if logits is not None and isinstance(batch, list | tuple):
            entries += right_answers(logits, batch[-1])

    def update(
        self, optimizer: str | None = None, *, closure: Callable[[], Any] | None = None
    ) -> None:
        """Step the optimizer, clear the gradients, and step a scheduler that moves per step.

        Args:
            optimizer: which, where the run has several.
            closure: for an optimizer that evaluates the loss again and again, such as L-BFGS:
                computes the loss, calls `backward` with it, and returns it.

        Raises:
            BeatError: before `backward`, a second time, or with batches of the step unread.
            NonFiniteError: if a gradient is NaN or infinite.
        """
        lane = self._lane(optimizer)
        again = lane.name in self.updates or self._skipped
        if again or (closure is None and lane.name not in self._backwards):
            self._refuse("update", lane)
        if closure is None and (self._at + 1 < len(self.read) or self._more()):
            raise BeatError(
                f"step {self.number}: the step has more batches than were used",
                "",
                "With accumulate, go through them all: `for batch in step.batches`",
            )

        def evaluate() -> Any:
            self._backwards.pop(lane.name, None)
            counted, known = self._entries.pop(lane.name, None), len(self.losses)
            loss = closure() if closure else None
            if lane.name not in self._backwards:
                self._refuse("update", lane)
            if counted:  # the loss before the update is the one that counts
                self._entries[lane.name] = counted
                del self.losses[known:]
            return loss

        self._engine.settle()
        with self._engine.outside_autocast():
            update = lane.update(
                evaluate if closure else None, lambda: self._engine.blame(self, lane)
            )
        self.updates[lane.name] = update
        self._engine.updated(self, lane, update, self._entries.get(lane.name, []))

    def skip(self) -> None:
        """Leave this step out on purpose: no update, nothing counted, gradients cleared."""
        if self.updates or self._skipped:
            raise BeatError(
                f"step {self.number}: 'skip' came where 'next batch' was expected",
                "",
                REMEDIES["next batch"],
            )
        for lane in self._engine.lanes.values():
            lane.clear()
        self._backwards = {}
        self._skipped = True
        self._engine.left_out(self)

    def end(self) -> None:
        """Let go of the loader: the caller's variable may outlive it."""
        self._fetch = lambda: END

    def forget(self, *, keep: bool) -> None:
        """Let go of the gradients that norms are worked out from.

        Args:
            keep: whether they are worked out before: of a pass's last step, which is often asked after it.
        """
        for update in self.updates.values():
            if isinstance(update.norm, LateNorm):
                if keep:
                    update.norm.value()
                update.norm.forget()

    def _more(self) -> bool:
        """Read one more batch, if the step has room and the loader has one."""
        if len(self.read) >= self._engine.accumulate:
            return False
        batch = self._fetch()
        if batch is END:
            return False
        self.read.append(batch)
        return True

    def _lane(self, optimizer: str | None) -> Lane:
        lanes = self._engine.lanes
        if optimizer is None and len(lanes) == 1:
            return next(iter(lanes.values()))
        if optimizer is None or optimizer not in lanes:
            raise BeatError(
                f"which optimizer? This run has {', '.join(lanes)}",
                f"step {self.number}",
                f"Say optimizer={next(iter(lanes))!r}",
            )
        return lanes[optimizer]

    def _refuse(self, beat: str, lane: Lane) -> NoReturn:
        named = f" of optimizer {lane.name!r}" if len(self._engine.lanes) > 1 else ""
        expected: Beat = "next batch" if lane.name in self.updates else self.expected
        raise BeatError(
            f"step {self.number}: {beat!r}{named} came where {expected!r} was expected",
            "",
            REMEDIES[expected],
        )


REMEDIES: dict[Beat, str] = {
    "backward": "Call step.backward(loss) before step.update()",
    "update": "Add the losses up and call step.backward once; then step.update()",
    "next batch": "This step is done: go on to the next batch",
}
