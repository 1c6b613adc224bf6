"""Data of one's own, by `module:factory`: datasets, streams, loaders."""

import sys

import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data.own import SampleShape
from fourbeat.errors import BatchError, ConfigError, DataError, InexactError, RunError
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.train import train

CODE = """
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset


class Rings(Dataset):
    classes = ["inner", "outer"]

    def __init__(self, rows, seed):
        made = torch.Generator().manual_seed(seed)
        self.y = torch.randint(0, 2, (rows,), generator=made)
        angle = torch.rand(rows, generator=made) * 6.2832
        radius = 1.0 + self.y + 0.1 * torch.randn(rows, generator=made)
        self.x = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, row):
        return self.x[row] + 0.01 * torch.randn(2), self.y[row]  # augmented as it is read


class Stream(IterableDataset):
    def __init__(self, rows, seed):
        self.rings = Rings(rows, seed)

    def __iter__(self):
        return iter([self.rings[row] for row in range(len(self.rings))])


def one(rows=200):
    return Rings(rows, 0)


def sides():
    return {"train": Rings(160, 0), "validation": Rings(40, 1), "test": Rings(30, 2)}


def stream():
    return {"train": Stream(160, 0), "validation": Stream(40, 1)}


def loaders():
    return {
        "train": DataLoader(Rings(160, 0), batch_size=10, shuffle=True, num_workers=1),
        "validation": DataLoader(Rings(40, 1), batch_size=40),
    }


def quantity():
    rings = Rings(160, 0)
    part = TensorDataset(rings.x, rings.x.norm(dim=1, keepdim=True))
    return {"train": part, "validation": part}


def flat():
    rings = Rings(160, 0)
    part = TensorDataset(rings.x, rings.x.norm(dim=1))
    return {"train": part, "validation": part}


def several():
    rings = Rings(160, 0)
    return {"train": TensorDataset(rings.x, (rings.x > 0).float())} | {
        "validation": TensorDataset(rings.x[:50], (rings.x[:50] > 0).float())
    }


def images():
    made = torch.Generator().manual_seed(0)
    x = torch.randn(60, 3, 8, 8, generator=made)
    part = TensorDataset(x, (x.mean((1, 2, 3)) > 0).long())
    return {"train": part, "validation": part}


def floats():
    part = TensorDataset(torch.zeros(20, 2), torch.zeros(20))
    return {"train": part, "validation": part}


def outside():
    part = TensorDataset(torch.zeros(20, 2), torch.full((20,), 7))
    return {"train": part, "validation": part}


def half():
    return {"train": Rings(10, 0), "tset": Rings(10, 0)}


def empty():
    return {"train": TensorDataset(torch.zeros(0, 2)), "validation": Rings(3, 0)}


def nothing():
    return None


def broken():
    raise KeyError("no such folder")


def leaves():
    raise SystemExit(0)


def once():
    return {"train": (b for b in DataLoader(Rings(10, 0))), "validation": Rings(3, 0)}


def two():
    return Rings(2, 0)


def late():
    train, validation = Rings(200, 0), Rings(40, 0)
    train.y[:] = 7
    train.y[:150] = 0  # the first batch is drawn from all rows: see the seed
    return {"train": [(train.x[:20], train.y[:20]), (train.x[180:], train.y[180:])]} | {
        "validation": validation
    }


def three():
    rings = Rings(160, 0)
    part = TensorDataset(rings.x, rings.x.repeat(1, 2)[:, :3])
    return {"train": part, "validation": part}


def numpys():
    made = np.random.randn(60, 2).astype(np.float32)
    part = TensorDataset(torch.from_numpy(made), torch.from_numpy((made[:, 0] > 0).astype(np.int64)))
    return {"train": part, "validation": part}


class Torn(Rings):
    def __getitem__(self, row):
        raise OSError("cannot read row")


def torn():
    return {"train": Torn(10, 0), "validation": Rings(3, 0)}


def net(shape, width=16):
    (inputs,) = shape.inputs
    return nn.Sequential(nn.Linear(*inputs, width), nn.ReLU(), nn.Linear(width, shape.outputs or 2))


def line(shape):
    return nn.Linear(2, 1)


def wide(shape):
    return nn.Linear(2, 3)


def flat_line(shape):
    return nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
"""


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A module of the user's in the current folder; gives its path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "own_rings", raising=False)
    path = tmp_path / "own_rings.py"
    path.write_text(CODE)
    yield path
    sys.modules.pop("own_rings", None)


def config(factory, model="own_rings:net", epochs=3, **flags):
    named = {key.replace("__", "."): value for key, value in flags.items()}
    return load(
        flags={
            "data.factory": f"own_rings:{factory}",
            "model.name": model,
            "train.epochs": epochs,
            "train.batch_size": None if factory == "loaders" else 20,
            **named,
        }
    )


def test_one_dataset_is_split_at_random(code, tmp_path):
    receipt = train(config("one", data__options={"rows": 100}), tmp_path / "r").receipt
    assert receipt.data.split.rows == {"train": 70, "validation": 15, "test": 15}
    assert (receipt.data.split.method, receipt.data.classes) == ("random", ["inner", "outer"])
    assert receipt.results["test"]["examples"] == 15
    assert receipt.code.modules.keys() == {"own_rings"}
    again = train(config("one", data__options={"rows": 100}), tmp_path / "again").receipt
    assert again.weights_sha256 == receipt.weights_sha256


@pytest.mark.parametrize("factory", ["sides", "stream", "loaders"])
def test_datasets_streams_and_loaders_train_and_resume_to_the_same_bits(code, tmp_path, factory):
    learning = config(factory, epochs=8, optimizer__lr=0.02)
    whole = train(learning, tmp_path / "whole").receipt
    assert whole.results["validation"]["accuracy"] > 0.8
    assert ("test" in whole.results) == (factory == "sides")
    shorter = train(config(factory, epochs=8, optimizer__lr=0.02), tmp_path / "whole")
    assert shorter.receipt.run == whole.run  # a finished one is not trained again

    killed = tmp_path / "killed"
    loop = sys.modules["own_rings"]
    real, left = loop.Rings.__getitem__, [400]

    def dies(rings, row):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(rings, row)

    if factory != "loaders":  # its rows are read in another process
        loop.Rings.__getitem__ = dies
        every = config(factory, epochs=8, optimizer__lr=0.02, train__checkpoint_every=1)
        with pytest.raises(KeyboardInterrupt):
            train(every, killed)
        loop.Rings.__getitem__ = real
        with pytest.raises(RunError, match=r"the run is made by code: .*trust-code"):
            resume(killed)
        again = resume(killed, trust_code=True)
        assert again.last_weights_sha256 == whole.last_weights_sha256


def test_changed_code_is_not_gone_on_with(code, tmp_path):
    train(config("sides"), tmp_path / "r")
    code.write_text(CODE + "\n# another\n")
    with pytest.raises(InexactError, match="the code of own_rings has changed"):
        train(config("sides"), tmp_path / "r")


def test_the_other_tasks(code, tmp_path):
    line = train(config("quantity", "own_rings:line", data__task="regression"), tmp_path / "q")
    assert line.receipt.results["validation"]["rmse"] > 0
    assert line.receipt.data.quantity.low is None
    task = {"data__task": "regression"}
    same = train(config("flat", "own_rings:flat_line", **task), tmp_path / "f").receipt
    assert same.results["validation"]["rmse"] > 0
    both = train(config("several", data__task="multilabel", epochs=12), tmp_path / "l").receipt
    assert both.results["validation"]["accuracy"] > 0.9
    assert [label.name for label in both.data.labels] == ["0", "1"]


def test_built_in_networks_take_vectors_and_images(code):
    assert type(resolve(config("sides", "mlp")).model).__name__ == "MLP"
    named = config("images", "cnn", data__classes=["dark", "light"])
    assert type(resolve(named).model).__name__ == "CNN"
    with pytest.raises(ConfigError, match=r"number of outputs is not known.*data.classes"):
        resolve(config("images", "cnn"))


@pytest.mark.parametrize(
    ("factory", "error", "message"),
    [
        ("half", DataError, r"no 'validation'.*\n?.*'tset' is no side"),
        ("empty", DataError, "'train' is empty"),
        ("nothing", DataError, "gave NoneType"),
        ("broken", ConfigError, "data factory failed: KeyError: 'no such folder'"),
        ("torn", DataError, "first batch cannot be read: OSError: cannot read row"),
        ("leaves", ConfigError, "data factory failed: SystemExit"),
        ("once", DataError, "'train' can be gone through once only"),
        ("two", DataError, "the dataset has 2 rows"),
        ("absent", ConfigError, "has no 'absent'"),
        ("floats", BatchError, "float32"),
        ("outside", BatchError, "7"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_trained_on_is_named(code, tmp_path, factory, error, message):
    with pytest.raises(error) as caught:
        train(config(factory), tmp_path / "r")
    assert __import__("re").search(message, str(caught.value)), str(caught.value)
    assert not (tmp_path / "r").exists()


def test_a_batch_that_fails_later_is_one_message(code, tmp_path):
    with pytest.raises(RunError, match=r"training failed: .*label 7 is outside 0..1.*--debug"):
        train(config("late", train__batch_size=None), tmp_path / "r")


def test_a_dataset_that_exits_is_one_message(code, tmp_path):
    resolve(config("sides"))
    rings, calls = sys.modules["own_rings"].Rings, []
    real = rings.__getitem__

    def exits(dataset, row):
        calls.append(row)
        if len(calls) > 60:
            raise SystemExit(0)
        return real(dataset, row)

    rings.__getitem__ = exits
    with pytest.raises(RunError, match=r"training failed: SystemExit"):
        train(config("sides"), tmp_path / "r")


def test_what_the_model_gives_must_fit(code):
    with pytest.raises(ConfigError, match="gives 3 numbers a row, and the data names 2 classes"):
        resolve(config("sides", "own_rings:wide"))
    with pytest.raises(ConfigError, match="regression has one target"):
        resolve(config("three", "own_rings:wide", data__task="regression"))


def test_a_factory_may_draw_from_numpy(code):
    import numpy as np

    first = [batch[0] for batch in resolve(config("numpys")).train]
    np.random.seed(99)
    again = [batch[0] for batch in resolve(config("numpys")).train]
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one, other)


def test_options_that_only_a_table_has_are_named(code):
    with pytest.raises(ConfigError, match="data.target"):
        resolve(config("sides", data__target="y"))
    with pytest.raises(ConfigError, match="'image'"):
        resolve(config("sides", image__flip=True))
    with pytest.raises(ConfigError, match=r"data.min_count.*\n.*split.test"):
        resolve(config("sides", data__min_count=3, split__test=0.4))
    with pytest.raises(ConfigError, match="batches of its own"):
        resolve(config("loaders", train__batch_size=5))
    with pytest.raises(ConfigError, match="one weight a class"):
        resolve(config("sides", train__class_weights="balanced"))
    with pytest.raises(ConfigError, match="does not say its length"):
        resolve(config("stream", scheduler__name="onecycle"))


def test_the_model_is_loaded_into_a_network_of_ones_own(code, tmp_path):
    out = train(config("sides"), tmp_path / "r").directory
    with pytest.raises(RunError, match=r"data of your own.*model=model"):
        fb.load(out)
    module = sys.modules["own_rings"]
    shape = SampleShape(((2,),), (torch.float32,), 2)
    model = fb.load(out, model=module.net(shape))
    assert model(torch.zeros(3, 2)).shape == (3, 2)
