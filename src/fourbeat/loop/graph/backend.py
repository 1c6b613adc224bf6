"""torch.compile's own backend, inductor, and what is changed in a graph before it makes code of it."""

from typing import Any

import torch
from torch import Tensor
from torch._inductor.custom_graph_pass import CustomGraphPass, get_hash_for_files

from fourbeat.loop.graph import capture, dropout, inplace, products


def inductor(steps: int, graph: torch.fx.GraphModule, inputs: list[Any]) -> Any:
    """Compile: weights are written in place, and on a CPU dropout is keyed.

    Args:
        steps: in the graph.
        graph: as torch.compile hands it to a backend.
        inputs: examples of its arguments.

    Returns:
        the compiled function.
    """
    from torch._inductor.compile_fx import compile_fx  # most of the compiler

    devices = {one.device for one in inputs if isinstance(one, Tensor)}
    cpu = all(device.type == "cpu" for device in devices)
    wide = cpu and products.wanted()
    if wide:
        products.register()
    options: dict[str, Any] = {"post_grad_custom_post_pass": Changed(wide)}
    if any(map(capture.captured, devices)):
        options |= capture.options()
    elif cpu:
        options["cpp_wrapper"] = True
        dropout.rewrite(graph, steps)
    return compile_fx(graph, inputs, config_patches=options)


class Changed(CustomGraphPass):
    """Changes a graph of aten's operators: weights are written in place, and large products are oneDNN's.

    Args:
        wide: whether the second is wanted.
    """

    def __init__(self, wide: bool):
        self._wide = wide

    def __call__(self, graph: torch.fx.Graph) -> None:
        """Change the graph."""
        inplace.write_in_place(graph)
        if self._wide:
            products.put_in(graph)

    def uuid(self) -> Any:
        """Tells the compiler's cache what it does."""
        return get_hash_for_files((inplace.__file__, products.__file__)), self._wide
