"""CUDA graphs: the kernels of a compiled call, launched as one.

inductor captures them on the second call and replays them from the third on, into the memory of the capture:
an input that stays where it is takes part as it is, any other is copied there first, and one that is copied must
not be written to (https://docs.pytorch.org/docs/stable/torch.compiler_cudagraph_trees.html). Weights and
buffers are known to stay; the optimizer's state has to be declared.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

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


def refusals() -> int:
    """Graphs of this process that inductor did not capture."""
    from torch._dynamo.utils import counters  # as above

    return counters["inductor"]["cudagraph_skips"]
