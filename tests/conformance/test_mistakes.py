"""Rows T16, L6, L13, F7, F14, F15, M4: mistakes, and what one sees of them.

What fourbeat refuses or prevents is tested here directly; for the others the labs measure the
broken variant beside the correct one, and the figures must lie apart.
"""

import math

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import BatchError, NonFiniteError
from fourbeat.labs import bug_table, debug_table, lost_parameters, zero_grad
from fourbeat.labs.rows import circles


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    return debug_table.run(tmp_path_factory.mktemp("six"))


@pytest.fixture(scope="module")
def eight(tmp_path_factory):
    return bug_table.run(tmp_path_factory.mktemp("eight"))


def routine(lesson, out, batch):
    """The lesson, on one batch."""
    made = lesson()
    return fb.fit(
        made.model, [batch], loss_fn=made.loss_fn, optimizer=made.optimizer, epochs=1, out=out
    )


def with_a_nan(lesson):
    x, y = (tensor.clone() for tensor in lesson().train.dataset.tensors)
    x[5, 1] = math.nan
    return x, y


def test_T16_the_six_mistakes_show_in_their_figures(six):
    assert len(debug_table.MISTAKES) == 6
    assert six["refused"] == 2  # float labels and NaN, with cause and fix in the message
    assert six["shared"] == 40
    assert six["leaked"] > six["honest"] + 0.3
    assert six["wobble"] > 0.01 > six["still"] == 0
    assert six["piled"] > 10 * six["cleared"]
    assert six["chain"] > 100 > six["free"] == 0


def test_T16_what_fourbeat_refuses_says_cause_and_fix(tmp_path, lesson):
    x, y = lesson().train.dataset.tensors
    with pytest.raises(BatchError, match=r"labels are float32, not int64.*Cast them: labels\.long"):
        routine(lesson, tmp_path / "floats", (x, y.float()))
    with pytest.raises(NonFiniteError, match=r"Likely: data .*batch rows 5.*fill them") as error:
        routine(lesson, tmp_path / "nan", with_a_nan(lesson))
    assert error.value.finding.beat == "inputs"


def test_T16_what_fourbeat_prevents(tmp_path, lesson):
    """Eval mode, cleared gradients, and a log without graphs need no line of the user's."""
    made = lesson(dropout=0.5)
    with fb.Run(tmp_path / "run", model=made.model, optimizer=made.optimizer) as run:
        for epoch in run.epochs(2):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
                assert all(p.grad is None for p in made.model.parameters())
            assert isinstance(epoch.train.loss, float)  # a number, with no graph behind it
            reports = [run.validate(made.val, made.loss_fn).loss for _ in range(3)]
            assert len(set(reports)) == 1
            assert made.model.training


def test_L6_missing_zero_grad_beside_the_correct_run():
    correct, norms, never = zero_grad.train(clear=True)
    broken, broken_norms, began = zero_grad.train(clear=False)
    assert correct[0] == broken[0]  # the same start
    assert min(broken[-50:]) > 5 * max(correct[-50:])
    assert max(broken_norms) > 3 * max(norms)
    assert (never, began) == (0, 2)


def test_L13_the_eight_bugs_show_in_their_figures(eight):
    assert len(bug_table.BUGS) == 8
    assert eight["piled"] > 1 > 100 * eight["cleared"]
    assert eight["squared"] + 0.2 < eight["entropy"]
    assert (eight["moved"], eight["layer"], eight["shapes"]) == (1, 1, 1)
    assert eight["stuck"] == 0 < eight["learnt"]
    assert eight["high"] > 10
    assert eight["low"] > 0.99
    assert eight["verdicts"] == 2
    assert (eight["kept"], eight["none"]) == (20, 0)


@pytest.mark.parametrize(("lr", "cause"), [(30.0, "too high"), (1e-5, "too low")])
def test_L13_a_wrong_learning_rate_is_named_before_a_long_run(lr, cause):
    model = bug_table.network()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    verdict = fb.overfit(model, circles(100), nn.CrossEntropyLoss(), optimizer, steps=50)
    assert not verdict.memorised
    assert any(f"learning rate ({lr:g})" in text and cause in text for text in verdict.causes)


def test_F7_the_five_mistakes(tmp_path, lesson, six, eight):
    """Shapes, NaN, a loss that never falls, devices mixed, eval forgotten."""
    with pytest.raises(BatchError, match="takes 64 features.*layer '2', Linear"):
        bad = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(64, 2))
        fb.check_batch(bad, lesson().train.dataset.tensors, nn.CrossEntropyLoss())
    with pytest.raises(NonFiniteError, match="batch rows 5"):
        routine(lesson, tmp_path / "nan", with_a_nan(lesson))
    other = lesson().model.parameters()
    verdict = fb.overfit(
        lesson().model,
        lesson().train.dataset.tensors,
        nn.CrossEntropyLoss(),
        torch.optim.SGD(other, lr=0.1),
        steps=5,
    )
    assert verdict.losses[0] == verdict.losses[-1]
    assert "the optimizer does not hold 0.weight" in verdict.causes[0]
    assert (eight["moved"], eight["layer"]) == (1, 1)
    assert six["wobble"] > 0.01 > six["still"] == 0


def test_F14_an_int64_column_is_named_or_cast(tmp_path):
    """From a loop it is named with the cast; from a table it is cast, and the receipt says so."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"year": [1990 + i % 30 for i in range(90)]})
    frame["price"] = (frame["year"] * 7919) % 60_011
    frame["bargain"] = (frame["year"] > 2004).astype(int)
    assert str(frame["year"].dtype) == "int64"  # the trap
    batch = torch.tensor(frame[["year", "price"]].to_numpy()), torch.tensor(frame["bargain"])
    with pytest.raises(BatchError, match=r"features are int64.*Cast: features\.float\(\)"):
        fb.check_batch(nn.Linear(2, 2), batch, nn.CrossEntropyLoss())
    run = fb.train(frame, "bargain", out=tmp_path / "run", settings={"train.epochs": 2})
    columns = {column.name: column for column in run.receipt.data.columns}
    assert {columns[n].type for n in ("year", "price")} == {"numeric"}
    assert columns["year"].source == "int64"
    assert run.receipt.results["test"]["auc"] > 0.5
    beside = {model.name: model.results["test"]["auc"] for model in run.receipt.baselines.models}
    assert {"majority", "linear"} <= beside.keys()
    assert run.receipt.baselines.verdict.text.count(f"{run.receipt.results['test']['auc']:.4f}")


def test_F15_gradients_that_pile_up_and_the_step_where_it_began(tmp_path):
    """Norms grow; clearing right after the step, as `step.update` does, is correct."""
    _, norms, began = zero_grad.train(clear=False)
    assert began == 2
    assert sum(norms[-10:]) > 2 * sum(norms[:10])
    torch.manual_seed(0)
    model = nn.Linear(5, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    x = torch.randn(64, 5)
    loader = fb.TensorLoader(x, x.sum(dim=1, keepdim=True), batch_size=16)
    with fb.Run(tmp_path / "run", model=model, optimizer=optimizer) as run:
        for _ in run.epochs(3):
            for step in run.train(loader):
                a, b = step.batch
                loss = nn.functional.mse_loss(model(a), b)
                own = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
                step.backward(loss)
                held = [p.grad for p in model.parameters()]
                assert all(map(torch.equal, held, own))  # each step has its own gradient alone
                step.update()


def test_M4_three_ways_to_train_the_wrong_thing(tmp_path, lesson):
    """A layer made in forward, a parameter nobody holds, a softmax before cross-entropy."""
    made = lesson()
    with pytest.raises(BatchError, match="softmax would be applied twice"):
        softened = nn.Sequential(made.model, nn.Softmax(dim=1))
        optimizer = torch.optim.SGD(softened.parameters(), lr=0.1)
        fb.fit(
            softened,
            made.train,
            loss_fn=made.loss_fn,
            optimizer=optimizer,
            epochs=1,
            out=tmp_path / "run",
        )
    holding = fb.held(made.model, torch.optim.SGD(made.model[2].parameters(), lr=0.1))
    assert holding.unheld == ["0.weight", "0.bias"]
    whole, fresh = lost_parameters.Network(), lost_parameters.Network(fresh=True)
    assert lost_parameters.differ(whole) == 0 < lost_parameters.differ(fresh)
    assert sum(p.numel() for p in fresh.parameters()) < sum(p.numel() for p in whole.parameters())
