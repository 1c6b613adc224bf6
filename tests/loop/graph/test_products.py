"""Products by oneDNN: the numbers of PyTorch's own, in the graph wherever they are worth it."""

import pytest
import torch
from torch import nn
from torch.fx.experimental.proxy_tensor import make_fx

import fourbeat as fb
from fourbeat.loop.graph import products
from fourbeat.loop.graph.backend import Changed
from fourbeat.loop.graph.products import product

pytestmark = [
    pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="needs oneDNN"),
    pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning"),
]


def targets(graph):
    return [node.target for node in graph.graph.nodes if node.op == "call_function"]


@pytest.mark.parametrize("sizes", [(1, 1, 1), (64, 784, 256), (63, 257, 31), (5, 16, 2)])
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_a_product_is_that_of_torch_whatever_its_strides(sizes, turned):
    made = torch.Generator().manual_seed(0)
    rows, inner, columns = sizes
    x = torch.randn(*((inner, rows) if turned[0] else (rows, inner)), generator=made)
    w = torch.randn(*((inner, columns) if turned[1] else (columns, inner)), generator=made)
    x, w = (x.t() if turned[0] else x), (w.t() if turned[1] else w)
    assert torch.allclose(product(x, w), x @ w.t(), rtol=1e-5, atol=1e-4)


def test_large_ones_of_float32_are_put_in_and_others_left():
    def network(x, w, b, small, half):
        return torch.addmm(b, x, w), torch.mm(x.t(), x), x @ small, half @ half

    x, w, b = torch.randn(128, 128), torch.randn(128, 128), torch.randn(128)
    inputs = x, w, b, torch.randn(128, 4), torch.randn(128, 128, dtype=torch.bfloat16)
    graph = make_fx(network, tracing_mode="fake")(*inputs)
    products.put_in(graph.graph)
    graph.graph.lint()
    graph.recompile()
    found = targets(graph)
    assert found.count(torch.ops.fourbeat.product.default) == 2
    assert found.count(torch.ops.aten.mm.default) == 2
    assert torch.ops.aten.addmm.default not in found
    for mine, its in zip(graph(*inputs), network(*inputs), strict=True):
        assert torch.allclose(mine.float(), its.float(), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "capability", "is_wanted"),
    [
        ("AMD EPYC", "AVX512", True),
        ("AMD EPYC", "AVX2", False),
        ("Intel(R) Xeon(R) Platinum", "AVX512", False),
    ],
)
def test_which_processors_want_it(monkeypatch, name, capability, is_wanted):
    monkeypatch.setattr(products, "cpu_name", lambda: name)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert products.wanted() is is_wanted


def test_compiled_steps_with_it_are_those_of_the_beats(tmp_path, monkeypatch):
    monkeypatch.setattr(products, "wanted", lambda: True)
    monkeypatch.setattr(products, "LEAST", 1 << 10)
    monkeypatch.setattr(Changed, "uuid", lambda _: str(tmp_path))  # the cache does not know it
    changed, change = [], Changed.__call__

    def count(self, graph):
        change(self, graph)
        changed.append(sum(n.target is torch.ops.fourbeat.product.default for n in graph.nodes))

    monkeypatch.setattr(Changed, "__call__", count)
    random = torch.Generator().manual_seed(0)
    x = torch.randn(7 * 24, 33, generator=random)
    weights = {}
    for compile in (None, "step"):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(33, 40), nn.ReLU(), nn.Linear(40, 24), nn.Linear(24, 3))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        loader = fb.TensorLoader(x, (x.sum(1) > 0).long(), batch_size=24)
        fb.fit(
            *(model, loader),
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=optimizer,
            epochs=2,
            out=tmp_path / str(compile),
            compile=compile,
        )
        weights[compile] = [p.detach().clone() for p in model.parameters()]
    # In each of two steps: two products forward, three for the weights, two for what is before.
    assert max(changed) >= 10
    for mine, its in zip(weights["step"], weights[None], strict=True):
        assert torch.allclose(mine, its, rtol=1e-4, atol=1e-5)
