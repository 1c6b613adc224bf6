"""What a step can be: several batches, several optimizers, a closure, clipped, in half precision."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

import fourbeat as fb
from fourbeat.errors import BeatError, NonFiniteError, RunError
from fourbeat.receipt import model as receipts


def network(seed=0, dropout=0.0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 3))


def batches(sizes, seed=1):
    made = torch.Generator().manual_seed(seed)
    return [
        (torch.randn(n, 3, generator=made), torch.randint(0, 3, (n,), generator=made))
        for n in sizes
    ]


def trained(directory, model, optimizer, loader, loss_fn, *, epochs=1, weight=None, **options):
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                for x, y in step.batches:
                    logits = model(x)
                    share = weight(y) if weight else None
                    step.backward(loss_fn(logits, y), logits, weight=share)
                step.update()
            epoch.close()
    return run


# Accumulation.


@settings(max_examples=200, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    accumulate=st.integers(1, 5),
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["plain", "weighted", "ignored", "smoothed"]),
)
def test_accumulated_gradients_are_those_of_the_whole_batch(
    tmp_path_factory, sizes, accumulate, seed, kind
):
    """Unequal batches and a short last step included, against each step's batches as one."""
    classes = torch.tensor([0.3, 1.0, 2.5])
    loss_fn = {
        "plain": nn.CrossEntropyLoss(),
        "weighted": nn.CrossEntropyLoss(weight=classes),
        "ignored": nn.CrossEntropyLoss(ignore_index=-7),
        "smoothed": nn.CrossEntropyLoss(label_smoothing=0.2),
    }[kind]
    given_batches = batches(sizes, seed)
    if kind == "ignored":
        for _, y in given_batches:
            y[1:][y[1:] == 0] = -7  # one label at least is left in each
    groups = [given_batches[i : i + accumulate] for i in range(0, len(given_batches), accumulate)]
    whole = [tuple(torch.cat(parts) for parts in zip(*group, strict=True)) for group in groups]
    ours, theirs = network(seed), network(seed)
    out = tmp_path_factory.mktemp("runs")
    run = fb.fit(
        ours,
        given_batches,
        loss_fn=loss_fn,
        optimizer=torch.optim.SGD(ours.parameters(), lr=0.5),
        epochs=1,
        out=out / "ours",
        accumulate=accumulate,
    )
    other = fb.fit(
        theirs,
        whole,
        loss_fn=loss_fn,
        optimizer=torch.optim.SGD(theirs.parameters(), lr=0.5),
        epochs=1,
        out=out / "theirs",
    )
    assert run.receipt.run.steps == other.receipt.run.steps == len(groups)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)
    ((mean, wanted),) = [(run.receipt.curves[0].train, other.receipt.curves[0].train)]
    assert mean == pytest.approx(wanted, rel=1e-6)


def test_scheduler_and_steps_move_per_update(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step)
    run = trained(
        tmp_path / "r",
        model,
        optimizer,
        batches([4] * 7),
        nn.CrossEntropyLoss(),
        scheduler=scheduler,
        schedule="step",
        accumulate=3,
    )
    assert (run.receipt.run.steps, scheduler.last_epoch) == (3, 3)


@pytest.mark.parametrize("die_at", range(5))
def test_accumulation_resumes_to_the_same_bits(tmp_path, die_at):
    def train(directory, die_at=None):
        model = network(dropout=0.5)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
        loss_fn = nn.CrossEntropyLoss()
        with fb.Run(
            directory, model=model, optimizer=optimizer, accumulate=3, checkpoint_every=1
        ) as run:
            for epoch in run.epochs(2):
                for step in run.train(batches([4, 2, 5, 1, 3, 4, 4])):
                    for x, y in step.batches:
                        step.backward(loss_fn(model(x), y))
                        if step.number == die_at:
                            raise KeyboardInterrupt
                    step.update()
                epoch.close()
        return run.receipt.last_weights_sha256

    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "cut", die_at)
    assert train(tmp_path / "cut") == whole


def test_a_step_whose_batches_were_not_all_used_is_refused(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, accumulate=2) as run:
        for _ in run.epochs(1):
            for step in run.train(batches([4, 4, 4])):
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                if step.number == 0:
                    for _ in range(2):
                        with pytest.raises(BeatError, match="more batches.*step.batches"):
                            step.update()
                    step.skip()
                    break


def test_another_accumulation_is_another_training(tmp_path):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    loss_fn = nn.CrossEntropyLoss()
    trained(tmp_path / "r", model, optimizer, batches([4]), loss_fn)
    with pytest.raises(RunError, match="training.accumulate was 1 and is 2"):
        trained(tmp_path / "r", model, optimizer, batches([4]), loss_fn, accumulate=2)


# Clipping.


@pytest.mark.parametrize("rule", ["clip_norm", "clip_value"])
def test_clipping_equals_the_plain_loop_and_reports_the_norm_before(tmp_path, rule):
    ours, theirs = network(), network()
    loss_fn, loader, norms = nn.CrossEntropyLoss(), batches([4, 4, 3]), []
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.5)
    for x, y in loader:
        optimizer.zero_grad()
        loss_fn(theirs(x), y).backward()
        if rule == "clip_norm":
            norms.append(clip_grad_norm_(theirs.parameters(), 0.1).item())
        else:
            norms.append(math.hypot(*(p.grad.norm().item() for p in theirs.parameters())))
            clip_grad_value_(theirs.parameters(), 0.1)
        optimizer.step()
    seen = []
    model_optimizer = torch.optim.SGD(ours.parameters(), lr=0.5)
    with fb.Run(tmp_path / "r", model=ours, optimizer=model_optimizer, **{rule: 0.1}) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader):
                x, y = step.batch
                step.backward(loss_fn(ours(x), y))
                step.update()
                seen.append(step.grad_norm)
            epoch.close()
    assert seen == pytest.approx(norms, rel=1e-6)
    assert min(seen) > 0.1
    assert fb.weights_sha256(ours.state_dict()) == fb.weights_sha256(theirs.state_dict())
    if rule == "clip_norm":
        assert run.receipt.curves[0].train["grad_norm"] == pytest.approx(sum(norms) / 3)


# Several optimizers.


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.make = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
        self.judge = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))


def gan(directory, *, die_at=None, precision="fp32"):
    torch.manual_seed(3)
    model, real = Gan(), torch.randn(20, 1) * 0.5 + 2
    optimizers = {
        "judge": torch.optim.Adam(model.judge.parameters(), lr=0.02),
        "make": torch.optim.Adam(model.make.parameters(), lr=0.01),
    }
    decay = {"make": torch.optim.lr_scheduler.ExponentialLR(optimizers["make"], 0.9)}
    loss_fn = nn.functional.binary_cross_entropy_with_logits
    loader = torch.utils.data.DataLoader(real, batch_size=4, shuffle=True)
    with fb.Run(
        directory,
        model=model,
        optimizer=optimizers,
        scheduler=decay,
        schedule="step",
        seed=3,
        checkpoint_every=1,
        precision=precision,
    ) as run:
        for epoch in run.epochs(3):
            for step in run.train(loader):
                x, n = step.batch, len(step.batch)
                fake = model.make(torch.randn(n, 2))
                right, wrong = model.judge(x), model.judge(fake.detach())
                loss = loss_fn(right, torch.ones(n, 1)) + loss_fn(wrong, torch.zeros(n, 1))
                step.backward(loss, optimizer="judge")
                step.update("judge")
                if step.number == die_at:
                    raise KeyboardInterrupt
                step.backward(loss_fn(model.judge(fake), torch.ones(n, 1)), optimizer="make")
                step.update("make")
            epoch.close()
    return run.receipt


def plain_gan():
    torch.manual_seed(3)
    model, real = Gan(), torch.randn(20, 1) * 0.5 + 2
    judge = torch.optim.Adam(model.judge.parameters(), lr=0.02)
    make = torch.optim.Adam(model.make.parameters(), lr=0.01)
    decay = torch.optim.lr_scheduler.ExponentialLR(make, 0.9)
    loss_fn = nn.functional.binary_cross_entropy_with_logits
    loader = torch.utils.data.DataLoader(real, batch_size=4, shuffle=True)
    for _ in range(3):
        for x in loader:
            n = len(x)
            fake = model.make(torch.randn(n, 2))
            judge.zero_grad()
            right, wrong = model.judge(x), model.judge(fake.detach())
            (loss_fn(right, torch.ones(n, 1)) + loss_fn(wrong, torch.zeros(n, 1))).backward()
            judge.step()
            make.zero_grad()
            loss_fn(model.judge(fake), torch.ones(n, 1)).backward()
            make.step()
            decay.step()
    return fb.weights_sha256(model.state_dict())


def test_a_gan_equals_the_plain_loop(tmp_path):
    receipt = gan(tmp_path / "r")
    assert receipt.last_weights_sha256 == plain_gan()
    assert receipt.curves[0].train.keys() == {"judge_loss", "make_loss"}
    assert receipt.optimizers.keys() == {"judge", "make"}
    assert [len(record.lr) for record in receipt.curves] == [2, 2, 2]


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("die_at", [1, 7, 12])
def test_a_gan_resumes_to_the_same_bits(tmp_path, precision, die_at):
    whole = gan(tmp_path / "whole", precision=precision)
    with pytest.raises(KeyboardInterrupt):
        gan(tmp_path / "cut", die_at=die_at, precision=precision)
    again = gan(tmp_path / "cut", precision=precision)
    assert again.last_weights_sha256 == whole.last_weights_sha256
    assert again.curves == whole.curves


def test_each_beat_says_whose_it_is(tmp_path):
    model = Gan()
    optimizers = {
        name: torch.optim.SGD(part.parameters(), lr=0.1) for name, part in model.named_children()
    }
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizers) as run:
        for epoch in run.epochs(1):
            for step in run.train([torch.ones(2, 1)]):
                loss = model.judge(step.batch).mean()
                with pytest.raises(BeatError, match="which optimizer. This run has make, judge"):
                    step.backward(loss)
                with pytest.raises(BeatError, match="'update' of optimizer 'make' came where"):
                    step.update("make")
                step.backward(loss, optimizer="judge")
                with pytest.raises(BeatError, match="'backward' of optimizer 'judge' came where"):
                    step.backward(loss, optimizer="judge")
                with pytest.raises(BeatError, match="no parameter has a gradient.*'make'"):
                    step.backward(model.judge(step.batch).mean(), optimizer="make")
                    step.update("make")
                step.update("judge")
                step._backwards.pop("make")
            epoch.close()


def test_optimizers_and_schedulers_that_do_not_fit_are_refused(tmp_path):
    model = Gan()
    one = torch.optim.SGD(model.make.parameters(), lr=0.1)
    two = torch.optim.SGD(model.parameters(), lr=0.1)
    decay = torch.optim.lr_scheduler.ExponentialLR(one, 0.9)
    for options, message in (
        ({"optimizer": {"a": one, "b": two}}, "'a' and 'b' hold the same parameter"),
        ({"optimizer": {"a": one}, "scheduler": {"b": decay}}, "no optimizer for the scheduler"),
        (
            {
                "optimizer": {
                    "a": one,
                    "b": torch.optim.SGD(model.judge.parameters(), lr=0.1),
                },
                "scheduler": decay,
            },
            "one scheduler for several optimizers",
        ),
        ({"optimizer": {}}, "no optimizer was given"),
    ):
        with pytest.raises(RunError, match=message):
            fb.Run(tmp_path / "r", model=model, **options)


# An optimizer that evaluates the loss again.


def lbfgs(directory, *, die_at=None):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)
    x = torch.randn(12, 3)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=6, shuffle=True
    )
    with fb.Run(directory, model=model, optimizer=optimizer, seed=0, checkpoint_every=1) as run:
        for epoch in run.epochs(3):
            for step in run.train(loader):
                x, y = step.batch

                def closure(step=step, x=x, y=y):
                    loss = nn.functional.mse_loss(model(x), y)
                    step.backward(loss)
                    return loss

                if step.number == die_at:
                    raise KeyboardInterrupt
                step.update(closure=closure)
            epoch.close()
    return run.receipt


def test_lbfgs_equals_the_plain_loop_and_resumes(tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=5)
    x = torch.randn(12, 3)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True)), batch_size=6, shuffle=True
    )
    first = []
    for _ in range(3):
        for a, b in loader:

            def closure(a=a, b=b):
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(model(a), b)
                loss.backward()
                return loss

            first.append(optimizer.step(closure).item())
    whole = lbfgs(tmp_path / "whole")
    assert whole.last_weights_sha256 == fb.weights_sha256(model.state_dict())
    assert whole.run.steps == 6
    assert whole.curves[0].train["loss"] == pytest.approx((first[0] + first[1]) / 2)
    with pytest.raises(KeyboardInterrupt):
        lbfgs(tmp_path / "cut", die_at=3)
    assert lbfgs(tmp_path / "cut").last_weights_sha256 == whole.last_weights_sha256


def test_a_closure_that_does_not_fit_is_refused(tmp_path):
    model = network()
    options = {"model": model, "optimizer": torch.optim.SGD(model.parameters(), lr=0.1)}
    with fb.Run(tmp_path / "r", precision="fp16", **options) as run:
        for _ in run.epochs(1):
            step = next(run.train(batches([4])))
            with pytest.raises(BeatError, match="no place for a gradient scaler"):
                step.update(closure=lambda: None)
    with fb.Run(tmp_path / "s", **options) as run:
        for _ in run.epochs(1):
            step = next(run.train(batches([4])))
            with pytest.raises(BeatError, match="'update' came where 'backward' was expected"):
                step.update(closure=lambda: None)


# Precision.


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_equals_the_plain_loop(tmp_path, precision):
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    loss_fn, loader = nn.CrossEntropyLoss(), batches([8] * 5)
    theirs = network()
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.5)
    scaler = torch.amp.GradScaler("cpu", enabled=precision == "fp16")
    for x, y in loader:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype):
            loss = loss_fn(theirs(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        clip_grad_norm_(theirs.parameters(), 0.2)
        scaler.step(optimizer)
        scaler.update()
    ours = network()
    dtypes = []
    ours[0].register_forward_hook(lambda module, args, output: dtypes.append(output.dtype))
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.5)
    run = trained(
        tmp_path / "r", ours, optimizer, loader, loss_fn, precision=precision, clip_norm=0.2
    )
    assert set(dtypes) == {dtype}
    assert {p.dtype for p in ours.parameters()} == {torch.float32}
    assert fb.weights_sha256(ours.state_dict()) == fb.weights_sha256(theirs.state_dict())
    assert run.receipt.training.precision == precision
    assert not torch.is_autocast_enabled("cpu")


def test_an_update_that_overflows_is_skipped_counted_and_the_scale_comes_down(tmp_path):
    model = nn.Linear(2, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    x = torch.full((1, 2), 30.0)
    skipped, steps = [], []

    def train(epochs):
        options = {"scheduler": scheduler, "schedule": "step", "precision": "fp16"}
        with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, **options) as run:
            for epoch in run.epochs(epochs):
                for step in run.train([x] * 4):
                    step.backward(model(step.batch).float().square().mean())
                    step.update()
                    skipped.append(step.skipped)
                    steps.append(step.number)
                epoch.close()
        return run

    run = train(2)  # 2 x 60 x 30 x 65536 is beyond 65504, and so is the half of it
    assert skipped[:4] == [True] * 4
    assert steps[:4] == [0] * 4
    total = sum(record.skipped for record in run.receipt.curves)
    assert (total, run.receipt.run.steps) == (sum(skipped), len(skipped) - sum(skipped))
    assert scheduler.last_epoch == run.receipt.run.steps
    scale = run._trainer.lanes["main"].scaler.get_scale()
    assert scale == 65536 / 2**total
    state = torch.load(
        sorted((tmp_path / "r" / "checkpoints").iterdir())[-1] / "state.pt", weights_only=True
    )
    assert state["scaler"]["main"]["scale"] == scale
    assert "Updates skipped" in (tmp_path / "r" / "report.html").read_text()


@pytest.mark.parametrize("nonfinite", ["raise", "skip"])
def test_what_is_not_finite_is_refused_or_skipped_on_request(tmp_path, nonfinite):
    model = network()
    before = fb.weights_sha256(model.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = [(torch.full((2, 3), math.nan), torch.tensor([0, 1]))]
    options = {"nonfinite": nonfinite}
    if nonfinite == "raise":
        with pytest.raises(NonFiniteError):
            trained(tmp_path / "r", model, optimizer, loader, nn.CrossEntropyLoss(), **options)
    else:
        trained(tmp_path / "r", model, optimizer, loader, nn.CrossEntropyLoss(), **options)
        receipt = receipts.read(tmp_path / "r")
        assert (receipt.curves[0].skipped, receipt.run.steps) == (1, 0)
    assert fb.weights_sha256(model.state_dict()) == before


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"precision": "half"}, "precision must be one of fp32, bf16, fp16, got 'half'"),
        ({"nonfinite": "pass"}, "nonfinite must be one of raise, skip"),
        ({"clip_norm": 0}, "clip_norm must be above 0"),
        ({"clip_value": -1.0}, "clip_value must be above 0"),
        ({"accumulate": 0}, "accumulate must be at least 1"),
    ],
    ids=str,
)
def test_an_option_that_means_nothing_is_refused(tmp_path, option, message):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        fb.Run(tmp_path / "r", model=model, optimizer=optimizer, **option)
    assert not (tmp_path / "r").exists()


# Several losses.


def test_the_parts_of_a_loss_stand_in_the_report(tmp_path):
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer) as run:
        for epoch in run.epochs(1):
            for step in run.train([torch.ones(4, 3), torch.ones(1, 3)]):
                one, two = model(step.batch).square().mean(0)
                step.backward(one + 2 * two, terms={"one": one, "two": two})
                step.update()
            means = epoch.train
            epoch.close()
    assert means.loss == pytest.approx(means["one"] + 2 * means["two"])
    assert run.receipt.curves[0].train.keys() == {"loss", "one", "two"}
