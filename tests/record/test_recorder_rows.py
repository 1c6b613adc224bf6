"""What the log says of each step is what the loop did, however it was listened to."""

import math
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import fourbeat as fb
from fourbeat.record import recorder
from fourbeat.record.governor import Governor
from fourbeat.record.layout import Flag

SHARES = ("gradients", "batch", "weights", "fingerprint")


@dataclass
class Did:
    """What a loop did in one pass of its body."""

    number: int
    epoch: int
    counted: bool = False
    examples: int = 0
    rows: list[int] = field(default_factory=list)
    losses: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)


def train(directory, plan, epochs, did):
    """A loop that keeps its own books; `plan` says what happens at which step."""
    torch.manual_seed(3)
    model = nn.ModuleDict({"a": nn.Linear(4, 6), "b": nn.Linear(6, 2)})
    late = nn.Linear(6, 2)
    optimizers = {"a": torch.optim.SGD(model["a"].parameters(), lr=0.1, momentum=0.9)}
    optimizers["b"] = torch.optim.Adam(model["b"].parameters(), lr=0.01)
    if plan["alone"]:
        both = [*model["a"].parameters(), *model["b"].parameters()]
        optimizers = {"main": torch.optim.SGD(both, lr=0.1)}
    x = torch.randn(44, 4, generator=torch.Generator().manual_seed(1))
    loader = fb.TensorLoader(x, (x[:, 0] > 0).long(), batch_size=6, shuffle=True, seed=1)
    given = optimizers["main"] if plan["alone"] else optimizers
    made = {"model": model, "optimizer": given, "accumulate": plan["accumulate"]}
    with fb.Run(directory, **made, seed=3, nonfinite="skip") as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                now = Did(step.number, run.state.epoch + 1)
                did.append(now)
                do = plan["do"].get(len(did), ())
                if "add" in do:
                    held = [
                        p for o in optimizers.values() for g in o.param_groups for p in g["params"]
                    ]
                    if late.weight not in set(held):
                        group = {"params": list(late.parameters()), "lr": 0.03}
                        next(iter(optimizers.values())).add_param_group(group)
                losses = {name: [] for name in optimizers}
                for batch in step.batches:
                    inputs, target = batch
                    now.rows += [int((x == row).all(1).nonzero()[0]) for row in inputs]
                    for name in optimizers:
                        hidden = model["a"](inputs).tanh()
                        loss = nn.functional.cross_entropy(model["b"](hidden), target)
                        loss = loss + late(hidden).square().mean()
                        loss = loss * (math.inf if f"infinite {name}" in do else 1)
                        step.backward(loss, **({} if plan["alone"] else {"optimizer": name}))
                        losses[name].append((loss.item(), len(target)))
                        if not plan["alone"]:
                            break  # a second optimizer's turn comes after the first one's update
                if "break off" in do:
                    now.losses = losses
                    raise ZeroDivisionError
                if "skip" in do:
                    now.losses = losses
                    step.skip()
                    continue
                for name, optimizer in optimizers.items():
                    if name == "b":
                        loss = model["b"](model["a"](inputs).tanh().detach()).square().mean()
                        loss = loss * (math.inf if "infinite b" in do else 1)
                        step.backward(loss, optimizer="b")
                        losses["b"].append((loss.item(), len(target)))
                    now.rates[name] = [group["lr"] for group in optimizer.param_groups]
                    step.update(**({} if plan["alone"] else {"optimizer": name}))
                now.losses = losses
                now.counted = step.number != run.state.step
                now.examples = len(now.rows) * now.counted
                if plan["rates"]:
                    next(iter(optimizers.values())).param_groups[0]["lr"] *= 0.97
                if "leave" in do:
                    return True
            epoch.close()
    return False


DEEDS = ("add", "infinite main", "infinite a", "infinite b", "skip", "leave", "break off")
PLANS = st.fixed_dictionaries(
    {
        "alone": st.booleans(),
        "accumulate": st.sampled_from((1, 1, 2, 3)),
        "rates": st.booleans(),
        "do": st.dictionaries(
            st.integers(1, 40),
            st.frozensets(st.sampled_from(DEEDS), min_size=1, max_size=2),
            max_size=6,
        ),
    }
)
HEARD = st.lists(
    st.tuples(st.integers(1, 7), st.frozensets(st.sampled_from(SHARES))), min_size=1, max_size=8
)


@given(plan=PLANS, heard=HEARD, page=st.sampled_from((1, 3, 256)), often=st.booleans())
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_log_is_what_the_loop_did(tmp_path_factory, plan, heard, page, often):
    if plan["accumulate"] > 1:
        plan = {**plan, "alone": True}
    turns = iter(heard * 200)

    def step(self, seconds, lean, more):
        self.every, self.due = next(turns)

    did: list[Did] = []
    directory = tmp_path_factory.mktemp("run") / "r"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Governor, "step", step)
        patched.setattr(recorder, "PAGE", page)
        patched.setattr(recorder, "WRITE_SECONDS", 0.0 if often else 3600.0)
        with suppress(ZeroDivisionError):
            left = train(directory, plan, 4, did)
            if left and not any("add" in deeds for deeds in plan["do"].values()):
                train(directory, plan, 4, did)  # it resumes, and may leave or break off again
    log = fb.history(directory)
    assert log.damaged == 0
    assert log.step.tolist() == [one.number for one in did]
    assert log.epoch.tolist() == [one.epoch for one in did]
    assert log.counted.tolist() == [one.counted for one in did]
    assert log.examples.tolist() == [one.examples for one in did]
    for at, one in enumerate(did):
        layout, record = log.record(at)
        assert log.rows(at).tolist() == one.rows
        for number, name in enumerate(layout.optimizers):
            found = one.losses.get(name) or [(math.nan, 1)]
            total = sum(rows for _, rows in found)
            mean = math.fsum(loss * rows for loss, rows in found) / total
            loss = found[0][0] if len(found) == 1 else mean
            assert np.array_equal(record["loss"][number], loss, equal_nan=True)
            rates = log.lr(name)[at]
            expected = one.rates.get(name, [])
            assert rates[~np.isnan(rates)].tolist() == expected
        if record["flags"] & Flag.GRADIENTS and one.counted and not record["flags"] & Flag.SKIPPED:
            for groups in layout.optimizers.values():
                for name in (name for group in groups for name in group):
                    assert np.isfinite(log.layer(name).grad[at])


def test_of_a_closures_losses_the_one_before_the_update_counts(tmp_path):
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4)
    loader = fb.TensorLoader(torch.randn(20, 4), torch.zeros(20).long(), batch_size=5, seed=1)
    first = []
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, seed=1) as run:
        for _ in run.epochs(1):
            for step in run.train(loader):
                inputs, target = step.batch
                losses = []

                def closure(step=step, inputs=inputs, target=target, losses=losses):
                    loss = nn.functional.cross_entropy(model(inputs), target)
                    step.backward(loss)
                    losses.append(loss.item())
                    return loss

                step.update(closure=closure)
                assert len(losses) > 1
                first.append(losses[0])
    assert fb.history(tmp_path / "r").loss().tolist() == first


def test_a_step_that_breaks_off_with_new_parameters_keeps_its_error(tmp_path, monkeypatch):
    monkeypatch.setattr(Governor, "step", lambda self, *_: setattr(self, "every", 1000))
    did: list[Did] = []
    plan = {"alone": True, "accumulate": 1, "rates": False, "do": {9: {"add", "break off"}}}
    with pytest.raises(ZeroDivisionError):
        train(tmp_path / "r", plan, 2, did)
    log = fb.history(tmp_path / "r")
    assert log.counted.tolist() == [True] * 8 + [False]
    assert len(log.layer("main.5").grad) == 9
