"""What the verbs print of results: intervals, decision, baselines, comparison."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourbeat.cli.compare import BLOCKS, blocks


def fourbeat(*words, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "fourbeat", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a table and a run on it, and what the training printed."""
    place = tmp_path_factory.mktemp("cli")
    assert fourbeat("sample", "tickets", cwd=place)[0] == 0
    words = ["train", "tickets.csv", "--target", "escalated", "--epochs", 2]
    goal = ["--set", "decision.goal=recall", "--set", "decision.temperature=true"]
    code, out, err = fourbeat(*words, *goal, "--out", "a", cwd=place)
    assert code == 0, err
    more = ["--set", "baselines=false", "--model", "linear", "--out", "b"]
    assert fourbeat(*words, *more, cwd=place)[0] == 0
    return place, out


def test_train_prints_intervals_decision_baselines_and_the_verdict(folder):
    _, out = folder
    lines = out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  95 % from"))
    assert lines[at - 1].startswith("test")
    assert lines[at + 1].startswith("  to")
    assert "the highest precision with a recall of at least 0.9" in out
    assert "logits   divided by" in out
    for name in ("majority", "linear", "boosting"):
        assert any(line.startswith(name) for line in lines)
    assert sum(line.startswith("verdict  ") for line in lines) == 1


def test_show_prints_every_metric_with_its_interval(folder):
    place, _ = folder
    _, out, _ = fourbeat("show", "a", cwd=place)
    rows = {line.split("  ")[0]: line for line in out.splitlines()}
    assert " to " in rows["average precision"]
    assert " to " in rows["brier"]
    assert "ece" in rows


def test_json_has_what_the_receipt_has(folder):
    place, _ = folder
    _, out, _ = fourbeat("train", "tickets.csv", "--target", "escalated", "--epochs", 1, "--json",
                         "--set", "baselines=false", "--out", "j", cwd=place)  # fmt: skip
    tree = json.loads(out)
    assert tree["baselines"] is None
    assert tree["decision"] is None
    assert tree["test"]["intervals"]["auc"][0] < tree["test"]["auc"]


def test_compare_says_what_differs_and_writes_the_page(folder):
    place, _ = folder
    code, out, err = fourbeat("compare", "a", "b", "--out", "ab.html", cwd=place)
    assert (code, err) == (0, "")
    assert "model.name: mlp | linear" in out
    assert "the same     seed, data, split, code, environment" in out
    assert "validation loss" in out
    assert "on the same 450 test rows" in out
    assert (place / "ab.html").read_text().startswith("<!doctype html>")
    code, out, _ = fourbeat("compare", "a", "b", "--json", cwd=place)
    assert code == 0
    assert json.loads(out)["test"]["rows"] == 450
    code, _, err = fourbeat("compare", "a", "nothing", cwd=place)
    assert code == 1
    assert err.startswith("error: no such run")


@given(
    st.lists(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=100),
        min_size=2,
        max_size=2,
    )
)
def test_curves_are_drawn_whatever_their_values(each):
    drawn = blocks(each)
    assert len(drawn[0]) == len(drawn[1]) <= 40
    assert set("".join(drawn)) <= set(BLOCKS) | {" "}


def test_the_largest_numbers_are_drawn_too():
    assert blocks([[-1.7e308, 1.7e308], [0.0]]) == ["▁█", "▅ "]
