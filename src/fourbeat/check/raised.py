"""Why a step ended with an error of torch's: read from the traceback and what its frames held."""

import dis
import re
import sys
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from torch import Tensor, nn

from fourbeat.data.batch import tensors
from fourbeat.errors import BatchError, Problem, first_line
from fourbeat.finding import Place
from fourbeat.loop.contract import Entry, check_loss, explain
from fourbeat.observe.patch import HIDDEN
from fourbeat.observe.place import place_of, users

CLASSES = ("cross_entropy", "nll_loss")
"""Functions of `torch.nn.functional` that take class numbers."""

NO_GRAPH = (
    "the loss has no graph: no parameter gets a gradient from it",
    "Compute it with gradients on: no detach(), item(), argmax or no_grad() between model and loss, and "
    "some parameter that is not frozen.",
)
ONE_SHAPE = "Give both one shape, e.g. output.squeeze(1) or target.unsqueeze(1)."
ONE_DEVICE = "Bring them to one device: x.to(device), for the model and for every batch."
FLOATS = ("the target is of integers, and this loss takes floats", "Cast it: target.float().")
IN_PLACE = "Change weights by the optimizer, or within `with torch.no_grad():`."
SHAPES = "Compare the shapes above with what the line expects."

SAYINGS: dict[str, tuple[str, str]] = {
    r"does not require grad and does not have a grad_fn": NO_GRAPH,
    r"grad can be implicitly created only for scalar": (
        "the loss is no scalar: there is one for each element",
        "Take their mean: loss.mean().backward().",
    ),
    r"backward through the graph a second time": (
        "backward goes a second time through a graph that the first one has freed",
        "Compute the loss anew for each backward, detach what is carried over from step to step "
        "(hidden = hidden.detach()), and add losses up before a single backward.",
    ),
    r"modified by an inplace operation": (
        "a tensor that backward needs was changed in place",
        "Write x = x + y for x += y and relu(x) for relu_(x) before the backward; with several "
        "optimizers, step after all backwards.",
    ),
    r"leaf [Vv]ariable that requires grad is being used in an in-place": ("", IN_PLACE),
    r"optimizer got an empty parameter list": (
        "the optimizer gets no parameter",
        "Keep layers as attributes of the module, lists of them in nn.ModuleList, and hand over "
        "model.parameters(), a new iterator each time.",
    ),
    r"stack expects each tensor to be equal size": (
        "",
        "Give all rows one shape: pad them in the dataset or in collate_fn.",
    ),
    r"Expected input batch_size": (
        "",
        "Give one label for each row of logits: look for a reshape that mixes rows up.",
    ),
    r"Target size .* must be the same as input size": ("", ONE_SHAPE),
    r"different to the input size": ("", ONE_SHAPE),
    r"can't be cast to the desired output type Long|Found dtype Long but expected": FLOATS,
    r"all elements of (input|target) should be between 0 and 1": (
        "",
        "Use binary_cross_entropy_with_logits for logits, and targets between 0 and 1.",
    ),
    r"on the same device|not on the expected device|\(torch\.cuda\.\w+\).*should be the same": (
        "",
        ONE_DEVICE,
    ),
    r"_scale is None|No inf checks were recorded": (
        "the scaler saw no backward of a scaled loss",
        "Call scaler.scale(loss).backward() before scaler.step(optimizer).",
    ),
    r"Can't call numpy\(\) on Tensor that requires grad|can't convert .* device type tensor to numpy": (
        "",
        "Take the values out: x.detach().cpu().numpy().",
    ),
    r"shapes cannot be multiplied|must match the size of|[Ss]izes of tensors must match": (
        "",
        SHAPES,
    ),
    r"is invalid for input of size|must match the existing size": ("", SHAPES),
}
"""Torch's own words, in any part of a script: the fact (its own first line, if empty) and the fix."""

SHOWN = 6
"""Tensors whose shapes are given."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why.

    Attributes:
        place: the user's line.
        fact: what does not fit.
        fix: what to do.
        shapes: of tensors that the line could see, by name.
    """

    place: Place
    fact: str
    fix: str
    shapes: dict[str, str]


def reason(error: BaseException) -> Reason | None:
    """Why torch raised an error; None for one that is not torch's, or that is not understood."""
    if not isinstance(error, RuntimeError | IndexError | ValueError | TypeError | AssertionError):
        return None
    traces = traces_of(error)
    frames = [trace.tb_frame for trace in traces]
    own = [number for number, frame in enumerate(frames) if users(frame.f_code.co_filename)]
    if not own or (raises(traces[-1]) and own[-1] == len(frames) - 1):
        return None
    line, inside = frames[own[-1]], frames[own[-1] + 1 :]
    if any(module_of(frame) not in ("torch", *sys.stdlib_module_names) for frame in inside):
        return None
    found = at_layer(frames, error) or at_loss(inside) or in_words(error)
    if found is None:
        return None
    fact, fix = found
    return Reason(place_of(line), fact, fix, shapes_in(line))


def traces_of(error: BaseException) -> list[TracebackType]:
    """From the outermost frame to the one that raised, without fourbeat's own."""
    found: list[TracebackType] = []
    trace = error.__traceback__
    while trace is not None:
        if module_of(trace.tb_frame) != "fourbeat" and trace.tb_frame.f_code.co_filename != HIDDEN:
            found.append(trace)
        trace = trace.tb_next
    return found


def raises(trace: TracebackType) -> bool:
    """Whether its frame stands at a `raise`."""
    return dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def module_of(frame: FrameType) -> str:
    """The package that its code is of."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def at_layer(frames: list[FrameType], error: Exception) -> tuple[str, str] | None:
    """For a layer of torch's that refused its input."""
    calls = [frame for frame in frames if isinstance(frame.f_locals.get("self"), nn.Module)]
    if not calls or module_of(calls[-1]) != "torch":
        return None
    layer: nn.Module = calls[-1].f_locals["self"]
    model: nn.Module = calls[0].f_locals["self"]
    given = next(tensors(arguments(calls[-1])), None)
    if given is None or isinstance(layer, nn.modules.loss._Loss):  # pyright: ignore[reportPrivateUsage]
        return None
    first = given.grad_fn is None
    name = next((name for name, one in model.named_modules() if one is layer), "")
    entry = Entry(name, layer, given)
    problem = explain(model, entry, (given,) if first else (), described(given), error)
    return parts(problem) if problem.remedy else None


def at_loss(inside: list[FrameType]) -> tuple[str, str] | None:
    """For labels that a loss over classes refused."""
    for frame in inside:
        output, target = (frame.f_locals.get(name) for name in ("input", "target"))
        if frame.f_code.co_name not in CLASSES or not isinstance(output, Tensor):
            continue
        if not isinstance(target, Tensor) or target.device != output.device:
            return None
        try:
            ignored = int(frame.f_locals.get("ignore_index", -100))
            seen = f"output {described(output)}; target {described(target)}"
            check_loss(nn.CrossEntropyLoss(ignore_index=ignored), output, target, seen)
        except BatchError as found:
            problem = found.problems[0]
            return parts(problem) if problem.remedy else None
    return None


def in_words(error: Exception) -> tuple[str, str] | None:
    """By what it says."""
    text = str(error)
    for pattern, (fact, fix) in SAYINGS.items():
        if re.search(pattern, text):
            return fact or first_line(error).rstrip("."), fix
    return None


def parts(problem: Problem) -> tuple[str, str]:
    """As a finding has them."""
    return f"{problem.fact} ({problem.place})", f"{problem.remedy}."


def arguments(frame: FrameType) -> list[Any]:
    """What a function was called with, but for `self`; as it is bound now."""
    names = frame.f_code.co_varnames[1 : frame.f_code.co_argcount]
    return [frame.f_locals.get(name) for name in names]


def shapes_in(frame: FrameType) -> dict[str, str]:
    """Tensors that a line could see by a name."""
    found: dict[str, str] = {}
    for name, value in reversed(list(frame.f_locals.items())):
        if isinstance(value, Tensor) and name in frame.f_code.co_names + frame.f_code.co_varnames:
            found[name] = described(value)
    return dict(list(found.items())[:SHOWN])


def described(tensor: Tensor) -> str:
    """`(32, 2) float32`, and where it is if that is not the CPU."""
    device = "" if tensor.device.type == "cpu" else f" {tensor.device}"
    return f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}{device}"
