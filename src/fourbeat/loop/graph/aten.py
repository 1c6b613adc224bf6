"""What is changed in a graph of aten's operators, before inductor makes code of it."""

from typing import Any

import torch
from torch._inductor.custom_graph_pass import CustomGraphPass

from fourbeat.loop.graph import products
from fourbeat.loop.graph.inplace import write_in_place


class Changed(CustomGraphPass):
    """Weights are written in place, and large products are oneDNN's.

    Args:
        wide: whether the second is wanted.
    """

    def __init__(self, wide: bool):
        self._wide = wide

    def __call__(self, graph: torch.fx.Graph) -> None:
        """Change the graph."""
        write_in_place(graph)
        if self._wide:
            products.put_in(graph)

    def uuid(self) -> Any:
        """Tells the compiler's cache what it does."""
        return ("fourbeat", 1, self._wide and products.LEAST)


def options(cpu: bool) -> dict[str, Any]:
    """inductor's options for it."""
    wide = cpu and products.wanted()
    if wide:
        products.register()
    return {"post_grad_custom_post_pass": Changed(wide)}
