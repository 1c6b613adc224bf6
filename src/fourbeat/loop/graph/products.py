"""Matrix products by oneDNN in compiled steps, where that is the faster library.

On processors that Intel did not make, MKL does without their widest registers: on an AMD EPYC with AVX-512
the products of a network of 784-256-256-10 took 709 us a step by MKL and 373 us by oneDNN, both of which
PyTorch brings. Which is used is a function of the processor alone, and never measured on the way: the two
sum in another order, and a resume must give the same bits.
"""

from typing import Any

import torch
from torch import Tensor
from torch._inductor import ir, mkldnn_ir
from torch._inductor.lowering import lowerings, register_lowering

from fourbeat.receipt.environment import cpu_name

LEAST = 1 << 19
"""Multiplications that a product must have: a call of oneDNN takes some microseconds more."""


def product(x: Tensor, w: Tensor) -> Tensor:
    """x @ w.T for float32 matrices of any strides, by oneDNN."""
    return torch.ops.mkldnn._linear_pointwise(x, w, None, "none", [], "")


def product_like(x: Tensor, w: Tensor) -> Tensor:
    """Its shape."""
    return x.new_empty(x.shape[0], w.shape[0])


torch.library.define("fourbeat::product", "(Tensor x, Tensor w) -> Tensor")
torch.library.impl("fourbeat::product", "CPU", product)
torch.library.register_fake("fourbeat::product", product_like)


def lower(x: Any, w: Any) -> Any:
    """The call in inductor's code: oneDNN takes strides as they come, and nothing is copied for it."""
    x, w = (mkldnn_ir.LinearUnary.realize_input(one) for one in (x, w))
    layout = ir.FixedLayout(
        device=x.get_device(), dtype=x.get_dtype(), size=[x.get_size()[0], w.get_size()[0]]
    )
    return ir.TensorBox.create(mkldnn_ir.LinearUnary(layout, [x, w], [None, "none", [-1], ""]))


def put_in(graph: torch.fx.Graph) -> None:
    """Put them in the place of PyTorch's own, in a graph of aten's operators."""
    for node in list(graph.nodes):
        if node.target is torch.ops.aten.mm.default:
            bias, (x, w) = None, node.args
        elif node.target is torch.ops.aten.addmm.default and not node.kwargs:
            bias, x, w = node.args
        else:
            continue
        if not large(x.meta["val"], w.meta["val"]):
            continue
        with graph.inserting_before(node):
            turned = graph.call_function(torch.ops.aten.permute.default, (w, [1, 0]))
            turned.meta["val"] = w.meta["val"].t()
            new = graph.call_function(torch.ops.fourbeat.product.default, (x, turned))
            new.meta = dict(node.meta)
            if bias is not None:
                new = graph.call_function(torch.ops.aten.add.Tensor, (new, bias))
                new.meta = dict(node.meta)
        node.replace_all_uses_with(new)
        graph.erase_node(node)


def large(x: Tensor, w: Tensor) -> bool:
    """Whether a product is one of float32 that is worth it."""
    single = x.dtype is w.dtype is torch.float32 and x.device.type == w.device.type == "cpu"
    return single and x.shape[0] * x.shape[1] * w.shape[1] >= LEAST


def wanted() -> bool:
    """Whether this processor is one where oneDNN is the faster."""
    wide = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return wide and "Intel" not in cpu_name() and torch.backends.mkldnn.is_available()


def register() -> None:
    """Tell inductor what code to make for it."""
    if torch.ops.fourbeat.product.default not in lowerings:
        register_lowering(torch.ops.fourbeat.product, type_promotion_kind=None)(lower)
