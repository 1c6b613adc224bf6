"""Steps for CUDA graphs, as far as they show without a GPU: what a compiler would capture, and that it refuses here."""

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.loop.graph import capture
from fourbeat.loop.graph.program import Program

pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning"),
]


def train(directory, **options):
    """Ten steps of a network with buffers of its own; the weights, and what was said of compiling."""
    torch.manual_seed(1)
    # Adam makes much of a bias that normalisation takes out again.
    model = nn.Sequential(
        nn.Linear(5, 8, bias=False), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)
    )
    x = torch.randn(80, 5)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, amsgrad=True, fused=True)
    run = fb.fit(
        model,
        fb.TensorLoader(x, (x[:, 0] > 0).long(), batch_size=8, shuffle=True),
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        epochs=1,
        out=directory,
        **options,
    )
    state = [value for one in optimizer.state.values() for value in one.values()]
    texts = [event.text for event in run.receipt.events if event.kind == "compile"]
    return [*model.state_dict().values(), *state], texts


def alike(one, other):
    return all(torch.allclose(a, b, rtol=1e-5, atol=1e-6) for a, b in zip(one, other, strict=True))


def test_all_that_a_call_writes_to_is_known_to_stay(tmp_path, monkeypatch):
    from torch._inductor import compile_fx as inductor  # warns of its own
    from torch._inductor import config

    calls = []

    def inner(graph, inputs, **options):
        calls.append((graph, list(options["static_input_idxs"]), config.triton.cudagraphs))
        return inductor.compile_fx_inner(graph, inputs, **options)

    whole = inductor.compile_fx
    monkeypatch.setattr(
        inductor,
        "compile_fx",
        lambda *args, **more: whole(*args, **{"inner_compile": inner} | more),
    )
    monkeypatch.setattr("fourbeat.loop.graph.capture.captured", lambda device: True)
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))  # it is compiled anew
    ended, said = train(tmp_path / "captured", compile="step")
    ((graph, static, wanted),) = calls
    assert wanted
    placeholders = [node for node in graph.graph.nodes if node.op == "placeholder"]
    written = {
        node.args[0]
        for node in graph.graph.nodes
        if node.target is torch.ops.aten.copy_.default and node.args[0] in placeholders
    }
    # Weights, two means of squares, a mean and a count each; and the three buffers of normalisation.
    assert len(written) == 5 * 5 + 3
    assert {placeholders.index(node) for node in written} <= set(static)
    assert len(static) < len(placeholders)  # batches are copied
    assert said == ["compiled steps are no CUDA graphs: it does not say why"]  # for a CPU
    beats, said = train(tmp_path / "beats")
    assert alike(ended, beats)
    assert not said


def test_counts_of_updates_may_be_on_another_device(tmp_path, monkeypatch):
    beats, _ = train(tmp_path / "beats")
    monkeypatch.setattr(Program, "elsewhere", lambda *_: True)
    ended, said = train(tmp_path / "whole", compile="step")
    assert alike(ended, beats)
    assert not said


def test_the_compilers_reason_is_kept():
    from torch._inductor import cudagraph_utils

    skip = cudagraph_utils.log_cudagraph_skip_and_bump_counter
    skip("skipped before")
    with capture.refusals() as said:
        skip("skipping cudagraphs due to mutated inputs\n  found at line 3")
        assert not said
    assert said == ["skipping cudagraphs due to mutated inputs"]
    skip("skipped afterwards")
    assert len(said) == 1
    with capture.refusals() as said:
        pass
    assert not said
