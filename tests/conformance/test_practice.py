"""Rows L5, L7, F4, F6: optimizers, loaders, saving, and looking where the time goes."""

import json
import logging
import warnings

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader

import fourbeat as fb
from fourbeat.labs import optimizers, sorted_data


def test_L5_four_optimizers_on_one_problem():
    losses = {name: optimizers.descend(make)[1] for name, make in optimizers.MAKERS.items()}
    assert list(losses) == ["sgd", "momentum", "adam", "adamw"]
    assert len({curve[0] for curve in losses.values()}) == 1  # the same start
    assert all(curve[-1] < curve[0] / 1000 for curve in losses.values())
    there = {name: optimizers.there(curve) for name, curve in losses.items()}
    assert there["momentum"] < there["adam"] < there["sgd"]
    assert losses["adamw"][-1] > 100 * losses["adam"][-1]  # the decay keeps it off the minimum


@pytest.mark.parametrize("name", optimizers.MAKERS)
def test_L5_each_of_them_trains_in_a_run(tmp_path, lesson, name):
    made = lesson()
    optimizer = optimizers.MAKERS[name](list(made.model.parameters()))
    run = fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=optimizer,
        epochs=12,
        out=tmp_path / "run",
    )
    curve = [record.validation["loss"] for record in run.receipt.curves]
    assert curve[-1] < curve[0]


def test_L7_sorted_rows_beside_shuffled_ones():
    rows, held_out = sorted_data.rings(0), sorted_data.rings(1)
    assert rows[1].diff().min() >= 0
    shuffled, ordered = (sorted_data.train(rows, held_out, shuffle) for shuffle in (True, False))
    assert shuffled[1][-1] > ordered[1][-1] + 0.1
    assert ordered[0][-1] < shuffled[0][-1]  # the training loss does not tell


def seen(lesson, out, **options):
    """The rows of each step of an epoch, through a DataLoader."""
    made = lesson()
    with (
        warnings.catch_warnings(),
        fb.Run(out, model=made.model, optimizer=made.optimizer, seed=0) as run,
    ):
        warnings.simplefilter("ignore")  # pinned memory without a GPU is said by torch
        found = []
        for _ in run.epochs(1):
            for step in run.train(DataLoader(made.train.dataset, 3, shuffle=True, **options)):
                found.append(step.batch[0].tolist())
                step.skip()
    return found


def test_L7_workers_and_pinned_memory_give_the_same_batches(tmp_path, lesson):
    alone = seen(lesson, tmp_path / "alone")
    assert [len(batch) for batch in alone] == [3, 3, 2]
    assert seen(lesson, tmp_path / "workers", num_workers=2) == alone
    assert seen(lesson, tmp_path / "pinned", pin_memory=True) == alone


def test_L7_drop_last_leaves_the_short_batch_out(tmp_path, lesson):
    assert [len(batch) for batch in seen(lesson, tmp_path / "run", drop_last=True)] == [3, 3]


def test_F4_weights_and_checkpoints_reload_to_equal_predictions(tmp_path, lesson):
    made = lesson()
    options = {"loss_fn": made.loss_fn, "optimizer": made.optimizer, "epochs": 4}
    run = fb.fit(made.model, made.train, made.val, out=tmp_path / "run", **options)
    run.load_best()
    x = torch.tensor([[0.3, -0.2], [1.0, 1.0]])
    with torch.no_grad():
        expected = made.model(x)
        weights = lesson().model
        weights.load_state_dict(load_file(tmp_path / "run" / "best" / "model.safetensors"))
        assert torch.equal(weights(x), expected)
        given = lesson().model
        assert torch.equal(fb.load(tmp_path / "run", model=given)(x), expected)
        again = lesson()
        nn.init.zeros_(again.model[0].weight)  # the checkpoint brings its own
        with fb.Run(tmp_path / "run", model=again.model, optimizer=again.optimizer) as resumed:
            assert list(resumed.epochs(4)) == []
        assert torch.equal(again.model(x), expected)


class Rows(nn.Module):
    """A few operations that a compiler fuses, and with `asks` one that it cannot trace."""

    def __init__(self, *, asks=False):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(6, 16), nn.GELU(), nn.Linear(16, 3))
        self.asks = asks

    def forward(self, x):
        out = self.layers(x)
        return out * 2 if self.asks and out.sum() > 0 else out


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")
@pytest.mark.parametrize(
    "how",
    [
        fb.Compile("default", dynamic=True),
        fb.Compile("reduce-overhead"),
        fb.Compile("max-autotune", fullgraph=True),
    ],
    ids=lambda how: how.mode,
)
def test_F8_compiled_in_each_mode_it_is_the_same_training(tmp_path, how):
    """Batches of several sizes; with `fullgraph` a break ends in eager, which is said."""
    torch.compiler.reset()
    asks = how.fullgraph
    plain, model = Rows(asks=asks), Rows(asks=asks)
    made = torch.Generator().manual_seed(1)
    loader = [
        (torch.randn(n, 6, generator=made), torch.randint(0, 3, (n,), generator=made))
        for n in (8, 8, 5, 3)
    ]
    for name, network, option in (("plain", plain, None), ("compiled", model, how)):
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        options = {"loss_fn": nn.CrossEntropyLoss(), "optimizer": optimizer, "epochs": 2}
        run = fb.fit(network, loader, out=tmp_path / name, compile=option, **options)
    for one, two in zip(plain.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-6)
    said = " ".join(event.text for event in run.receipt.events if event.kind == "compile")
    assert (
        "breaks the graph of the model at" in said and "runs eagerly from here on" in said
    ) == asks, said


def test_F6_the_profiler_over_a_few_steps(tmp_path, caplog):
    """The top operations as a table, and a trace of as many steps."""
    caplog.set_level(logging.INFO, logger="fourbeat")
    model = nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 2))
    batch = torch.randn(64, 128), torch.arange(64) % 2
    fb.fit(
        model,
        [batch] * 8,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        epochs=1,
        out=tmp_path / "run",
        profile=3,
    )
    (table,) = (text for text in caplog.messages if "Self CPU" in text)
    assert "aten::addmm" in table
    events = json.loads((tmp_path / "run" / "trace.json").read_text())["traceEvents"]
    assert sum(event.get("name") == "aten::addmm" for event in events) == 3 * 2
