"""What is changed in a graph of aten's operators, before inductor makes code of it."""

from typing import Any

import torch
from torch._inductor.custom_graph_pass import CustomGraphPass, get_hash_for_files

from fourbeat.loop.graph import inplace, products


class Changed(CustomGraphPass):
    """Weights are written in place, and large products are oneDNN's.

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


def options(cpu: bool) -> dict[str, Any]:
    """inductor's options for it."""
    wide = cpu and products.wanted()
    if wide:
        products.register()
    return {"post_grad_custom_post_pass": Changed(wide)}
