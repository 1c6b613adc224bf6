"""Rows F and L: Fashion-MNIST from its files to a network that reads it."""

import numpy as np
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.errors import BatchError
from fourbeat.job.plan import resolve
from fourbeat.job.train import train
from fourbeat.models.image import ImageMLP


def config(shared, **more):
    folder = shared("fashion-mnist")
    return load(flags={"data.path": "fashion-mnist", "data.dir": str(folder), **more})


def test_F1_fashion_mnist_from_its_four_files(shared):
    """60,000 + 10,000 images, (64, 1, 28, 28) batches, normalised by (0.2860, 0.3530)."""
    plan = resolve(config(shared, **{"image.mean": 0.2860, "image.std": 0.3530}))
    rows = plan.data.record.split.rows
    assert rows["train"] + rows["validation"] == 60_000
    assert rows["test"] == 10_000
    x, y = next(iter(plan.train))
    assert (x.shape, x.dtype) == ((64, 1, 28, 28), torch.float32)
    assert (y.shape, y.dtype) == ((64,), torch.int64)
    assert plan.data.target.bincount().tolist() == [7000] * 10
    first = plan.data.pixels[plan.data.rows.validation[0]] / 255
    validation = next(iter(plan.validation))[0][0]
    torch.testing.assert_close(validation, (first - 0.2860) / 0.3530)
    assert sum(len(batch[1]) for batch in plan.test) == 10_000


def test_F1_statistics_of_the_training_rows_are_the_known_ones(shared):
    images = resolve(config(shared)).data.images
    assert images.mean == pytest.approx([0.2860], abs=1e-3)
    assert images.std == pytest.approx([0.3530], abs=1e-3)


def test_F1_a_dataset_of_ones_own_arrays(tmp_path):
    """Arrays with the right dtypes train; integer features are caught before the first step."""
    pixels = np.random.default_rng(0).integers(0, 256, (64, 28, 28), np.uint8)
    labels = np.arange(64) % 10

    class Arrays(torch.utils.data.Dataset):
        def __init__(self, features):
            self.features = features

        def __len__(self):
            return len(labels)

        def __getitem__(self, row):
            return torch.from_numpy(self.features[row]), torch.tensor(labels[row])

    def fit(features, out):
        model = ImageMLP(1, 28, 28, 10, widths=(8,))
        loader = torch.utils.data.DataLoader(Arrays(features), batch_size=32)
        optimizer = torch.optim.Adam(model.parameters())
        loss_fn = torch.nn.CrossEntropyLoss()
        return fb.fit(
            model, loader, loader, loss_fn=loss_fn, optimizer=optimizer, epochs=1, out=out
        )

    with pytest.raises(BatchError, match="uint8.*Cast"):
        fit(pixels[:, None], tmp_path / "bytes")
    run = fit((pixels[:, None] / 255).astype(np.float32), tmp_path / "floats")
    assert run.receipt.batch == "(32, 1, 28, 28) float32, (32,) int64"


def test_F2_the_recipe_of_the_lesson(shared):
    """Flatten, 784-256-256-10, ReLU, dropout 0.2: 269,322 parameters; Adam 1e-3, batch 64."""
    plan = resolve(config(shared, **{"model.name": "mlp"}))
    assert sum(p.numel() for p in plan.model.parameters()) == 269_322
    kinds = [type(layer).__name__ for layer in plan.model.modules()][2:]
    hidden = ["Linear", "ReLU", "Dropout"]
    assert kinds == ["Flatten", *hidden, *hidden, "Linear"]
    assert isinstance(plan.optimizer, torch.optim.Adam)
    assert plan.optimizer.param_groups[0]["lr"] == 1e-3
    assert plan.optimizer.param_groups[0]["weight_decay"] == 0
    assert (plan.train.batch_size, plan.config.train.epochs) == (64, 10)
    assert plan.scheduler is None


@pytest.fixture
def subset(tmp_path, shared, write_idx):
    """The first images of Fashion-MNIST, as files of their own."""
    from fourbeat.data.idx import read

    def make(train=6000, test=2000):
        folder = tmp_path / "subset"
        folder.mkdir()
        for side, n in (("train", train), ("t10k", test)):
            for what in ("images-idx3", "labels-idx1"):
                name = f"{side}-{what}-ubyte"
                write_idx(folder / name, read(shared(f"fashion-mnist/{name}.gz"))[:n])
        return folder

    return make


@pytest.mark.slow
@pytest.mark.parametrize(("model", "accuracy"), [("mlp", 0.82), ("cnn", 0.83)])
def test_F2_F3_a_tenth_of_it_is_learned(tmp_path, subset, model, accuracy):
    """Loss and accuracy of each epoch on both splits; benchmarks/fashion_mnist.py has the whole."""
    flags = {"data.path": "fashion-mnist", "data.dir": str(subset()), "model.name": model}
    _, receipt = train(load(flags={**flags, "train.epochs": 5}), tmp_path / "run")
    assert [record.epoch for record in receipt.curves] == [1, 2, 3, 4, 5]
    for record in receipt.curves:
        assert {"loss", "accuracy"} <= record.train.keys() & record.validation.keys()
    assert receipt.curves[-1].train["loss"] < receipt.curves[0].train["loss"] / 1.5
    assert receipt.results["test"]["accuracy"] > accuracy


def test_L2_an_mlp_maps_rows_of_784_pixels_to_ten_logits():
    model = ImageMLP(1, 28, 28, 10, widths=(128,), dropout=0)
    assert sum(p.numel() for p in model.parameters()) == 784 * 128 + 128 + 1280 + 10
    rows = torch.randn(32, 784)
    assert model(rows).shape == (32, 10)
    assert torch.equal(model(rows), model(rows.view(32, 1, 28, 28)))
