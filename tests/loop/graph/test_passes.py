"""Whole steps: what they give is what the beats one by one give, and a run of them resumes to the same bits."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters

import fourbeat as fb
from fourbeat.errors import BatchError, NonFiniteError, RunError
from fourbeat.loop.graph import backend
from fourbeat.loop.graph.dropout import RANGE
from fourbeat.observe.events import Forward
from fourbeat.observe.stream import Stream

pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning"),
]


def data(count=76):
    random = torch.Generator().manual_seed(0)
    x = torch.randn(count, 5, generator=random)
    return x, (x.sum(1) > 0).long() + (x[:, 0] > 1).long()


def network(*extra):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(5, 8), *extra, nn.Tanh(), nn.Linear(8, 3))


def train(
    directory,
    model,
    optimizer,
    *,
    compile="step",
    epochs=2,
    forward=None,
    body=None,
    x=None,
    **options,
):
    """A run in whole steps: nine batches of 8 an epoch, and one of 4."""
    inputs, target = data()
    loader = fb.TensorLoader(inputs if x is None else x, target, batch_size=8, shuffle=True, seed=3)

    def plain(batch):
        logits = model(batch[0])
        return nn.functional.cross_entropy(logits, batch[1]), logits

    seen = []
    with fb.Run(
        directory, model=model, optimizer=optimizer, compile=compile, seed=0, **options
    ) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader, forward or plain):
                seen.append((step.number, step.loss, step.grad_norm))
                if body is not None:
                    body(step)
            epoch.close()
    return run, seen


def scheduled(optimizer):
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=18)


CASES = {
    "adamw": (torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}, {}),
    "adam": (
        torch.optim.Adam,
        {"lr": 0.01, "amsgrad": True, "weight_decay": 0.01},
        {"clip_value": 0.02},
    ),
    "sgd": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
        {"clip_norm": 0.3, "warmup": 5},
    ),
    "onecycle": (torch.optim.AdamW, {"lr": 0.01}, {"scheduler": scheduled, "warmup": 2}),
    "plain sgd, bf16": (torch.optim.SGD, {"lr": 0.1}, {"precision": "bf16"}),
}


@pytest.mark.parametrize("case", CASES)
def test_weights_losses_and_norms_are_those_of_the_beats(case, tmp_path):
    kind, options, more = CASES[case]
    ended = {}
    for compile in (None, "step"):
        model = network()
        groups = [
            {"params": list(model[0].parameters())},
            {"params": list(model[2].parameters()), "lr": 0.02},
        ]
        optimizer = kind(groups, **options)
        made = dict(more)
        if "scheduler" in made:
            made["scheduler"] = made["scheduler"](optimizer)
        run, seen = train(tmp_path / str(compile), model, optimizer, compile=compile, **made)
        assert not run.state.events
        ended[compile] = run, np.array(seen), model, optimizer
    (run, one, model, optimizer), (same, other, compiled, its) = ended[None], ended["step"]
    loose = 0.05 if case.endswith("bf16") else 2e-5
    assert np.allclose(one, other, rtol=loose, atol=loose)
    for a, b in zip(model.parameters(), compiled.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=loose, atol=loose)
    for p, q in zip(optimizer.state.values(), its.state.values(), strict=True):
        for name in p:
            if isinstance(p[name], torch.Tensor):
                assert torch.allclose(p[name], q[name], rtol=loose, atol=loose), name
    for a, b in zip(run.state.curves, same.state.curves, strict=True):
        assert a.step == b.step
        assert a.lr == pytest.approx(b.lr)
        assert a.train == pytest.approx(b.train, rel=loose)
    assert same.receipt.training.compile == "Compile(mode='step', dynamic=None, fullgraph=False)"


def test_buffers_move_as_they_do_in_the_beats(tmp_path):
    ended = []
    for compile in (None, "step"):
        model = network(nn.BatchNorm1d(8))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        train(tmp_path / str(compile), model, optimizer, compile=compile)
        ended.append(dict(model.named_buffers()))
    assert int(ended[1]["1.num_batches_tracked"]) == 20
    for name, buffer in ended[0].items():
        assert torch.allclose(buffer, ended[1][name], rtol=1e-4, atol=1e-5), name


class Cut(Exception):
    pass


@pytest.mark.parametrize("at", [4, 9, 12])
def test_resumed_it_ends_with_the_same_bits_dropout_and_all(at, tmp_path):
    def run(directory, body=None):
        model = network(nn.Dropout(0.4))
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, fused=True)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=20)
        options = {"scheduler": scheduler, "checkpoint_every": 3, "body": body}
        return train(directory, model, optimizer, **options)[0]

    def cut(step):
        if step.number == at:
            raise Cut

    whole = run(tmp_path / "whole")
    with pytest.raises(Cut):
        run(tmp_path / "cut", cut)
    again = run(tmp_path / "cut")
    assert again.receipt.weights_sha256 == whole.receipt.weights_sha256
    one, other = (fb.history(tmp_path / name).loss() for name in ("whole", "cut"))
    assert one.tobytes() == other.tobytes()


def test_keyed_dropout_is_the_same_again_after_a_resume(tmp_path, monkeypatch):
    from fourbeat.loop.graph import dropout

    rewritten, plain = [], dropout.rewrite
    monkeypatch.setattr(
        dropout, "rewrite", lambda *given: rewritten.append(plain(*given)) or rewritten[-1]
    )

    def run(directory, at=None):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(5, 32), nn.Dropout(0.4), nn.Tanh(), nn.Linear(32, 3))
        optimizer = adam(model)
        loader = fb.TensorLoader(*data(160), batch_size=16, shuffle=True, seed=3)

        def forward(batch):
            return nn.functional.cross_entropy(model(batch[0]), batch[1])

        options = {"compile": "step", "seed": 0, "checkpoint_every": 1}
        with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
            for epoch in run.epochs(2):
                for step in run.train(loader, forward):
                    if step.number == at:
                        raise Cut
                epoch.close()
        return run.receipt.weights_sha256

    whole = run(tmp_path / "whole")
    assert rewritten == [1]
    with pytest.raises(Cut):
        run(tmp_path / "cut", 14)
    assert run(tmp_path / "cut") == whole


def test_a_row_that_is_not_finite_is_named_and_its_step_changes_nothing(tmp_path):
    inputs, _ = data()
    inputs[40, 2] = math.inf
    ended = []
    for compile in (None, "step"):
        model = network(nn.BatchNorm1d(8))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        with pytest.raises(NonFiniteError) as raised:
            train(tmp_path / str(compile), model, optimizer, compile=compile, x=inputs)
        ended.append((str(raised.value), [*model.parameters(), *model.buffers()]))
    assert ended[0][0] == ended[1][0]
    assert "batch" in ended[1][0]
    for a, b in zip(ended[0][1], ended[1][1], strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True)


def rmsprop(model):
    return torch.optim.RMSprop(model.parameters(), lr=0.01)


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=0.01)


def with_hook(model):
    model[0].weight.register_hook(lambda gradient: 2 * gradient)
    return adam(model)


def with_idle(model):
    idle = nn.Parameter(torch.ones(3))
    return torch.optim.Adam([*model.parameters(), idle], lr=0.01)


REASONS = {
    "the optimizer or a parameter has hooks": (with_hook, {}),
    "a parameter gets no gradient": (with_idle, {}),
    "RMSprop is none of Adam, AdamW, SGD": (rmsprop, {}),
    "updates may be skipped": (adam, {"nonfinite": "skip"}),
    "gradients are accumulated": (adam, {"accumulate": 2}),
    "weights are averaged after each step": (adam, {"average": fb.EMA(0.9)}),
    "fp16 scales the loss": (adam, {"precision": "fp16"}),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_cannot_be_one_graph_goes_beat_by_beat_and_the_receipt_says_why(reason, tmp_path):
    make, options = REASONS[reason]
    found = []
    for compile in (None, "step"):
        model = network()
        run, seen = train(tmp_path / str(compile), model, make(model), compile=compile, **options)
        found.append((seen, run.receipt.weights_sha256))
    assert found[0] == found[1]
    said = [event.text for event in run.receipt.events if event.kind == "compile"]
    assert said == [f"steps run beat by beat: {reason}"]


def test_a_function_that_the_compiler_refuses_goes_beat_by_beat_to_the_same_bits(tmp_path):
    found = []
    for compile in (None, "step"):
        model = network(nn.Dropout(0.3))

        def forward(batch, model=model):
            logits = model(batch[0])
            scale = 2.0 if logits.sum().item() > 0 else 1.0
            return scale * nn.functional.cross_entropy(logits, batch[1])

        run, seen = train(
            tmp_path / str(compile), model, adam(model), compile=compile, forward=forward
        )
        found.append((seen, run.receipt.weights_sha256))
    assert found[0] == found[1]
    (said,) = [event.text for event in run.receipt.events if event.kind == "compile"]
    assert said.startswith("steps run beat by beat: ")


def test_without_compile_it_is_the_loop_of_beats(tmp_path):
    model = network()
    run, seen = train(tmp_path / "whole", model, adam(model), compile=None)
    beats = network()
    optimizer = adam(beats)
    loader = fb.TensorLoader(*data(), batch_size=8, shuffle=True, seed=3)
    with fb.Run(tmp_path / "beats", model=beats, optimizer=optimizer, seed=0) as by_hand:
        for epoch in by_hand.epochs(2):
            for step in by_hand.train(loader):
                x, y = step.batch
                logits = beats(x)
                step.backward(nn.functional.cross_entropy(logits, y), logits)
                step.update()
            epoch.close()
    assert by_hand.receipt.weights_sha256 == run.receipt.weights_sha256
    assert [number for number, *_ in seen] == list(range(20))
    assert fb.history(tmp_path / "beats").loss().tolist() == [loss for _, loss, _ in seen]


def test_every_step_is_recorded_and_the_first_of_a_call_with_its_norms(tmp_path):
    model = network()
    run, seen = train(tmp_path / "r", model, adam(model), epochs=1, record=1.0)
    assert not run.receipt.events
    log = fb.history(tmp_path / "r")
    assert len(log) == 10
    assert log.loss().tolist() == [loss for _, loss, _ in seen]
    assert [len(log.rows(step)) for step in range(10)] == [8] * 9 + [4]
    norms = log.layer("0.weight").grad
    assert np.isfinite(norms[[2, 4, 6]]).all()
    assert np.isfinite(norms[[0, 1, 8, 9]]).all()  # beat by beat
    assert np.isnan(log.seconds("forward")[[2, 4, 6]]).all()


def test_beat_by_beat_an_accumulated_step_is_recorded_with_all_its_rows(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run, seen = train(tmp_path / "r", model, optimizer, accumulate=2, epochs=1)
    assert "gradients are accumulated" in run.state.events[0].text
    log = fb.history(tmp_path / "r")
    assert len(log) == len(seen) == 5
    assert [len(log.rows(step)) for step in range(5)] == [16, 16, 16, 16, 12]
    assert sorted(row for step in range(5) for row in log.rows(step)) == list(range(76))


def test_profiled_it_writes_the_trace(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run, _ = train(tmp_path / "r", model, optimizer, profile=4)
    assert not run.state.events
    assert (tmp_path / "r" / "trace.json").exists()


def test_a_break_comes_after_the_steps_of_a_call(tmp_path):
    model = network()
    optimizer = adam(model)
    loader = fb.TensorLoader(*data(), batch_size=8)

    def forward(batch):
        return nn.functional.cross_entropy(model(batch[0]), batch[1])

    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, compile="step", seed=0) as run:
        for _ in run.epochs(1):
            for step in run.train(loader, forward):
                if step.number == 4:
                    break
    assert run.state.step == 6
    assert {int(state["step"]) for state in optimizer.state.values()} == {6}
    assert len(fb.history(tmp_path / "r")) == 6


def test_a_layer_that_is_thawed_on_the_way_is_trained_and_resumed(tmp_path):
    def run(directory, until=3, drop=0.2, compile="step"):
        model = network(nn.Dropout(drop))
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
        model[0].requires_grad_(False)
        loader = fb.TensorLoader(*data(), batch_size=8, shuffle=True, seed=3)

        def forward(batch):
            return nn.functional.cross_entropy(model(batch[0]), batch[1])

        before = model[0].weight.clone()
        options = {"compile": compile, "seed": 0}
        with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
            for epoch in run.epochs(3):
                model[0].requires_grad_(epoch.number > 1)
                for step in run.train(loader, forward):
                    if epoch.number == until and step.number % 10 == 4:
                        raise Cut
                epoch.close()
        assert not torch.equal(before, model[0].weight)
        assert {int(state["step"]) for state in optimizer.state.values()} == {30, 20}
        return run.receipt, model

    (_, one), (_, other) = (run(tmp_path / str(c), None, 0.0, c) for c in (None, "step"))
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-5, atol=1e-6)

    whole, _ = run(tmp_path / "whole", until=None)
    assert not [event for event in whole.events if event.kind == "compile"]
    for until in (1, 2, 3):
        with pytest.raises(Cut):
            run(tmp_path / str(until), until)
        again, _ = run(tmp_path / str(until), None)
        assert again.weights_sha256 == whole.weights_sha256


def test_each_shape_has_its_graph_and_a_resume_in_any_of_them_the_same_bits(tmp_path):
    x, y = data()
    batches = [
        (x[i : i + n], y[i : i + n])
        for i, n in ((0, 8), (8, 8), (16, 8), (24, 8), (32, 5), (37, 5))
    ]

    def run(directory, at=None):
        model = network(nn.Dropout(0.4))
        optimizer = adam(model)

        def forward(batch):
            return nn.functional.cross_entropy(model(batch[0]), batch[1])

        options = {"compile": "step", "seed": 0, "checkpoint_every": 1}
        with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
            for epoch in run.epochs(2):
                for step in run.train(batches, forward):
                    if step.number == at:
                        raise Cut
                epoch.close()
        assert not [event for event in run.receipt.events if event.kind == "compile"]
        return run.receipt.weights_sha256

    whole = run(tmp_path / "whole")
    with pytest.raises(Cut):
        run(tmp_path / "cut", 4)  # goes on with the second shape
    assert run(tmp_path / "cut") == whole


def test_the_forward_function_is_asked_for(tmp_path):
    model = network()
    with fb.Run(tmp_path / "r", model=model, optimizer=adam(model), compile="step") as run:
        for _ in run.epochs(1):
            with pytest.raises(RunError, match=r"run\.train\(loader, forward\)"):
                run.train([])


def test_a_forward_function_that_gives_something_else_is_refused(tmp_path):
    model = network()
    with pytest.raises(BatchError, match="got dict"):
        train(tmp_path / "r", model, adam(model), forward=lambda batch: {"loss": batch})


def test_who_hears_of_forward_calls_is_no_part_of_the_graph(tmp_path, monkeypatch):
    streams = []
    monkeypatch.setattr(Stream, "__init__", told(Stream.__init__, streams))
    model = network()

    def body(step):
        if step.number == 10:
            streams[0].heard[Forward] = (lambda _: None,)

    before = counters["stats"]["unique_graphs"]
    run, seen = train(tmp_path / "r", model, adam(model), epochs=3, body=body, record=0.0)
    assert len(seen) == 30
    assert not run.receipt.events
    assert counters["stats"]["unique_graphs"] == before + 1


def test_what_the_forward_function_reads_may_change_and_it_is_told(tmp_path, caplog, monkeypatch):
    made = backend.inductor

    def drawing(*args):
        torch.rand(3)  # as a compiler may do, or not if it finds its work in a cache
        return made(*args)

    monkeypatch.setattr(backend, "inductor", drawing)
    ended, states = {}, []
    for compile in (None, "step"):
        model, read = network(), {"scale": 1.0}

        def forward(batch, model=model, read=read):
            logits = model(batch[0]) * read["scale"]
            return nn.functional.cross_entropy(logits, batch[1]), logits

        def body(step, read=read):
            read["scale"] = 1.0 if step.number < 13 else 0.5
            states.append(torch.get_rng_state())

        train(
            tmp_path / str(compile), model, adam(model), compile=compile, forward=forward, body=body
        )
        ended[compile] = [p.detach() for p in model.parameters()]
    for mine, its in zip(ended["step"], ended[None], strict=True):
        assert torch.allclose(mine, its, atol=1e-6)
    assert sum("again" in record.message for record in caplog.records) == 1
    # Of the last run, the steps before the change and those after it: a call's keys are all that was drawn.
    before, after = states[-20:][13], states[-20:][14]
    torch.set_rng_state(before)
    torch.randint(-RANGE, RANGE, (2,), dtype=torch.int32)
    assert torch.equal(torch.get_rng_state(), after)


def told(make, made):
    """A constructor that tells what it made."""

    def constructor(self, *args, **kwargs):
        make(self, *args, **kwargs)
        made.append(self)

    return constructor
