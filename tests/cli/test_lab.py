"""`fourbeat lab`: what a reader sees, and what a program gets."""

import io
import json
import subprocess
import sys

import pytest
from test_cli import apart, fourbeat

from fourbeat.labs import ROWS


def test_list_names_every_lab_with_title_and_rows(tmp_path):
    lines = fourbeat("lab", "list", cwd=tmp_path, check=0).stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(ROWS)
    (line,) = (line for line in lines if line.startswith("zero_grad"))
    assert line.split(None, 1)[1].startswith("Gradients pile up")
    assert line.split()[-3:] == ["T4", "L6", "F15"]


def test_list_as_json_needs_no_torch(tmp_path):
    code = (
        "import sys; from fourbeat.cli.app import main\n"
        "sys.argv = ['fourbeat', 'lab', 'list', '--json']\n"
        "try: main()\n"
        "finally: assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    labs = json.loads(done.stdout)["labs"]
    assert [lab["name"] for lab in labs] == list(ROWS)
    assert labs[0]["rows"] == ["T3", "L4"]


def test_run_asks_runs_and_answers_in_that_order(tmp_path):
    done = fourbeat("lab", "run", "short_batch", cwd=tmp_path, check=0)
    beats = [
        "The short last batch",
        "PREDICT",
        "by rows",
        "0.624633",
        "COMPARE",
        "Over rows 0.6246",
    ]
    places = [done.stdout.index(text) for text in [*beats, "picture  "]]
    assert places == sorted(places)
    assert "prediction" not in done.stdout  # nobody is there to be asked
    picture = done.stdout.strip().splitlines()[-1].split()[1]
    assert picture == "runs/labs/short_batch/short_batch.png"
    assert (tmp_path / picture).exists()


@pytest.mark.parametrize("typed", ["above, by half\n", "\n", ""])
def test_on_a_terminal_the_prediction_comes_first(tmp_path, monkeypatch, typed):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    done = fourbeat("lab", "run", "short_batch", "--out", "here", cwd=tmp_path, check=0)
    assert done.stdout.index("your prediction") < done.stdout.index("by rows")
    assert ("YOU      above, by half" in done.stdout) is bool(typed.strip())
    assert (tmp_path / "here" / "short_batch.png").exists()


def test_run_as_json_prints_one_object(tmp_path):
    done = fourbeat("lab", "run", "one_update", "--json", "--out", "x", cwd=tmp_path, check=0)
    told = json.loads(done.stdout)
    assert told["lab"] == "one_update"
    assert f"{told['figures']['loss']:.4f}" == "0.6931"
    assert "0.6931" in told["answer"]
    assert told["question"].endswith("?")
    assert (tmp_path / told["picture"]).exists()


@pytest.mark.parametrize(
    ("name", "near"),
    [("sorted_dta", "sorted_data"), ("zzz", "fourbeat lab list"), ("play", "list")],
)
def test_an_unknown_lab_is_refused_with_near_names(tmp_path, name, near):
    done = fourbeat("lab", "run", name, cwd=tmp_path, check=2)
    assert f"no lab is named {name!r}" in done.stderr
    assert near in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_lab_is_a_module_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "fourbeat.labs.one_update", "figures"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "COMPARE" in done.stdout
    assert done.stdout.strip().endswith("figures/one_update.png")
    assert (tmp_path / "figures" / "one_update.png").exists()


def test_lab_stands_among_the_verbs(tmp_path):
    assert "Short scripts to learn from" in apart("--help", cwd=tmp_path, check=0).stdout
