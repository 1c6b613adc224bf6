"""torch.compile by an option: the same training, its breaks said, eager where it fails."""

import copy
import math

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import NonFiniteError

# The compiler warns of what it does itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning"),
]


class Net(nn.Module):
    """With dropout and batch normalisation: random numbers and buffers of its own."""

    def __init__(self, branch=False):
        super().__init__()
        self.first = nn.Linear(4, 16)
        self.norm = nn.BatchNorm1d(16)
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(16, 2)
        self.branch = branch

    def forward(self, x):
        hidden = self.norm(self.first(x)).relu()
        if self.branch and hidden.sum() > 0:
            hidden = hidden * 2
        return self.last(self.drop(hidden))


class Broken(Exception):
    """Of the test's own, to end a run half-way."""


def loader(batches=6):
    made = torch.Generator().manual_seed(0)
    x = torch.randn(8 * batches, 4, generator=made)
    y = (x[:, 0] > 0).long()
    return fb.TensorLoader(x, y, batch_size=8, shuffle=True, seed=1)


def trained(directory, model, *, die_at=None, epochs=2, **options):
    torch.manual_seed(99)  # so that the run's own seed begins its stream
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data, loss_fn = loader(), nn.CrossEntropyLoss()
    with fb.Run(directory, model=model, optimizer=optimizer, seed=5, **options) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(data):
                if step.number == die_at:
                    raise Broken
                x, y = step.batch
                step.backward(loss_fn(model(x), y))
                step.update()
            epoch.close(run.validate(data, loss_fn))
    return run


@pytest.fixture(autouse=True)
def fresh():
    torch.compiler.reset()


def net(**options):
    torch.manual_seed(5)
    return Net(**options)


@pytest.fixture
def backends(monkeypatch):
    """Compile without the C++ compiler; the fixture's list says with which arguments."""
    asked, real = [], torch.compile

    def compile_with(function, **options):
        asked.append(options)
        return real(function, **{**options, "backend": "eager", "mode": None})

    monkeypatch.setattr(torch, "compile", compile_with)
    return asked


def test_the_options_reach_torch_and_the_receipt(tmp_path, backends):
    how = fb.Compile("max-autotune", dynamic=True, fullgraph=True)
    run = trained(tmp_path / "r", net(), compile=how)
    assert backends == [{"mode": "max-autotune", "dynamic": True, "fullgraph": True}]
    assert run.receipt.training.compile == (
        "Compile(mode='max-autotune', dynamic=True, fullgraph=True)"
    )
    assert run.receipt.events == []
    with pytest.raises(ValueError, match="mode must be one of default, reduce-overhead"):
        fb.Compile("fastest")


def test_without_a_failure_it_is_the_same_training(tmp_path, backends):
    plain, model = net(), net()
    one = trained(tmp_path / "plain", plain)
    two = trained(tmp_path / "compiled", model, compile=fb.Compile())
    assert fb.weights_sha256(plain.state_dict()) == fb.weights_sha256(model.state_dict())
    assert one.receipt.curves == two.receipt.curves
    assert model._compiled_call_impl is None  # compiled within the run alone


def test_graph_breaks_are_said_with_their_line(tmp_path, backends, caplog):
    run = trained(tmp_path / "r", net(branch=True), compile=fb.Compile())
    (event,) = run.receipt.events
    assert event.kind == "compile"
    assert event.text in caplog.text
    assert "breaks the graph of the model at" in event.text
    where = (
        "test_compiled.py:33 `if self.branch and hidden.sum() > 0:` (a branch on a tensor's value)"
    )
    assert where in event.text


def test_a_graph_that_must_be_full_and_is_not_runs_eagerly(tmp_path, backends):
    plain, model = net(branch=True), net(branch=True)
    trained(tmp_path / "plain", plain)
    run = trained(tmp_path / "r", model, compile=fb.Compile(fullgraph=True))
    said = " ".join(event.text for event in run.receipt.events)
    assert "torch.compile failed on the model, which runs eagerly from here on: Unsupp" in said
    assert fb.weights_sha256(plain.state_dict()) == fb.weights_sha256(model.state_dict())


@pytest.mark.parametrize("succeeds", [0, 1])
def test_a_compiler_that_fails_half_way_leaves_no_trace(tmp_path, monkeypatch, succeeds):
    """With a graph break the first graph may have run, with dropout and statistics."""
    real, calls = torch.compile, []

    def backend(graph, inputs):
        calls.append(graph)
        if len(calls) > succeeds:
            raise OSError("no compiler here")
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda f, **_: real(f, backend=backend))
    plain, model = net(branch=True), net(branch=True)
    trained(tmp_path / "plain", plain)
    run = trained(tmp_path / "r", model, compile=fb.Compile())
    assert len(calls) == succeeds + 1
    assert "no compiler here" in run.receipt.events[-1].text
    assert fb.weights_sha256(plain.state_dict()) == fb.weights_sha256(model.state_dict())


def test_an_error_of_the_model_stays_its_own(tmp_path, backends):
    class Wrong(nn.Linear):
        def forward(self, x):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        trained(tmp_path / "r", Wrong(4, 2), compile=fb.Compile())


def test_a_resume_in_the_middle_ends_in_the_same_bits(tmp_path, backends):
    options = {"compile": fb.Compile(), "checkpoint_every": 1}
    whole = trained(tmp_path / "whole", net(), **options).receipt
    with pytest.raises(Broken):
        trained(tmp_path / "r", net(), die_at=4, **options)
    torch.compiler.reset()
    again = trained(tmp_path / "r", net(), **options).receipt
    assert again.last_weights_sha256 == whole.last_weights_sha256


@pytest.mark.parametrize("by", ["the run", "the user, in place", "the user, by a wrapper"])
def test_what_is_not_finite_is_named_in_a_compiled_model(tmp_path, backends, by):
    model, options = net(), {}
    if by == "the run":
        options["compile"] = fb.Compile(fullgraph=True)
    elif by == "the user, in place":
        model.compile(fullgraph=True, backend="eager")
    else:
        model = torch.compile(model, fullgraph=True)
    model.first.weight.data[3, 1] = math.nan
    with pytest.raises(NonFiniteError) as error:
        trained(tmp_path / "r", model, **options)
    assert (error.value.finding.name, error.value.finding.beat) == ("first.weight", "logits")


def test_a_wrapped_model_keeps_the_names_of_its_weights(tmp_path, backends):
    model = net()
    run = trained(tmp_path / "r", torch.compile(model))
    assert run.selected().keys() == model.state_dict().keys()
    assert run.receipt.model.name == "Net"
    run.load_best()
    again = copy.deepcopy(model)
    again.load_state_dict(run.selected())


def test_looking_inside_a_compiled_model(backends):
    model = net()
    model.compile(backend="eager", fullgraph=True)
    x = torch.randn(3, 4)
    model.eval()(x)
    names = [layer.name for layer in fb.shapes(model, x)]
    assert names == ["first", "norm", "drop", "last", ""]
    with fb.activations(model) as seen:
        model(x)
    assert set(seen) == {"first", "norm", "drop", "last"}
    assert [layer.name for layer in fb.shapes(torch.compile(net()), x)] == names


def test_a_model_of_torchs_own_classes_is_compiled(tmp_path, monkeypatch):
    """The compiler passes over frames of torch.nn itself."""
    real, graphs = torch.compile, []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(
        torch, "compile", lambda f, fullgraph, **_: real(f, backend=backend, fullgraph=fullgraph)
    )
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    run = trained(tmp_path / "r", model, compile=fb.Compile(fullgraph=True))
    assert run.receipt.events == []
    assert len(graphs) == 2  # with gradients and without


def test_parts_are_compiled_one_by_one(tmp_path, backends):
    torch.manual_seed(0)
    model = nn.ModuleDict({"a": nn.Linear(4, 3), "b": nn.Linear(3, 2)})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()
    how = fb.Compile(dynamic=False)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, compile=how) as run:
        for _ in run.epochs(1):
            for step in run.train(loader(2)):
                x, y = step.batch
                step.backward(loss_fn(model["b"](model["a"](x)), y))
                step.update()
    assert len(backends) == 2
    assert run.receipt.run.status == "finished"


@pytest.mark.slow
def test_compiled_by_inductor_it_agrees_within_tolerance(tmp_path):
    plain, model = net(), net()
    plain.drop.p = model.drop.p = 0.0  # compiled dropout draws other numbers
    trained(tmp_path / "plain", plain, epochs=1)
    run = trained(tmp_path / "r", model, epochs=1, compile=fb.Compile())
    if run.receipt.events:
        pytest.skip(run.receipt.events[0].text)
    for one, two in zip(plain.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)
