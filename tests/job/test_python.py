"""From Python: the loaders of a declared training, in a loop of one's own."""

import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data.samples import write
from fourbeat.errors import ConfigError, DataError
from fourbeat.job.plan import resolve
from fourbeat.models.tabular import MLP

SMALL = {"train.batch_size": 64, "split.test": 0}


@pytest.fixture
def tickets(tmp_path):
    path = tmp_path / "tickets.csv"
    write("tickets", path)
    return path


def test_they_give_what_train_would_train_on(tickets):
    made = fb.loaders(tickets, "escalated", settings=SMALL)
    flags = {"data.path": str(tickets), "data.target": "escalated", **SMALL}
    plan = resolve(load(flags=flags))
    assert made.data == plan.record
    assert made.test is None
    for ours, theirs in zip(made.train, plan.train, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_loop_of_ones_own_over_them_leaves_a_receipt_that_knows_the_data(tmp_path, tickets):
    made = fb.loaders(tickets, "escalated", settings=SMALL)
    torch.manual_seed(0)
    model = MLP(made.shape, (8,))
    run = fb.fit(
        model,
        made.train,
        made.validation,
        loss_fn=torch.nn.CrossEntropyLoss(),
        optimizer=torch.optim.Adam(model.parameters()),
        epochs=2,
        out=tmp_path / "r",
        data=made.data,
    )
    assert run.receipt.data.target == "escalated"
    assert run.receipt.results["validation"]["examples"] == made.data.split.rows["validation"]


def test_images_come_normalised_and_augmented(mnist_like):
    settings = {"data.dir": str(mnist_like()), "image.flip": True, "train.batch_size": 8}
    settings["data.classes"] = ["top", "middle", "bottom"]
    made = fb.loaders("fashion-mnist", settings=settings)
    images = torch.cat([x for x, _ in made.validation])
    assert images.dtype == torch.float32
    assert images.shape[1:] == (made.shape.channels, made.shape.height, made.shape.width)
    assert made.data.images.flip
    first = [x for x, _ in made.train]
    assert all(torch.equal(a, b) for a, b in zip(first, [x for x, _ in made.train], strict=True))
    made.train.set_epoch(1)
    assert not all(
        torch.equal(a, b) for a, b in zip(first, [x for x, _ in made.train], strict=True)
    )


def test_what_does_not_fit_is_named(tickets, tmp_path):
    with pytest.raises(DataError, match="no column"):
        fb.loaders(tickets, "nothing")
    with pytest.raises(ConfigError, match="no such file"):
        fb.loaders(tmp_path / "absent.csv")
