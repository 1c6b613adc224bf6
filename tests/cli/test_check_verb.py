"""`fourbeat check` from the command line: the script stays as it is, and the report is whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fourbeat as fb

BUGGY = """\
import sys
import torch
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(64, 4), torch.zeros(64, 1)
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(int(sys.argv[1]) if len(sys.argv) > 1 else 4):
    for i in range(0, 64, 16):
        loss = nn.functional.mse_loss(net(x[i : i + 16]), y[i : i + 16])
        loss.backward()
        opt.step()
print("loss", loss.item())
"""


@pytest.fixture
def verb(tmp_path):
    """Run the verb in a folder with a buggy script; gives exit code, stdout and stderr."""
    (tmp_path / "train.py").write_text(BUGGY)
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}

    def run(*words, module="fourbeat", **more):
        command = [sys.executable, "-m", module, *words] if module else [sys.executable, *words]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_report_names_the_line_and_the_output_stays(verb, tmp_path):
    bare = verb("train.py", module=None)
    code, out, err = verb("check", "train.py")
    assert (code, out) == (1, bare[1])
    assert err.startswith("train.py:13: error: the optimizer steps on gradients")
    assert "  13 | opt.step()" in err
    assert err.endswith("fourbeat check: 1 error, 0 warnings; 16 steps watched\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train.py"]


def test_json_sarif_and_an_early_end(verb, tmp_path):
    code, out, _ = verb("check", "--json", "--sarif", "out.sarif", "train.py", "--steps", "5", "99")
    assert code == 1
    found = json.loads(out)
    assert (found["steps"], found["stopped"]) == (5, True)
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"]) == ("missing-zero-grad", "error")
    assert (finding["file"], finding["line"], finding["end_line"]) == ("train.py", 13, 13)
    assert finding["evidence"]["steps_on_old_gradients"] == 4
    sarif = json.loads((tmp_path / "out.sarif").read_text())
    (run,) = sarif["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "train.py"
    assert place["region"]["startLine"] == 13
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "missing-zero-grad"


def test_what_is_known_is_let_stand(verb, tmp_path):
    assert verb("check", "--write-baseline", "old.json", "train.py")[0] == 1
    code, _, err = verb("check", "--baseline", "old.json", "train.py")
    assert (code, "0 errors" in err) == (0, True)
    # Lines move; the line's text does not.
    (tmp_path / "train.py").write_text("# a new first line\n" + BUGGY)
    assert verb("check", "--baseline", "old.json", "train.py")[0] == 0
    comment = "opt.step()  # fourbeat: ignore[missing-zero-grad] wanted"
    (tmp_path / "train.py").write_text(BUGGY.replace("opt.step()", comment))
    code, _, err = verb("check", "train.py")
    assert (code, err) == (0, "fourbeat check: 0 errors, 0 warnings; 16 steps watched\n")
    (tmp_path / "train.py").write_text(BUGGY)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.fourbeat.check]\nignore = ["missing-zero-grad"]\n'
    )
    assert verb("check", "train.py")[0] == 0


def test_a_script_of_its_own_kind(verb, tmp_path):
    (tmp_path / "raises.py").write_text("import torch\nraise SystemExit(7)\n")
    assert verb("check", "raises.py")[0] == 7
    (tmp_path / "error.py").write_text("import torch\n1 / 0\n")
    bare = verb("error.py", module=None)
    code, _, err = verb("check", "error.py")
    assert code == 1
    assert err.startswith(bare[2].replace(str(tmp_path / "error.py"), "error.py")[:30])
    assert "fourbeat/" not in err
    assert "no training step was seen" in err
    forever = BUGGY.replace(
        "for epoch in range(int(sys.argv[1]) if len(sys.argv) > 1 else 4):", "while True:"
    )
    held = forever.replace("    for i in", "  try:\n    for i in").replace(
        "        opt.step()\n", "        opt.step()\n  except:\n    pass\n"
    )
    (tmp_path / "forever.py").write_text(held)
    code, out, _ = verb("check", "--json", "--steps", "50", "forever.py")
    assert (code, json.loads(out)["stopped"]) == (1, True)
    code, out, _ = verb("check", "--json", "--seconds", "8", "forever.py")
    assert (code, json.loads(out)["findings"][0]["line"]) == (1, 14)


def test_a_notebook_is_a_script_of_cells(verb, tmp_path):
    head, tail = BUGGY.split("net = ")
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", *head.splitlines(keepends=True)]},
        {"cell_type": "code", "source": ("net = " + tail).splitlines(keepends=True)},
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    code, out, err = verb("check", "a.ipynb")
    assert code == 1
    assert out.startswith("loss")
    assert err.startswith("a.ipynb:cell 2:7: error")
    assert "   7 | opt.step()" in err
    (tmp_path / "b.ipynb").write_text("{")
    code, _, err = verb("check", "b.ipynb")
    assert (code, err.startswith("error: the notebook cannot be read")) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing.py",), "no such script"),
        (("--steps", "0", "train.py"), "a number above 0 is needed"),
        (("--seconds", "x", "train.py"), "a number above 0 is needed"),
        (("--fail-on", "never-ever", "train.py"), "no such severity"),
        (("--baseline", "none.json", "train.py"), "the baseline cannot be read"),
        (("--sarif", "none/out.sarif", "train.py"), "there is no folder for none/out.sarif"),
        (("--write-baseline", "none/b.json", "train.py"), "there is no folder for none/b.json"),
    ],
)
def test_wrong_usage_is_one_message(verb, words, message):
    code, out, err = verb("check", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")


def test_rules_are_listed_and_explained(verb):
    code, out, _ = verb("rules", "--json")
    assert code == 0
    names = [row["rule"] for row in json.loads(out)]
    assert "missing-zero-grad" in names
    code, out, _ = verb("explain-rule", names[0])
    assert out.startswith(f"# {names[0]}\n")
    code, _, err = verb("explain-rule", "missing-zero-gra")
    assert (code, "Did you mean missing-zero-grad?" in err) == (2, True)
