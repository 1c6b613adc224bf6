"""An ejected script ends with the run's weights, bit for bit, whatever the run declared."""

import ast
import gzip
import subprocess
import sys

import pytest
from ejecting import (
    CODE,
    run_scripts,
    stripes,
    write_folder,
    write_idx,
    write_kinds,
    write_odd,
    write_odd_folder,
    write_schema,
    write_table,
    write_written,
)

import fourbeat as fb
from fourbeat.eject.script import eject

TARGETS = ("label", "price", "hot", "worn", "part")


def table(target="label", name="table.csv", **settings):
    """A run on the table, by two epochs, with all that says its target left out."""
    chosen = [target] if isinstance(target, str) else target
    settings = {f"{key.replace('__', '.')}": value for key, value in settings.items()}
    taken = {settings.get("split.column")}
    ignore = ["name", *(one for one in TARGETS if one not in {*chosen, *taken})]
    return {
        "table": name,
        "target": target,
        "ignore": ignore,
        "settings": {"train.epochs": 2, **settings},
    }


def quantity(**settings):
    return {**table("price", **settings), "task": "regression"}


def labels(**settings):
    return {**table(["hot", "worn"], **settings), "task": "multilabel"}


def other(source, **settings):
    """A run on images, or on data of one's own."""
    settings = {f"{key.replace('__', '.')}": value for key, value in settings.items()}
    return {"table": source, "settings": {"train.epochs": 2, **settings}}


def images(**settings):
    three = ["top", "middle", "bottom"]
    return other("fashion-mnist", data__dir="idx", data__classes=three, **settings)


CASES = {
    "defaults": table(),
    "linear": table(model__name="linear", train__deterministic=True),
    "no_norm_odd_batch": table(model__norm="none", train__batch_size=7, model__dropout=0.0),
    "batch_norm": table(model__norm="batch", model__widths=[16]),
    "piecewise": table(model__numeric="piecewise", train__average="ema"),
    "periodic": table(model__numeric="periodic", train__average="swa"),
    "tabm": table(model__name="tabm", train__batch_size=37),
    "tabm_piecewise": table(
        model__name="tabm",
        model__numeric="piecewise",
        model__members=3,
        train__class_weights=[1.0, 2.0, 0.5],
        train__label_smoothing=0.1,
        train__accumulate=2,
        train__select="auc",
    ),
    "tabm_regression": quantity(
        model__name="tabm", model__numeric="periodic", train__select="mae", train__clip_norm=0.5
    ),
    "tabm_multilabel": labels(
        model__name="tabm", model__widths=[16], train__class_weights="balanced"
    ),
    "tabm_bf16": table(model__name="tabm", train__precision="bf16", train__average="ema"),
    "tabm_fp16": table(model__name="tabm", train__precision="fp16", train__clip_norm=0.5),
    "regression": quantity(),
    "regression_mae": quantity(train__select="mae", optimizer__name="sgd", optimizer__lr=0.01),
    "regression_r2_linear": quantity(train__select="r2", model__name="linear"),
    "regression_rmse": quantity(train__select="rmse", train__accumulate=3, train__batch_size=9),
    "multilabel": labels(),
    "multilabel_balanced": labels(train__class_weights="balanced", train__select="auc"),
    "multilabel_exact": labels(train__class_weights=[1.5, 3.0], train__select="exact"),
    "multilabel_accuracy": labels(train__select="accuracy", seed=3),
    "accuracy": table(train__select="accuracy"),
    "auc": table(train__select="auc"),
    "average_precision": table(train__select="average_precision"),
    "f1": table(train__select="f1", decision__temperature=True),
    "balanced_accuracy": table(train__select="balanced_accuracy"),
    "two_classes_f1": table("fresh", train__select="f1", decision__goal="f1"),
    "two_classes_average_precision": table("fresh", train__select="average_precision"),
    "multilabel_f1": labels(train__select="f1"),
    "multilabel_average_precision": labels(train__select="average_precision"),
    "multilabel_balanced_accuracy": labels(train__select="balanced_accuracy"),
    "speed": table(speed__threads=1, speed__evaluation_batch=37),
    "balanced": table(train__class_weights="balanced", train__accumulate=2),
    "weights": table(train__class_weights=[1.0, 2.0, 0.5], train__label_smoothing=0.1),
    "accumulate_clip": table(
        train__accumulate=4, train__clip_norm=0.3, train__clip_value=0.05, train__batch_size=16
    ),
    "groups": table(
        optimizer__groups={"*.bias": {"weight_decay": 0.0}, "categories.*": {"lr": 0.01}},
        train__clip_norm=0.1,
        scheduler__name="onecycle",
    ),
    "sgd_step": table(
        optimizer__name="sgd",
        optimizer__lr=0.05,
        optimizer__momentum=0.9,
        scheduler__name="step",
        scheduler__every=1,
    ),
    "multistep": table(
        scheduler__name="multistep", scheduler__milestones=[1, 3], train__epochs=4, seed=5
    ),
    "warm_cosine": table(scheduler__name="cosine", scheduler__warmup=5, train__epochs=3),
    "long_warmup": table(
        scheduler__name="cosine", scheduler__warmup=20, train__epochs=4, train__batch_size=32
    ),
    "onecycle_warm": table(scheduler__name="onecycle", scheduler__warmup=4, train__epochs=3),
    "plateau": table(
        scheduler__name="plateau", scheduler__patience=0, optimizer__lr=0.1, train__epochs=6
    ),
    "early_stop": table(optimizer__lr=0.05, train__patience=2, train__epochs=30),
    "ema": table(train__average="ema", train__average_decay=0.9),
    "swa": table(train__average="swa", train__epochs=4, model__norm="batch"),
    "swa_late": table(train__average="swa", train__average_start=3, train__epochs=4),
    "bf16": table(train__precision="bf16", train__clip_norm=0.5),
    "bf16_accumulate": table(train__precision="bf16", train__accumulate=2),
    "fp16": table(train__precision="fp16", train__accumulate=2, train__clip_norm=0.5),
    "fp16_ema": table(
        train__precision="fp16", train__average="ema", scheduler__name="onecycle", optimizer__lr=0.5
    ),
    "fp16_plain": table(train__precision="fp16"),
    "no_test": table(split__test=0.0, split__validation=0.3),
    "by_group": table(split__group="maker"),
    "by_group_no_test": table(split__group="name", split__test=0.0),
    "by_equal_rows": table(split__group="*"),
    "by_equal_rows_and_time": table(split__group="*", split__time="bought", split__folds=2),
    "by_time": table(split__time="bought"),
    "split_seed": table(seed=3, split__seed=1),
    "labels_split_seed": labels(split__seed=9, split__group="name"),
    "folds": table(split__seed=5, split__folds=4, split__fold=2, split__repeat=1),
    "folds_by_group": table(split__folds=3, split__group="maker"),
    "folds_by_time": table(split__folds=3, split__fold=1, split__time="bought"),
    "regression_folds": quantity(split__folds=3),
    "regression_group": quantity(split__group="name"),
    "labels_folds": labels(split__folds=3, split__fold=2),
    "labels_group": labels(split__group="name"),
    "labels_time": labels(split__time="bought"),
    "schema_time": {
        "table": "schema.csv",
        "target": "label",
        "ignore": ["opened"],
        "settings": {
            "train.epochs": 2,
            "split.time": "opened",
            "split.group": "guest",
            "data.missing": ["?"],
        },
    },
    "split_column": table(split__column="part"),
    "split_files": table(split__validation_file="validation.csv", split__test_file="test.csv"),
    "split_formats": table(split__validation_file="table.parquet", split__test_file="table.tsv"),
    "split_test_file": table(split__test_file="test.csv"),
    "regression_test_file": quantity(split__test_file="test.csv"),
    "labels_files": labels(split__validation_file="validation.csv"),
    "types_missing": table(
        data__columns={"rank": {"type": "category"}, "bought": {"type": "category"}},
        data__missing=["blue", "no"],
    ),
    "relabel": table(data__relabel={"low": "cold", "cold": "rest", "middle": "rest"}),
    "classes": table(data__classes=["low", "middle", "high"], data__min_count=30),
    "tsv": table(name="table.tsv"),
    "gz": table(name="table.csv.gz"),
    "parquet": table(name="table.parquet"),
    "arrow": table(name="table.arrow"),
    "kinds": {
        "table": "kinds.parquet",
        "target": "label",
        "settings": {
            "train.epochs": 2,
            "data.columns": {
                "few": {"type": "category"},
                "whole": {"type": "category"},
                "typed": {"type": "numeric"},
                "dated": {"type": "datetime"},
            },
        },
    },
    "kinds_missing": {
        "table": "kinds.parquet",
        "target": "label",
        "settings": {
            "train.epochs": 2,
            "data.missing": ["200", "2.5", "2024-01-03", "b b"],
            "data.columns": {"whole": {"type": "category"}},
        },
    },
    "schema": {
        "table": "schema.csv",
        "target": "label",
        "settings": {
            "train.epochs": 2,
            "data.missing": ["?"],
            "data.max_categories": 8,
            "data.columns": {"shop": {"buckets": 16}, "far": {"scale": "quantile"}},
        },
    },
    "schema_piecewise": {
        "table": "schema.csv",
        "target": "label",
        "settings": {
            "train.epochs": 2,
            "model.numeric": "piecewise",
            "data.missing": ["?"],
            "data.columns": {"far": {"scale": "quantile"}},
        },
    },
    "schema_hashed": {
        "table": "schema.csv",
        "target": "label",
        "ignore": ["closed", "size", "grade", "heavy"],
        "settings": {
            "train.epochs": 2,
            "data.columns": {"shop": {"buckets": 16}, "town": {"buckets": 3}},
        },
    },
    "written": {
        "table": "written.csv",
        "target": "label",
        "settings": {"train.epochs": 2, "data.missing": ["n. a."]},
    },
    "written_time": {
        "table": "written.csv",
        "target": "label",
        "ignore": ["share", "clock", "ts", "sent"],
        "settings": {
            "train.epochs": 2,
            "split.time": "sent",
            "data.columns": {"cost": {"type": "category"}, "level": {"type": "numeric"}},
        },
    },
    "line_breaks": {"table": "broken.csv", "target": "y", "settings": {"train.epochs": 2}},
    "rare_classes": {"table": "rare.csv", "target": "y", "settings": {"train.epochs": 2}},
    "types_apart": {
        "table": "whole.csv",
        "target": "y",
        "settings": {"train.epochs": 2, "split.validation_file": "parts.csv"},
    },
    "images": images(),
    "images_augmented": images(image__flip=True, image__crop=2, scheduler__name="none"),
    "images_flip_mlp": images(image__flip=True, model__name="mlp"),
    "images_linear": images(model__name="linear", image__mean=0.5, image__std=0.25),
    "images_group_norm": images(model__norm="layer", model__widths=[8], image__crop=1),
    "images_pair": other("pair-images-idx3-ubyte", model__widths=[4, 8]),
    "images_own": images(model__name="mine:of_images"),
    "folder": other("grey"),
    "folder_colour": other("colour", image__flip=True, split__test=0.0),
    "folder_files": other("colour", split__validation_file="grey", image__size=10),
    "folder_odd": other("odd"),
    "own_images": other("mine:pictures", model__name="cnn", model__widths=[4], seed=2**40),
    "rarest_labels": {
        "table": "rare labels.csv",
        "target": ["a", "b", "c"],
        "task": "multilabel",
        "settings": {
            "train.epochs": 2,
            "model.name": "mine:wide",
            "train.class_weights": "balanced",
        },
    },
    "own_one": other("mine:one", data__options={"rows": 180}, model__name="mine:net"),
    "own_sides": other("mine:sides", model__name="mine:net", model__options={"width": 5}),
    "own_stream": other(
        "mine:stream",
        model__name="mine:net",
        model__options={"outputs": 2},
        train__select="accuracy",
    ),
    "own_loaders": other("mine:loaders", model__name="mine:net", train__accumulate=3),
    "own_quantity": other(
        "mine:quantity",
        model__name="mine:net",
        model__options={"outputs": 1},
        data__task="regression",
        train__select="r2",
    ),
    "own_ignored": other("mine:ignored", model__name="mine:net", train__accumulate=2),
    "own_weights": other("mine:sides", model__name="mine:net", train__class_weights=[1.0, 2.0]),
    "kinds_piecewise": {
        "table": "kinds.parquet",
        "target": "label",
        "settings": {"train.epochs": 2, "model.name": "tabm", "model.numeric": "piecewise"},
    },
    "own_tabm": other("mine:sides", model__name="tabm", model__numeric="periodic"),
    "own_built_in": other("mine:sides", model__name="mlp", train__precision="bf16"),
    "own_model": table(model__name="mine:OfTable", train__accumulate=2, train__average="ema"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all data, whose runs are trained from it."""
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet

    place = tmp_path_factory.mktemp("ejected")
    file = write_table(place / "table.csv")
    write_table(place / "validation.csv", 90, seed=1)
    write_table(place / "test.csv", 80, seed=2)
    write_table(place / "table.tsv", delimiter="\t")
    (place / "table.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    read = pyarrow.csv.read_csv(file)
    coded = read.set_column(3, "colour", read["colour"].dictionary_encode())
    pyarrow.parquet.write_table(coded, place / "table.parquet")
    pyarrow.feather.write_feather(read, place / "table.arrow")
    write_kinds(place / "kinds.parquet")
    write_schema(place / "schema.csv")
    write_written(place / "written.csv")
    write_odd(place)
    (place / "idx").mkdir()
    for side, n, seed in (("train", 120, 0), ("t10k", 30, 1)):
        pixels, classes = stripes(n, seed)
        write_idx(place / "idx" / f"{side}-images-idx3-ubyte.gz", pixels)
        write_idx(place / "idx" / f"{side}-labels-idx1-ubyte", classes)
    pixels, classes = stripes(90)
    write_idx(place / "pair-images-idx3-ubyte", pixels)
    write_idx(place / "pair-labels-idx1-ubyte", classes * 2 + 1)
    write_folder(place / "grey")
    write_folder(place / "colour", colour=True, n=90)
    write_odd_folder(place / "odd")
    (place / "mine.py").write_text(CODE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.syspath_prepend(str(place))
        yield place
    sys.modules.pop("mine", None)


@pytest.fixture(scope="module")
def ejected(folder):
    """For each case the script's path, and what it printed."""
    written = {}
    for name, case in CASES.items():
        # Baselines stand beside the weights, and take longer than these trainings do.
        case = {**case, "settings": {**case["settings"], "baselines": False}}
        run = fb.train(**case, out=folder / "runs" / name)
        written[name] = folder / f"{name}.py"
        written[name].write_text(eject(run.directory))
    results = run_scripts(folder, list(written.values()))
    return {name: (path, *results[path]) for name, path in written.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_script_ends_with_the_weights_of_the_run(ejected, name):
    _, code, out, err = ejected[name]
    assert (code, err) == (0, "")
    assert out.count("equal to the run") == 2


@pytest.mark.parametrize("name", CASES)
def test_the_script_imports_no_fourbeat(ejected, name):
    text = ejected[name][0].read_text()
    nodes = list(ast.walk(ast.parse(text)))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    assert not [module for module in modules if "fourbeat" in module]


def test_the_scripts_are_formatted_and_lint_free(ejected, folder):
    files = [path for path, *_ in ejected.values()]
    for verb in (
        ["format", "--check", "--diff", "--line-length", "100"],
        ["check", "--line-length", "100", "--select", "E,F,W,I,B"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, "--isolated", *files],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")
def test_a_compiled_run_is_compiled_again(folder):
    case = table(compile__mode="default", train__epochs=1, train__batch_size=64)
    run = fb.train(**case, out=folder / "runs" / "compiled")
    script = folder / "compiled.py"
    script.write_text(eject(run.directory))
    code, out, _ = run_scripts(folder, [script])[script]
    assert "model.compile()" in script.read_text()
    assert (code, out.count("equal to the run")) == (0, 2)
