"""One step: the batch, and the beats that must follow it in order."""

from collections.abc import Callable
from typing import Any, Literal

from torch import Tensor

from fourbeat.errors import BeatError
from fourbeat.loop.batch import examples
from fourbeat.loop.means import right_answers
from fourbeat.loop.validate import scalar

Beat = Literal["backward", "update", "next batch"]
Commit = Callable[[Tensor | None, int, Tensor | None], None]


class Step:
    """One step of `run.train`: call `backward(loss)`, then `update()`.

    Attributes:
        number: updates done before this step, over the whole run.
        batch: the batch, on the model's device.
        expected: the beat that comes next.
    """

    def __init__(self, number: int, batch: Any, commit: Commit):
        self.number = number
        self.batch = batch
        self.expected: Beat = "backward"
        self._commit = commit
        self._loss: Tensor | None = None
        self._correct: Tensor | None = None

    def backward(self, loss: Tensor, logits: Tensor | None = None) -> None:
        """Compute gradients.

        Args:
            loss: the batch's mean loss, a scalar tensor.
            logits: of shape (N, classes); given, the epoch's report has an accuracy, counted
                against the batch's last tensor.

        Raises:
            BeatError: after another `backward`, or after `update`.
            BatchError: if the loss is not a scalar tensor.
        """
        self._expect("backward")
        scalar(loss).backward()
        self._loss = loss.detach()
        if logits is not None and isinstance(self.batch, list | tuple):
            self._correct = right_answers(logits, self.batch[-1])
        self.expected = "update"

    def update(self) -> None:
        """Step the optimizer, clear the gradients, and step a scheduler that moves per step.

        Raises:
            BeatError: before `backward`, or a second time.
        """
        self._expect("update")
        self._commit(self._loss, examples(self.batch), self._correct)
        self.expected = "next batch"

    def skip(self) -> None:
        """Leave this batch out on purpose: no update, nothing counted, gradients cleared."""
        if self.expected == "next batch":
            self._expect("backward")
        self._commit(None, 0, None)
        self.expected = "next batch"

    def _expect(self, beat: Beat) -> None:
        if self.expected == beat:
            return
        remedy = {
            "backward": "Call step.backward(loss) before step.update()",
            "update": "Add the losses up and call step.backward once; then step.update()",
            "next batch": "This step is done: go on to the next batch",
        }[self.expected]
        raise BeatError(
            f"step {self.number}: {beat!r} came where {self.expected!r} was expected", "", remedy
        )
