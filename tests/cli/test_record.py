"""`fourbeat record`: a plain script's history."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fourbeat as fb

TESTS = Path(__file__).parents[1]
SCRIPTS = TESTS / "observe" / "scripts"

SESSIONS = {
    "plain": ["record", "classifier.py"],
    "gan": ["record", "--out", "here/deep", "gan.py"],
    "skipped": ["record", "amp_fp16.py", "--out=here"],
    "arguments": ["record", "classes.py", "--out", "here", "--lr", "0.5"],
    "elsewhere": ["record", "other_stdout.py"],
    "fails": ["record", "fails.py"],
    "taken": ["record", "classifier.py", "--out", "."],
    "own": ["record", "supervised.py"],
    "module": ["record", "-m", "json.tool", "--help"],
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Run all sessions; gives the folder, stdout, stderr and exit code of one."""
    out = tmp_path_factory.mktemp("recorded")
    asked = []
    for name, words in SESSIONS.items():
        words = [str(SCRIPTS / word) if word.endswith(".py") else word for word in words]
        asked.append({"name": name, "words": words, "typed": "", "environment": {}})
    (out / "sessions.json").write_text(json.dumps(asked))
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    driver = [sys.executable, TESTS / "pause" / "driver.py", out, out / "sessions.json"]
    subprocess.run(driver, check=True, env=environment)

    def read(name):
        place = out / name
        code = int((place / "code").read_text())
        return place, (place / "out").read_text(), (place / "err").read_text(), code

    return read


def said(text, kind):
    return [line.split()[1:] for line in text.splitlines() if line.startswith(kind)]


def test_the_history_is_what_the_script_did(recorded):
    place, out, err, code = recorded("plain")
    assert (err, code) == ("", 0)
    history = fb.history(place / "runs" / "classifier")
    assert history.step.tolist() == list(range(10))
    assert history.epoch.tolist() == [1] * 5 + [2] * 5
    assert history.examples.tolist() == ([5] * 4 + [4]) * 2
    losses = [float.fromhex(value) for (value,) in said(out, "loss")]
    assert np.array_equal(history.loss(), np.array(losses, history.loss().dtype))
    rows = [[int(row) for row in line] for line in said(out, "rows")]
    assert [history.rows(number).tolist() for number in range(10)] == rows
    assert history.layers == ["0.weight", "0.bias", "3.weight", "3.bias"]
    assert (history.layer("3.bias").grad[:1] > 0).all()


def test_each_optimizer_has_its_own_losses(recorded):
    place, out, _, code = recorded("gan")
    assert code == 0
    history = fb.history(place / "here" / "deep")
    assert sorted(history.optimizers) == ["d_opt", "g_opt"]
    losses = np.array([float.fromhex(value) for (value,) in said(out, "loss")]).reshape(3, 3)
    assert np.allclose(history.loss("d_opt"), losses[:, :2].sum(1))
    assert np.allclose(history.loss("g_opt"), losses[:, 2])


def test_updates_that_a_scaler_left_out(recorded):
    place, _, _, _ = recorded("skipped")
    history = fb.history(place / "here")
    assert history.step.tolist() == [0, 0, 1, 1, 2, 3]
    assert history.counted.tolist() == [False, True, False, True, True, True]


def test_what_stands_after_the_script(recorded):
    place, _, _, code = recorded("arguments")
    assert code == 0
    assert fb.history(place / "here").lr()[0] == pytest.approx(0.5 / 25)


def test_a_script_that_goes_elsewhere_or_fails(recorded):
    place, _, _, _ = recorded("elsewhere")
    assert len(fb.history(place / "runs" / "other_stdout")) == 3
    place, _, err, code = recorded("fails")
    assert code == 1
    assert "src/fourbeat" not in err
    assert len(fb.history(place / "runs" / "fails")) == 2


def test_a_run_within_keeps_its_own_history(recorded):
    place, _, _, code = recorded("own")
    assert code == 0
    assert len(fb.history(place / "runs" / "supervised")) == 8
    assert len(fb.history(place / "run")) == 4


def test_a_folder_that_is_not_empty_is_refused(recorded):
    _, out, err, code = recorded("taken")
    assert (out, code) == ("", 2)
    assert err.startswith("error: the folder is not empty")


def test_a_module(recorded):
    _, out, _, code = recorded("module")
    assert code == 0
    assert "usage: " in out
