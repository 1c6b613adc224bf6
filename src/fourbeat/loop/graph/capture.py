"""CUDA graphs: the kernels of a compiled call, launched as one.

inductor captures them on the second call and replays them from the third on, into the memory of the capture:
an input that stays where it is takes part as it is, any other is copied there first, and one that is copied must
not be written to (https://docs.pytorch.org/docs/stable/torch.compiler_cudagraph_trees.html). Weights and
buffers are known to stay; the optimizer's state has to be declared.
"""

import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

UTILS = "torch._inductor.cudagraph_utils"

CALLS = 3
"""Until a graph is replayed: as it is compiled, captured, and from the capture."""


def captured(device: torch.device) -> bool:
    """Whether calls on a device are captured."""
    return device.type == "cuda"


def options() -> dict[str, Any]:
    """inductor's options for it."""
    return {"triton.cudagraphs": True}


def stay(tensors: Iterable[Tensor]) -> None:
    """Declare that tensors stay where they are; should one move, the call is captured anew."""
    from torch._dynamo import mark_static_address  # the compiler takes most of a second to import

    for tensor in tensors:
        mark_static_address(tensor)


def begin() -> None:
    """Tell that the outputs of the call before are used no more."""
    torch.compiler.cudagraph_mark_step_begin()


class Heard(logging.Handler):
    """Keeps the first line of what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.lines.append(record.getMessage().partition("\n")[0])


@contextmanager
def refusals() -> Generator[list[str]]:
    """What inductor says of graphs that it does not capture within; empty at the end if it captured all."""
    from torch._dynamo.utils import counters  # as above

    heard, found = Heard(), list[str]()
    before = counters["inductor"]["cudagraph_skips"]
    # One since torch 2.12, the other before.
    loggers = [logging.getLogger(f"{UTILS}.__{name}") for name in ("cudagraphs", "perf_hints")]
    for logger in loggers:
        logger.addHandler(heard)
    try:
        yield found
    finally:
        for logger in loggers:
            logger.removeHandler(heard)
    if counters["inductor"]["cudagraph_skips"] > before:
        found += heard.lines or ["it does not say why"]
