"""Each lab runs, draws one good picture, and its figures say what its idea is.

Figures of the lessons are compared at the precision printed there; for the others it is the
distance between the broken and the correct variant that counts.
"""

import ast
import math
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import fourbeat as fb
from fourbeat.labs import ROWS
from fourbeat.labs.picture import picture

# The compiler warns of what it does itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning"),
]

PLUMBING = {"picture", "play", "rows"}


def rounded(figures, **wanted):
    """Whether figures are the wanted ones, as texts of as many digits."""
    return {
        name: f"{figures[name]:.{len(text.partition('.')[2])}f}" for name, text in wanted.items()
    } == wanted


CHECKS = {
    "compiled": lambda f: (
        f["loss_gap"] < 1e-5
        and f["gap"] < 1e-5
        and f["ratio"] > 0
        and (f["breaks"], f["failed"]) == (1, 0)
    ),
    "one_update": lambda f: (
        rounded(f, loss="0.6931", slope_w="12.0", slope_b="4.0", weight_after_step="0.1")
        and f["weight_after_backward"] == 0
        and f["gradient"] == 0.5
    ),
    "zero_grad": lambda f: (
        rounded(f, first="2.0", second="4.0", third="6.0", cleared="2.0")
        and f["broken_loss"] > 20 * f["correct_loss"]
        and f["broken_norm"] > 3 * f["correct_norm"]
        and f["began"] == 2
    ),
    "raw_logits": lambda f: (
        rounded(f, raw="0.0878", reference="0.4170", squared="0.0867")
        and f["correct_loss"] < 0.1 < f["floor"] < f["broken_loss"]
        and f["refused"] == 1
    ),
    "short_batch": lambda f: (
        f["by_batches"] > 1.3 * f["by_rows"]
        and f["fourbeat"] == pytest.approx(f["by_rows"], rel=1e-6)
        and f["spread"] < 1e-6
    ),
    "outputs": lambda f: (
        (f["rows"], f["classes"], f["refused"]) == (8, 4, 1)
        and f["last_loss"] < f["first_loss"] / 5
        and f["gap"] < 1e-6
    ),
    "shapes_and_hooks": lambda f: (
        (f["hidden"], f["classes"], f["left"]) == (128, 10, 0)
        and 0.4 < f["zeros"] < 0.6
        and f["broken_first"] < 1e-4 * f["correct_first"]
    ),
    "one_batch": lambda f: (
        rounded(f, first="0.6521", last="0.0056")
        and f["broken_last"] == f["broken_first"]
        and (f["memorised"], f["changed"]) == (1, 0)
    ),
    "clipping": lambda f: (
        rounded(f, reported="10.0", clipped="5.0", x="3.0", y="4.0")
        and f["refused"] == 1
        and f["loose_peak"] > 20 * f["clipped_peak"]
    ),
    "half_precision": lambda f: (
        f["bf16"] == pytest.approx(f["fp32"], abs=0.02)
        and f["fp16"] == pytest.approx(f["fp32"], abs=0.02)
        and f["skipped"] > f["bf16_skipped"] == 0
    ),
    "flight_recorder": lambda f: (
        (f["died"], f["began"], f["row"], f["equal"]) == (166, 139, 611, 1)
        and f["times"] > 100
        and f["update"] > 50
        and f["survived"] < 1
    ),
    "first_bad_value": lambda f: (
        [f[f"bad_{beat}"] for beat in ("input", "logits", "loss", "gradients")] == [5, 4, 3, 2]
        and (f["named"], f["row"]) == (4, 5)
    ),
    "int_features": lambda f: (
        (f["caught"], f["distinct"], f["columns"]) == (1, 11, 2) and f["scaled"] > f["raw"] + 0.15
    ),
    "sorted_data": lambda f: (
        (f["classes_sorted"], f["classes_shuffled"]) == (1, 2)
        and f["sorted_train"] < f["shuffled_train"]
        and f["sorted_accuracy"] < f["shuffled_accuracy"] - 0.1
        and (f["dropped"], f["changed"]) == (2, 0)
    ),
    "optimizers": lambda f: (
        f["momentum_there"] < f["adam_there"] < f["sgd_there"] < f["steps"]
        and f["momentum"] < f["adam"] < f["sgd"] < f["adamw"]
        and 2.5 < f["adamw_x"] < 2.95
    ),
    "groups": lambda f: (
        (f["biases"], f["body"], f["rest"], f["unheld"], f["refused"]) == (4, 3, 1, 0, 1)
        and f["head_moved"] > 5 * f["body_moved"]
    ),
    "lost_parameters": lambda f: (
        f["correct"] < f["unheld"] / 2 < f["fresh"] / 2
        and (f["fresh_count"], f["count"], f["named"]) == (96, 162, 2)
        and f["differ"] > 0.1 > f["correct_differ"] == 0
    ),
    "schedules": lambda f: (
        (f["step_batches"], f["broken_batches"]) == (160, 8)
        and (f["step_rates"], f["cosine_rates"], f["onecycle_rates"]) == (3, 10, 200)
        and (f["warm_at"], f["warm_first"]) == (30, pytest.approx(1 / 30))
    ),
    "eval_forgotten": lambda f: (
        (f["distinct"], f["correct_distinct"]) == (30, 1)
        and f["highest"] - f["lowest"] > 0.05
        and f["drift"] > 0.01 > f["correct_drift"] == 0
        and (f["grad_on"], f["grad_off"]) == (1, 0)
    ),
    "aliasing": lambda f: (
        f["copied"] == f["selected"] == pytest.approx(f["best"])
        and f["reference"] == pytest.approx(f["last"])
        and f["reference"] > 2 * f["best"]
    ),
    "early_stopping": lambda f: (
        (f["waited"], f["stopped_early"], f["all_epochs"]) == (5, 1, 60)
        and f["best"] < f["last"]
        and f["train_last"] < f["train_at_best"]
        and f["lowered"] == f["stopped_at"] // 10
    ),
    "resume": lambda f: (
        f["later"] == f["naive_differ"] == 49
        and f["naive_gap"] > 0.01
        and f["other_differ"] == f["tensors"]
        and [f[n] for n in ("resumed_differ", "tensors_differ", "repeat_differ", "predictions")]
        == [0] * 4
    ),
    "ticket_router": lambda f: (
        rounded(f, first="0.535825", best="0.011815", accuracy="1.0")
        and (f["best_epoch"], f["saved"], f["differ"], f["tracked"]) == (60, 4, 0, 0)
    ),
    "fashion_mnist": lambda f: (
        (f["size"], f["images"], f["test"]) == (8, 1400, 397)
        and min(f["mlp"], f["cnn"]) > 0.8
        and f["cnn_parameters"] < f["mlp_parameters"]
    ),
    "profile": lambda f: (f["products"], f["backward"], f["steps"]) == (8, 5, 8),
    "debug_table": lambda f: (
        (f["refused"], f["shared"], f["row"]) == (2, 40, 5)
        and f["leaked"] > f["honest"] + 0.3
        and f["wobble"] > 0.01 > f["still"] == 0
        and f["piled"] > 10 * f["cleared"]
        and f["chain"] > 100 > f["free"] == 0
    ),
    "bug_table": lambda f: (
        f["piled"] > 1 > 100 * f["cleared"]
        and f["squared"] + 0.2 < f["entropy"]
        and [f[name] for name in ("moved", "layer", "shapes", "verdicts")] == [1, 1, 1, 2]
        and f["stuck"] == 0 < f["learnt"]
        and f["high"] > 10
        and f["low"] > 0.99
        and (f["kept"], f["none"]) == (20, 0)
    ),
    "gan": lambda f: abs(f["radius"] - 1) < 0.1 < f["guessing"] - f["radius_before"],
    "lbfgs": lambda f: f["whole"] < f["adam"] / 50 and f["whole"] < f["lbfgs"] / 50 < 1e-4,
    "lstm": lambda f: f["accuracy"] == 1 and f["guessing"] < 0.6 < f["flattered"],
    "multitask": lambda f: f["faster"] > 1.5 and f["gap"] < 1e-6,
    "transformer": lambda f: (
        f["loss"] < f["own"] < 0.05 and f["first_average"] > f["first_own"] and f["accuracy"] > 0.99
    ),
}


def size_of(png):
    """Width and height of a PNG by its own header."""
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert data[-12:] == b"\0\0\0\0IEND\xaeB`\x82"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


@pytest.mark.parametrize("name", ROWS)
def test_a_lab_shows_what_it_says(tmp_path, monkeypatch, name):
    monkeypatch.delenv("FOURBEAT_DATA__DIR", raising=False)
    lab = import_module(f"fourbeat.labs.{name}")
    figures = lab.run(tmp_path)
    assert all(type(value) in (int, float) and math.isfinite(value) for value in figures.values())
    assert CHECKS[name](figures), figures
    width, height = size_of(tmp_path / f"{name}.png")
    assert 600 <= width <= 2400
    assert 400 <= height <= 1200


@pytest.mark.parametrize("name", ROWS)
def test_a_lab_says_what_it_is(name):
    lab = import_module(f"fourbeat.labs.{name}")
    title, blank, *why = lab.__doc__.strip().splitlines()
    assert title.endswith(".")
    assert not blank
    assert 3 <= len(why) <= 8
    assert "?" in lab.PREDICT
    assert "{" in lab.COMPARE


def test_every_lab_is_listed():
    folder = Path(find_spec("fourbeat.labs").origin).parent
    assert {file.stem for file in folder.glob("[a-z]*.py")} - PLUMBING == ROWS.keys()


def imports_of(file):
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_labs_use_the_public_door_and_nobody_uses_them():
    house = Path(find_spec("fourbeat").origin).parent
    for file in house.rglob("*.py"):
        ours = {name for name in imports_of(file) if name.startswith("fourbeat")}
        if file.parent.name == "labs":
            assert all(n == "fourbeat" or n.startswith("fourbeat.labs.") for n in ours), file
        elif file.relative_to(house) != Path("cli/lab.py"):
            assert not any(name.startswith("fourbeat.labs") for name in ours), file


def test_without_any_images_the_remedy_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("FOURBEAT_DATA__DIR", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(fb.FourbeatError, match="no images.*Set FOURBEAT_DATA__DIR"):
        import_module("fourbeat.labs.fashion_mnist").run(tmp_path)


def test_fashion_mnist_from_its_files(tmp_path, monkeypatch, shared):
    monkeypatch.setenv("FOURBEAT_DATA__DIR", str(shared("fashion-mnist")))
    figures = import_module("fourbeat.labs.fashion_mnist").run(tmp_path)
    assert (figures["size"], figures["images"], figures["mlp_parameters"]) == (28, 6000, 269_322)
    assert figures["mlp"] > 0.8
    assert figures["cnn"] > figures["mlp"]


def test_pictures_leave_matplotlib_as_it_was(tmp_path):
    import matplotlib

    def settings():  # without the backend, which is chosen when it is first looked at
        return {key: matplotlib.rcParams[key] for key in matplotlib.rcParams if key != "backend"}

    before = settings()
    with matplotlib.rc_context({"font.size": 30}):
        one = drawn(tmp_path / "large")
        assert matplotlib.rcParams["font.size"] == 30
    assert settings() == before
    assert drawn(tmp_path / "usual") == one  # and do not take over anybody's own style


def drawn(directory):
    """A small picture's bytes."""
    with picture(directory, "one", "A title") as (axes,):
        axes.plot([1, 2])
    return (directory / "one.png").read_bytes()


def test_without_matplotlib_the_remedy_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(fb.FourbeatError, match=r"matplotlib.*pip install 'fourbeat\[lab\]'"):
        drawn(tmp_path)


def test_a_lab_whose_run_stays_gives_the_same_figures_again(tmp_path):
    lab = import_module("fourbeat.labs.ticket_router")
    first = lab.run(tmp_path)
    sealed = (tmp_path / "receipt.json").read_bytes()
    assert lab.run(tmp_path) == first
    assert (tmp_path / "receipt.json").read_bytes() == sealed  # read, not trained again
