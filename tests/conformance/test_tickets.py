"""Rows T: the ticket router, from raw logits to an artifact that reloads."""

import json

import jsonschema
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.config.sources import load as load_config
from fourbeat.errors import BatchError
from fourbeat.job.train import train
from fourbeat.receipt.model import Receipt


def test_T1_the_contract_of_a_batch_is_visible_and_a_breach_is_named():
    """(6, 2) float32, (6,) int64; a wrong dtype or shape is named before the first step."""
    model, loss_fn = nn.Sequential(nn.Linear(2, 2)), nn.CrossEntropyLoss()
    x, y = torch.randn(6, 2), torch.tensor([0, 1, 0, 1, 0, 1])
    assert fb.check_batch(model, (x, y), loss_fn) == "(6, 2) float32, (6,) int64"
    breaches = [
        ((x.long(), y), "features are int64.*Linear.*features.float()"),
        ((x.double(), y), "features are torch.float64"),
        ((torch.randn(6, 3), y), "takes 2 features.*layer '0', Linear"),
        ((x, y.float()), "labels are float32, not int64"),
        ((x, y[:, None]), r"labels have shape \(6, 1\), not \(6,\)"),
        ((x, y[:5]), "differ in length"),
        ((x, y + 1), r"label 2 is outside 0\.\.1"),
        ((x[:0], y[:0]), "batch is empty"),
    ]
    for batch, message in breaches:
        with pytest.raises(BatchError, match=message):
            fb.check_batch(model, batch, loss_fn)


def test_T1_fit_names_a_breach_before_the_first_step(tmp_path):
    model = nn.Linear(2, 2)
    before = fb.weights_sha256(model.state_dict())
    loader = DataLoader(TensorDataset(torch.ones(6, 2), torch.ones(6)), batch_size=6)
    with pytest.raises(BatchError, match="labels are float32"):
        fb.fit(
            model,
            loader,
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=torch.optim.SGD(model.parameters(), lr=1),
            epochs=1,
            out=tmp_path / "run",
        )
    assert fb.weights_sha256(model.state_dict()) == before


def test_T2_raw_logits_go_into_cross_entropy_and_a_softmax_is_caught():
    logits, labels = torch.tensor([[2.0, -1.0], [-0.5, 1.5]]), torch.tensor([0, 1])
    report = fb.validate(nn.Identity(), [(logits, labels)], nn.CrossEntropyLoss())
    assert f"{report.loss:.4f}" == "0.0878"
    with pytest.raises(BatchError, match="softmax would be applied twice"):
        fb.check_batch(nn.Softmax(dim=1), (logits, labels), nn.CrossEntropyLoss())


def test_T3_backward_fills_gradients_and_update_moves_weights(tmp_path):
    model = nn.Linear(2, 2)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    batch = torch.tensor([[1.0, 1.0], [-1.0, -1.0]]), torch.tensor([1, 0])
    with fb.Run(tmp_path / "run", model=model, optimizer=optimizer) as run:
        for epoch in run.epochs(1):
            for step in run.train([batch]):
                x, y = step.batch
                logits = model(x)
                step.backward(nn.functional.cross_entropy(logits, y), logits)
                assert model.weight.grad is not None
                assert torch.count_nonzero(model.weight) == 0  # backward leaves the weights
                step.update()
                assert model.weight.grad is None
            assert f"{epoch.train.loss:.4f}" == "0.6931"
            epoch.close()
    torch.testing.assert_close(model.weight.detach(), torch.tensor([[-0.1, -0.1], [0.1, 0.1]]))


def test_T5_a_short_last_batch_counts_by_its_rows(tmp_path):
    """5 rows, batch 2: 2, 2, 1; the epoch's loss is the mean over rows, not over batches."""
    x, y = torch.arange(10.0).reshape(5, 2), torch.tensor([0, 1, 0, 1, 1])
    loader = fb.TensorLoader(x, y, batch_size=2)
    assert [len(batch[0]) for batch in loader] == [2, 2, 1]
    model = nn.Linear(2, 2)
    expected = nn.functional.cross_entropy(model(x), y).item()
    by_batch = sum(nn.functional.cross_entropy(model(a), b).item() for a, b in loader) / 3
    assert abs(by_batch - expected) > 1e-3  # the two means do differ here
    assert fb.validate(model, loader, nn.CrossEntropyLoss()).loss == pytest.approx(expected, 1e-6)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    with fb.Run(tmp_path / "run", model=model, optimizer=optimizer) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader):
                a, b = step.batch
                step.backward(nn.functional.cross_entropy(model(a), b))
                step.update()
            epoch.close()
    assert run.receipt.curves[0].train["loss"] == pytest.approx(expected, 1e-6)


def test_T7_eight_rows_sixty_epochs_the_best_by_validation_loss(tmp_path, lesson):
    made = lesson()
    run = fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=made.optimizer,
        epochs=60,
        seed=7,
        out=tmp_path / "run",
    )
    receipt = run.receipt
    assert f"{receipt.curves[0].validation['loss']:.6f}" == "0.535825"
    assert receipt.selection.epoch == 60
    assert f"{receipt.selection.value:.6f}" == "0.011815"
    assert receipt.results["validation"]["accuracy"] == 1.0
    assert len(load_file(tmp_path / "run" / "best" / "model.safetensors")) == 4


def test_T8_later_epochs_cannot_change_the_selected_state(tmp_path, lesson):
    made = lesson()
    alias = made.model.state_dict()
    with fb.Run(tmp_path / "run", model=made.model, optimizer=made.optimizer) as run:
        for epoch in run.epochs(3):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
            report = run.validate(made.val, made.loss_fn)
            if epoch.number == 1:
                chosen = run.state  # nothing of the model's is kept by reference
                first = {name: tensor.clone() for name, tensor in alias.items()}
            epoch.close(report, select="loss", mode="max")  # the first epoch is the worst, so best
        assert chosen.selection.best.epoch == 1
        selected = run.selected()
    for name, tensor in first.items():
        assert torch.equal(selected[name], tensor)
        assert not torch.equal(alias[name], tensor)  # an alias did follow the later epochs
        selected[name].zero_()
    assert torch.count_nonzero(run.selected()["0.weight"]) > 0


def test_T9_eval_and_no_grad_are_two_switches(lesson):
    model = nn.Sequential(nn.Linear(2, 64), nn.Dropout(0.5))
    x = torch.ones(1, 2)
    model.train()
    assert torch.equal(model(x), model(x)) is False
    seen = []

    def loss_fn(output, target):
        seen.append((model.training, torch.is_grad_enabled(), output.requires_grad))
        seen.append(torch.equal(output, model(x)))
        return output.sum()

    fb.validate(model, [(x, torch.tensor([0]))], loss_fn)
    assert seen == [(False, False, False), True]
    assert model.training
    assert torch.is_grad_enabled()


def table(tmp_path):
    file = tmp_path / "tickets.csv"
    rows = [
        f"{i % 7 - 3},{(i * 5) % 11 - 5},{'escalate' if i % 7 > 3 else 'standard'}"
        for i in range(80)
    ]
    file.write_text("\n".join(["urgency,sentiment,label", *rows]) + "\n")
    return file


def trained(tmp_path):
    settings = {
        "data.path": str(table(tmp_path)),
        "data.target": "label",
        "data.classes": ["standard", "escalate"],
        "train.epochs": 5,
    }
    return train(load_config(flags=settings), tmp_path / "run")


def test_T10_the_artifact_reloads_safely_and_predicts_the_same(tmp_path):
    directory, receipt = trained(tmp_path)
    model, again = fb.load(directory), fb.load(directory)
    assert model.classes == receipt.data.classes == ["standard", "escalate"]
    first = model.predict_proba(tmp_path / "tickets.csv")
    assert (first == again.predict_proba(tmp_path / "tickets.csv")).all()
    assert set(model.predict(tmp_path / "tickets.csv")) <= {"standard", "escalate"}
    assert fb.weights_sha256(model.network.state_dict()) == receipt.weights_sha256
    state = directory / "checkpoints" / f"{receipt.run.steps:09d}" / "state.pt"
    torch.load(state, weights_only=True)  # no code is needed to read a checkpoint


def test_T12_serving_tracks_no_gradients(tmp_path):
    directory, _ = trained(tmp_path)
    model = fb.load(directory)
    seen = []
    model.network.register_forward_hook(
        lambda module, inputs, output: seen.append(output.requires_grad)
    )
    model.predict(tmp_path / "tickets.csv")
    assert seen == [False]
    assert not model.training


def test_T15_the_receipt_is_complete_for_machines_and_people(tmp_path):
    directory, receipt = trained(tmp_path)
    tree = json.loads((directory / "receipt.json").read_text())
    jsonschema.validate(tree, Receipt.model_json_schema())
    assert tree["model"]["name"] == "MLP"
    assert tree["model"]["parameters"] == sum(
        p.numel() for p in fb.load(directory).network.parameters()
    )
    assert (
        tree["optimizers"]["main"]["groups"][0]["lr"] == tree["config"]["optimizer"]["lr"] == 0.002
    )
    assert [e["epoch"] for e in tree["curves"]] == [1, 2, 3, 4, 5]
    assert all(
        {"loss", "accuracy"} <= e["train"].keys() & e["validation"].keys() for e in tree["curves"]
    )
    best = min(tree["curves"], key=lambda e: e["validation"]["loss"])
    assert tree["selection"]["epoch"] == best["epoch"]
    assert tree["selection"]["value"] == best["validation"]["loss"]
    assert f"checkpoints/{best['step']:09d}/manifest.json" in tree["artifacts"]
    assert [c["name"] for c in tree["data"]["columns"]] == ["urgency", "sentiment"]
    assert tree["data"]["classes"] == ["standard", "escalate"]
    assert len(tree["data"]["files"][0]["sha256"]) == 64
    assert sum(tree["data"]["split"]["rows"].values()) == 80
    assert tree["data"]["split"]["rows_sha256"].keys() == {"train", "validation", "test"}
    assert tree["environment"]["torch"] == torch.__version__
    page = (directory / "report.html").read_text()
    for shown in ("urgency", "escalate", receipt.weights_sha256, tree["environment"]["torch"]):
        assert shown in page
