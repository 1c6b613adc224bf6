"""Why a loop's own line failed on a batch: a note on the exception, beside its traceback.

In a loop of one's own the model and the loss are called in the caller's lines, so their errors are
torch's. What `check_batch` would have said of the same call is added to them.
"""

import traceback
from collections.abc import Sequence

from torch import Tensor, nn

from fourbeat.data.batch import describe, tensors
from fourbeat.errors import BatchError, Problem
from fourbeat.loop.calling import eagerly, unwrapped
from fourbeat.loop.calls import Call
from fourbeat.loop.contract import check_loss, explain, watched
from fourbeat.loop.modes import left_alone

CLASSES = {"cross_entropy", "nll_loss"}
"""Functions of `torch.nn.functional` that take class numbers."""


def hint(error: BaseException, calls: Sequence[Call], batch: object) -> str | None:
    """What does not fit, in words; None if nothing is seen.

    The last call of the model is made again, layer by layer; model and generators stay as they
    were.

    Args:
        error: that ended the loop.
        calls: of the model in the step that was open.
        batch: of that step.
    """
    if not calls or not isinstance(error, RuntimeError | IndexError | ValueError | TypeError):
        return None
    seen, call = describe(batch), calls[-1]
    model = unwrapped(call.module)
    try:
        with left_alone(model), eagerly(model), watched(model) as entries:
            call.rewind()
            try:
                output = model(*call.args, **call.kwargs)
            except Exception as refused:
                return text(
                    explain(model, entries[-1] if entries else None, call.args, seen, refused)
                )
        functions = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
        *_, target = [None, *tensors(batch)]
        if functions & CLASSES and isinstance(output, Tensor) and target is not None:
            check_loss(nn.CrossEntropyLoss(), output, target, seen)
    except BatchError as found:
        return text(found.problems[0])
    except Exception:  # a hint must not hide the error, e.g. on a GPU that no longer answers
        return None
    return None


def text(problem: Problem) -> str:
    """As a note under a traceback."""
    return f"fourbeat: {problem}"
