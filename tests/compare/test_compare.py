"""Two runs side by side: what differs, and whether their results do."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from scipy.stats import binomtest

from fourbeat.compare.compare import compare, described, in_words, signed
from fourbeat.compare.page import page
from fourbeat.config.sources import load
from fourbeat.errors import RunError
from fourbeat.job.train import train


def write_table(path, rows=600, seed=0):
    source = np.random.default_rng(seed)
    a, b = source.normal(size=(2, rows))
    label = np.abs(a) + 0.3 * source.normal(size=rows) > 0.7
    lines = [f"{x:.4f},{y:.4f},{'yes' if z else 'no'}" for x, y, z in zip(a, b, label, strict=True)]
    path.write_text("\n".join(["a,b,label", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs on one table: two equal ones, a linear one, another seed, another table."""
    place = tmp_path_factory.mktemp("runs")
    file, other = write_table(place / "t.csv"), write_table(place / "o.csv", seed=1)

    def made(name, path=file, **more):
        flags = {
            "data.path": str(path),
            "data.target": "label",
            "train.epochs": 12,
            "baselines": False,
            **{key.replace("__", "."): value for key, value in more.items()},
        }
        return train(load(flags=flags), place / name).directory

    return {
        "mlp": made("mlp"),
        "again": made("again"),
        "linear": made("linear", model__name="linear"),
        "seed": made("seed", seed=1),
        "other": made("other", path=other),
        "quantity": made("quantity", data__target="a", data__task="regression"),
        "colder": made("colder", optimizer__lr=1e-3),
    }


def test_equal_runs_differ_in_nothing(runs):
    found = compare(runs["mlp"], runs["again"])
    assert all(lines == [] for lines in found.differences.values())
    assert found.same_weights
    assert in_words(found) == ["Both have the same weights, bit for bit: there is nothing to test."]


def test_a_real_difference_is_one_and_the_pairs_are_those_of_the_kept_rows(runs):
    found = compare(runs["linear"], runs["mlp"])
    (model,) = [d for d in found.differences["config"] if d.what == "model.name"]
    assert (model.first, model.second) == ("linear", "mlp")
    assert found.differences["data"] == found.differences["split"] == []
    answers = []
    for name in ("linear", "mlp"):
        whole = parquet.read_table(runs[name] / "answers.parquet").to_pandas()
        answers.append(whole[whole.split == "test"])
    right = [(a.prediction == a.target).to_numpy() for a in answers]
    test = found.pairing.mcnemar
    assert test.only_first == (right[0] & ~right[1]).sum()
    assert test.only_second == (~right[0] & right[1]).sum()
    assert test.p == pytest.approx(
        binomtest(test.only_first, test.only_first + test.only_second).pvalue
    )
    by_name = {one.metric: one for one in found.pairing.metrics}
    receipts = found.receipts
    for name, one in by_name.items():
        assert one.first == pytest.approx(receipts[0].results["test"][name], abs=1e-6)
        assert one.second == pytest.approx(receipts[1].results["test"][name], abs=1e-6)
        low, high = one.interval
        assert low <= one.difference <= high
    assert by_name["auc"].better == 2
    assert by_name["log_loss"].better == 2
    assert by_name["log_loss"].difference < 0
    back = compare(runs["mlp"], runs["linear"])
    assert {m.metric: m.better for m in back.pairing.metrics}["auc"] == 1
    lines = in_words(found)
    assert lines[0].startswith(f"mlp is better on the same {len(right[0])} test rows: AUC 0.")
    assert "hardly chance, mlp is right more often" in lines[1]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("seed", "test rows are not the same"),
        ("other", "data files differ"),
        ("quantity", "predict something else: label (classification) and a (regression)"),
    ],
)
def test_what_cannot_be_paired_is_refused_and_all_else_is_said(runs, other, why):
    found = compare(runs["mlp"], runs[other])
    assert found.pairing.metrics == []
    assert why in found.pairing.refused
    assert why in in_words(found)[0]
    assert any(found.differences.values())
    assert "Curves" in page(found)


def test_without_kept_answers_or_with_damaged_ones(runs, tmp_path):
    import shutil

    copy = tmp_path / "mlp"
    shutil.copytree(runs["mlp"], copy)
    file = copy / "answers.parquet"
    whole = parquet.read_table(file)
    shifted = whole.set_column(1, "row", pa.array(whole["row"].to_numpy() + 1))
    parquet.write_table(shifted, file)
    assert "of other rows" in compare(copy, runs["linear"]).pairing.refused
    file.write_bytes(b"PAR1 and no more")
    with pytest.raises(RunError, match=r"cannot be read.*fourbeat verify"):
        compare(copy, runs["linear"])
    file.unlink()
    assert "kept no answers" in compare(copy, runs["linear"]).pairing.refused
    with pytest.raises(RunError, match="no such run"):
        compare(tmp_path / "nothing", runs["linear"])


def test_quantities_are_compared_by_their_errors(runs, tmp_path):
    flags = {
        "data.path": str(runs["mlp"].parent / "t.csv"),
        "data.target": "a",
        "data.task": "regression",
        "train.epochs": 1,
        "optimizer.lr": 1e-6,
        "baselines": False,
    }
    run = train(load(flags=flags), tmp_path / "slow").directory
    found = compare(run, runs["quantity"])
    assert [one.metric for one in found.pairing.metrics] == ["rmse", "mae", "r2"]
    assert found.pairing.mcnemar is None
    assert all(one.better in (0, 2) for one in found.pairing.metrics)


def test_the_page_has_both_curves_and_is_a_file_of_its_own(runs):
    found = compare(runs["mlp"], runs["linear"])
    text = page(found)
    assert text.count("<svg") >= 5
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "validation loss" in text
    for word in ("mlp", "linear", "model.name", "no difference seen", "McNemar"):
        assert word in text or word == "no difference seen"
    assert text == page(compare(runs["mlp"], runs["linear"]))


def test_the_object_for_programs_is_json(runs):
    tree = json.loads(json.dumps(described(compare(runs["mlp"], runs["linear"]))))
    assert tree["runs"] == ["mlp", "linear"]
    assert tree["test"]["metrics"][0]["metric"] == "accuracy"
    assert {"what": "model.name", "mlp": "mlp", "linear": "linear"} in tree["differences"]["config"]
    assert len(tree["curves"]["mlp"]) == 12


def test_runs_of_one_name_are_told_apart(runs, tmp_path):
    import shutil

    shutil.copytree(runs["mlp"], tmp_path / "mlp")
    assert compare(runs["mlp"], tmp_path / "mlp").names == (
        str(runs["mlp"]),
        str(Path(tmp_path / "mlp")),
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234, "+0.0123"), (-0.2, "-0.2000"), (0.0, "+0.0000"), (3e-6, "+3e-6"), (-2e6, "-2e6")],
)
def test_differences_have_their_sign(value, text):
    assert signed(value) == text
