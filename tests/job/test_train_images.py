"""Images become a sealed run, whatever they come from; and the run predicts images."""

import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data.idx import read as read_idx
from fourbeat.data.image_places import sources
from fourbeat.errors import BatchError, ConfigError, DataError, InexactError
from fourbeat.job.image_predict import predict_images
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.train import train
from fourbeat.receipt.verify import verify

Image = pytest.importorskip("PIL.Image")

FAST = {"train.epochs": 2, "model.name": "mlp", "model.widths": [16]}


def named(folder, **more):
    return load(flags={"data.path": "fashion-mnist", "data.dir": str(folder), **FAST, **more})


def of(path, **more):
    return load(flags={"data.path": str(path), **FAST, **more})


NAMES = {"data.classes": ["top", "middle", "bottom"]}


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_named_set_becomes_a_sealed_run(tmp_path, mnist_like, suffix):
    folder = mnist_like(suffix=suffix)
    directory, receipt = train(named(folder, **NAMES), tmp_path / "run")
    assert receipt.run.status == "finished"
    assert receipt.data.split.rows == {"train": 102, "validation": 18, "test": 30}
    assert receipt.data.classes == ["top", "middle", "bottom"]
    assert [(file.role, file.rows) for file in receipt.data.files] == [
        ("data", 120),
        ("data labels", 120),
        ("test", 30),
        ("test labels", 30),
    ]
    images = receipt.data.images
    assert (images.channels, images.height, images.width) == (1, 12, 12)
    assert verify(directory)[1] == []
    card = json.loads((directory / "best" / "model.json").read_text())
    assert card["images"]["mean"] == images.mean
    page = (directory / "report.html").read_text()
    assert "class (3 classes) from 12 x 12 grey images of train-images-idx3-ubyte" in page
    assert "training images not augmented" in page


def test_statistics_are_of_training_rows_or_given(mnist_like):
    plan = resolve(named(mnist_like(), **NAMES))
    rows = torch.from_numpy(plan.data.rows.train)
    chosen = plan.data.pixels[rows].double() / 255
    assert plan.data.images.mean == pytest.approx([chosen.mean().item()], rel=1e-12)
    assert plan.data.images.std == pytest.approx([chosen.std(correction=0).item()], rel=1e-12)
    x = torch.cat([batch[0] for batch in plan.train])
    assert x.dtype == torch.float32
    assert abs(x.mean()) < 1e-5
    assert abs(x.std() - 1) < 1e-3


def test_given_statistics_are_used(mnist_like):
    folder = mnist_like()
    plan = resolve(named(folder, **NAMES, **{"image.mean": 0.286, "image.std": 0.353}))
    assert (plan.data.images.mean, plan.data.images.std) == ([0.286], [0.353])
    for given, message in (
        ({"image.mean": 0.286}, "mean and std belong together"),
        ({"image.mean": [0.1, 0.2], "image.std": [1, 1]}, "2 means are given.*1 channels"),
        ({"image.mean": 0.2, "image.std": 0}, "greater than 0"),
        ({"image.size": 6}, "IDX images keep their size"),
    ):
        with pytest.raises(ConfigError, match=message):
            resolve(named(folder, **NAMES, **given))


def test_a_pair_of_files_declared_in_toml(tmp_path, write_idx, mnist_like):
    folder = mnist_like()
    for old, new in (
        ("train-images-idx3-ubyte.gz", "pixels"),
        ("train-labels-idx1-ubyte.gz", "answers"),
        ("t10k-images-idx3-ubyte.gz", "more"),
        ("t10k-labels-idx1-ubyte.gz", "more-answers"),
    ):
        (folder / old).rename(folder / new)
    file = folder / "run.toml"
    file.write_text(
        '[data]\npath = "pixels"\nlabels = "answers"\n'
        '[split]\ntest_file = "more"\ntest_labels = "more-answers"\n'
        '[model]\nname = "linear"\n[train]\nepochs = 1\n'
    )
    _, receipt = train(load(file), tmp_path / "run")
    assert receipt.data.classes == ["0", "1", "2"]
    assert receipt.results["test"]["examples"] == 30
    file.write_text('[data]\npath = "fashion-mnist"\n[train]\nepochs = 1\n')
    config = load(file, flags={"data.dir": str(folder)})
    assert str(config.data.path) == "fashion-mnist"


def test_labels_are_found_beside_their_images(mnist_like):
    folder = mnist_like()
    config = of(folder / "train-images-idx3-ubyte.gz")
    assert sources(config.data, config.split)[1].name == "train-labels-idx1-ubyte.gz"
    assert resolve(config).data.record.split.method == "stratified"
    (folder / "train-images-idx3-ubyte.gz").rename(folder / "train.idx")
    with pytest.raises(ConfigError, match="does not say where its labels are.*data.labels"):
        resolve(of(folder / "train.idx"))


def test_a_folder_by_class_gives_what_idx_files_give(tmp_path, class_folders, mnist_like):
    pictures = class_folders(90)
    receipt = train(of(pictures, **{"train.epochs": 30}), tmp_path / "run")[1]
    assert receipt.data.classes == ["bottom", "middle", "top"]
    assert receipt.data.split.rows == {"train": 63, "validation": 15, "test": 12}
    assert receipt.data.files[0].rows == 90
    assert receipt.results["test"]["accuracy"] > 0.8
    ordered = resolve(of(pictures, **NAMES))
    idx = resolve(of(mnist_like(90) / "train-images-idx3-ubyte.gz", **NAMES))

    def sorted_bytes(data, label):
        return sorted(bytes(image.numpy()) for image in data.pixels[data.target == label])

    for label in range(3):
        assert sorted_bytes(ordered.data, label) == sorted_bytes(idx.data, label)


def test_folders_for_validation_and_test(tmp_path, class_folders):
    files = {
        "split.validation_file": str(class_folders(30, "held", seed=1)),
        "split.test_file": str(class_folders(21, "test", seed=2)),
    }
    path = class_folders(60)
    _, receipt = train(of(path, **files), tmp_path / "run")
    assert receipt.data.split.rows == {"train": 60, "validation": 30, "test": 21}
    image = Image.new("L", (4, 4))
    (tmp_path / "test" / "other").mkdir()
    image.save(tmp_path / "test" / "other" / "1.png")
    with pytest.raises(DataError, match=r"labels \['other'\] are not among the classes.*\(test\)"):
        resolve(of(path, **files))
    relabelled = resolve(of(path, **files, **{"data.relabel": {"other": "top"}}))
    assert relabelled.data.record.notes[0] == "test: 1 of 22 images resized to 12 x 12."


def test_a_resume_with_augmentation_ends_in_the_same_bits(tmp_path, mnist_like):
    """Killed within the second epoch, between two checkpoints, and gone on with."""
    folder = mnist_like(240)
    flags = {"data.path": "fashion-mnist", "data.dir": str(folder), **NAMES}
    flags |= {"train.epochs": 3, "train.checkpoint_every": 5, "model.widths": [4]}
    flags |= {"image.flip": True, "image.crop": 2}
    _, whole = train(load(flags=flags), tmp_path / "whole")
    script = (
        "import os, signal, sys\n"
        "from fourbeat.config.sources import load\n"
        "from fourbeat.job import train as job\n"
        "from fourbeat.data.augment import Augment\n"
        "from fourbeat.loop.step import Step\n"
        "update = Step.update\n"
        "done = 0\n"
        "def stop(step):\n"
        "    global done\n"
        "    done += 1\n"
        "    if done == 38:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return update(step)\n"
        "Step.update = stop\n"
        f"job.train(load(flags={flags!r}), __import__('pathlib').Path({str(tmp_path / 'cut')!r}))\n"
    )
    code = subprocess.run([sys.executable, "-c", script], check=False).returncode
    assert code == -signal.SIGKILL
    receipt = resume(tmp_path / "cut")
    assert any("step 35" in event.text or event.step == 35 for event in receipt.events)
    assert receipt.last_weights_sha256 == whole.last_weights_sha256
    assert receipt.weights_sha256 == whole.weights_sha256
    plain = train(load(flags={**flags, "image.flip": False}), tmp_path / "plain")[1]
    assert plain.last_weights_sha256 != whole.last_weights_sha256


def test_a_finished_run_is_known_by_its_images(tmp_path, class_folders):
    path = class_folders(30)
    config = of(path)
    _, first = train(config, tmp_path / "run")
    assert train(config, tmp_path / "run")[1] == first
    tree = json.loads((tmp_path / "run" / "receipt.json").read_text())
    tree["run"]["status"], tree["seal"] = "running", None
    (tmp_path / "run" / "receipt.json").write_text(json.dumps(tree))
    next(path.glob("top/*.png")).unlink()
    with pytest.raises(InexactError, match="pictures has changed since the run began"):
        resume(tmp_path / "run")
    assert any("pictures has changed" in problem for problem in verify(tmp_path / "run")[1])


def test_every_way_predicts_the_same(tmp_path, mnist_like, class_folders):
    folder = mnist_like()
    directory, receipt = train(named(folder, **NAMES), tmp_path / "run")
    model = fb.load(directory)
    file = folder / "t10k-images-idx3-ubyte.gz"
    pixels = read_idx(file)
    reference = model.predict_proba(pixels)
    assert reference.shape == (30, 3)
    assert reference.dtype == np.float64
    np.testing.assert_allclose(reference.sum(axis=1), 1, rtol=1e-12)
    truth = read_idx(folder / "t10k-labels-idx1-ubyte.gz")
    right = (model.predict(pixels) == np.array(receipt.data.classes)[truth]).mean()
    assert right == pytest.approx(receipt.results["test"]["accuracy"])
    for images in (torch.from_numpy(pixels), pixels[:, None], file, str(file)):
        np.testing.assert_allclose(model.predict_proba(images), reference, rtol=1e-12)
    assert predict_images(model, file, tmp_path / "out.csv") == 30
    rows = pd.read_csv(tmp_path / "out.csv")
    assert list(rows.columns) == ["row", "prediction", "p_top", "p_middle", "p_bottom"]
    assert rows["row"].tolist() == list(range(30))
    np.testing.assert_allclose(rows.iloc[:, 2:], reference, rtol=1e-6)
    pictures = class_folders(30, seed=1)
    assert predict_images(model, pictures, tmp_path / "out.parquet") == 30
    rows = pd.read_parquet(tmp_path / "out.parquet")
    assert rows["file"].tolist() == sorted(rows["file"])
    number = rows["file"].str.extract(r"/(\d+)\.png")[0].astype(int)
    np.testing.assert_allclose(rows.iloc[:, 2:], reference[number], rtol=1e-6)


def test_what_cannot_be_predicted_is_named(tmp_path, mnist_like, class_folders):
    folder = mnist_like()
    model = fb.load(train(named(folder, **NAMES), tmp_path / "run")[0])
    for images, message in (
        (np.zeros((2, 12, 12), np.float32), "are float32, not uint8"),
        (np.zeros((2, 12, 13), np.uint8), r"shape \(2, 12, 13\); the model takes \(N, 1, 12, 12\)"),
        (np.zeros((2, 3, 12, 12), np.uint8), r"shape \(2, 3, 12, 12\)"),
        (folder / "t10k-labels-idx1-ubyte.gz", "the model takes"),
        (folder / "absent", "no such file"),
        (tmp_path / "idy", "Did you mean .*idx"),
        (np.zeros((2, 12, 12, 1), np.uint8), "channels first: images.transpose"),
        ([[1]], "are int64, not uint8"),
    ):
        with pytest.raises(DataError, match=message):
            model.predict(images)
    pictures = class_folders(30)
    assert model.predict(pictures / "top" / "0000.png") == model.predict(pictures)[20:21]
    for broken in ("top/0000.png", "bottom/0029.png"):
        (pictures / broken).write_bytes(b"")
    with pytest.raises(DataError, match="2 problems"):
        predict_images(model, pictures, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_factory_of_ones_own_takes_images(tmp_path, mnist_like, monkeypatch):
    (tmp_path / "image_nets.py").write_text(
        "import torch\n"
        "def net(shape):\n"
        "    size = shape.channels * shape.height * shape.width\n"
        "    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(size, shape.classes))\n"
    )
    monkeypatch.chdir(tmp_path)
    own = {"model.name": "image_nets:net", "model.widths": [1]}
    directory, _ = train(named(mnist_like(), **NAMES, **own), tmp_path / "run")
    model = fb.load(directory, trust_code=True)
    assert model.predict(np.zeros((1, 12, 12), np.uint8)).shape == (1,)


def test_options_that_do_not_fit_are_named(tmp_path, mnist_like, class_folders):
    folder = mnist_like()
    pictures = class_folders(30)
    for config, message in (
        ({"data.path": "pictuers"}, r"no such file or folder \(pictuers\)"),
        ({"data.path": "fashion-mnist"}, "needs the folder of its files.*--data-dir"),
        ({"data.path": "imagenet", "data.dir": "x"}, "no data set is called 'imagenet'"),
        (
            {"data.path": str(pictures), "data.target": "y", "data.ignore": ["a"]},
            "2 problems.*data.target is 'y'",
        ),
        (
            {"data.path": str(pictures), "data.task": "regression"},
            "images have classes, and the task is regression",
        ),
        (
            {"data.path": str(pictures), "data.classes": ["top", "top"]},
            "a class is declared twice",
        ),
    ):
        with pytest.raises(ConfigError, match="(?s)" + message):
            resolve(load(flags=config))
    with pytest.raises(DataError, match=r"labels \['bottom'\] are not among the classes"):
        resolve(of(pictures, **{"data.classes": ["top", "middle"]}))
    with pytest.raises(DataError, match="holds IDX files.*--data-dir"):
        resolve(of(folder))
    with pytest.raises(DataError, match="label 2 has no name: data.classes names 0 to 1"):
        resolve(named(folder, **{"data.classes": ["top", "middle"]}))
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="2 problems"):
        resolve(named(folder))


def test_pairs_that_do_not_fit_are_named(tmp_path, write_idx):
    images = write_idx(tmp_path / "a-images-idx3-ubyte", np.zeros((6, 4, 4)))
    labels = tmp_path / "a-labels-idx1-ubyte"
    for content, message in (
        (np.zeros(5), r"6 images, and labels of shape \(5,\)"),
        (np.zeros(6), "one class only, '0'"),
    ):
        write_idx(labels, content)
        with pytest.raises(DataError, match=message):
            resolve(of(images))
    write_idx(labels, np.arange(6) % 2)
    write_idx(images, np.zeros((6, 4)))
    with pytest.raises(DataError, match="images have 3 dimensions.*these have 2"):
        resolve(of(images))
    write_idx(images, np.zeros((6, 4, 4)))
    write_idx(tmp_path / "b-images-idx3-ubyte", np.zeros((6, 4, 5)))
    write_idx(tmp_path / "b-labels-idx1-ubyte", np.arange(6) % 2)
    other = {"split.test_file": str(tmp_path / "b-images-idx3-ubyte")}
    with pytest.raises(DataError, match="images of 1 x 4 x 5, and the others are of 1 x 4 x 4"):
        resolve(of(images, **other))


def test_bytes_as_features_are_caught_before_the_first_step():
    images, labels = torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.arange(4)
    for model in (
        torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 4)),
        torch.nn.Sequential(torch.nn.Conv2d(1, 4, 8), torch.nn.Flatten()),
    ):
        with pytest.raises(BatchError, match="uint8.*Cast: .*float"):
            fb.check_batch(model, (images, labels), torch.nn.CrossEntropyLoss())


def test_from_python_and_from_the_shell(tmp_path, mnist_like, class_folders):
    folder, pictures = mnist_like(), class_folders(30)
    settings = {"data.dir": str(folder), **NAMES, **FAST}
    made = fb.train("fashion-mnist", out=tmp_path / "python", settings=settings)
    assert made.receipt.config["data"]["path"] == "fashion-mnist"
    command = [sys.executable, "-m", "fourbeat"]
    sets = [f"--set={key}={value}" for key, value in {**FAST, **NAMES}.items()]
    run = subprocess.run(
        [*command, "train", "fashion-mnist", "--data-dir", folder, "--json", *sets],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout)
    assert found["run"] == "runs/fashion-mnist"
    assert found["weights_sha256"] == made.receipt.weights_sha256
    shown = subprocess.run(
        [*command, "show", "runs/fashion-mnist"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "data     train-images-idx3-ubyte.gz: 12 x 12 grey images; mean 0." in shown.stdout
    planned = subprocess.run(
        [*command, "train", pictures, "--dry-run", "--set", "image.flip=true"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pictures: 12 x 12 grey images" in planned.stdout
    assert "flipped" in planned.stdout
    assert "CNN(" in planned.stdout
    predicted = subprocess.run(
        [*command, "predict", "runs/fashion-mnist", pictures, "--out", "p.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert predicted.stdout == "30 rows -> p.csv\n"


def test_a_copy_elsewhere_is_the_same_data(tmp_path, class_folders):
    path = class_folders(30)
    shutil.copytree(path, tmp_path / "elsewhere")
    first = resolve(of(path)).data.record
    assert resolve(of(tmp_path / "elsewhere")).data.record.files[0].sha256 == first.files[0].sha256
