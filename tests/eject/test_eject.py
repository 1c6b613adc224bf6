"""Around the script: resumed runs, other data, what cannot be ejected, the command line."""

import contextlib
import io
import json
import sys

import pytest
import torch
from ejecting import run_scripts, write_table
from torch import nn

import fourbeat as fb
from fourbeat.cli.app import main
from fourbeat.eject.metrics import AREA
from fourbeat.eject.script import eject
from fourbeat.eject.text import literal, quoted
from fourbeat.errors import InexactError, RunError
from fourbeat.job.metrics import area
from fourbeat.job.resume import resume
from fourbeat.loop.step import Step

IGNORED = ["name", "price", "hot", "worn", "part"]


def trained(folder, name="run", **settings):
    file = folder / "table.csv"
    if not file.exists():
        write_table(file)
    settings = {"train.epochs": 3, **settings}
    return fb.train(file, "label", ignore=IGNORED, out=folder / name, settings=settings)


def played(folder, directory, name="script.py"):
    """Eject a run and run the script: its exit code, stdout and stderr."""
    script = folder / name
    script.write_text(eject(directory))
    return run_scripts(folder, [script])[script]


def fourbeat(*arguments):
    """Run a verb in this process: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        patch.setattr(sys, "argv", ["fourbeat", *map(str, arguments)])
        main()
    return ended.value.code or 0, out.getvalue(), err.getvalue()


def test_a_resumed_run_ejects_to_the_uninterrupted_script(tmp_path, monkeypatch):
    update, done = Step.update, 0

    def stop(step):
        nonlocal done
        done += 1
        if done == 12:
            raise KeyboardInterrupt
        return update(step)

    with monkeypatch.context() as patch:
        patch.setattr(Step, "update", stop)
        with pytest.raises(KeyboardInterrupt):
            trained(tmp_path, **{"train.checkpoint_every": 5})
    with pytest.raises(RunError, match=r"not finished: it is interrupted .*fourbeat resume"):
        eject(tmp_path / "run")
    receipt = resume(tmp_path / "run")
    assert receipt.events[0].kind == "resume"
    whole = trained(tmp_path, "whole")
    assert whole.receipt.last_weights_sha256 == receipt.last_weights_sha256
    code, out, err = played(tmp_path, tmp_path / "run")
    assert (code, err, out.count("equal to the run")) == (0, "", 2)
    assert eject(tmp_path / "run").replace("run run", "run whole") == eject(whole.directory)


def test_the_script_says_that_the_data_is_another(tmp_path):
    run = trained(tmp_path)
    text = eject(run.directory)
    (tmp_path / "script.py").write_text(text)
    table = tmp_path / "table.csv"
    table.write_text(table.read_text().replace(",green,", ",red,", 3))
    code, out, err = run_scripts(tmp_path, [tmp_path / "script.py"])[tmp_path / "script.py"]
    assert code == 3
    assert out.count("differs from the run") == 2
    (line,) = err.splitlines()
    assert line.startswith("table.csv differs from the run's: ")


def test_the_saved_weights_are_the_selected_ones(tmp_path):
    run = trained(tmp_path)
    played(tmp_path, run.directory)
    state = torch.load(tmp_path / "script.py.pt", weights_only=True)
    assert fb.weights_sha256(state) == run.receipt.weights_sha256


def test_an_edited_script_says_that_it_differs(tmp_path):
    run = trained(tmp_path)
    script = tmp_path / "script.py"
    script.write_text(eject(run.directory).replace("SEED = 0", "SEED = 1"))
    code, out, err = run_scripts(tmp_path, [script])[script]
    assert code == 3
    assert "equal to the run" not in out
    assert [line.split(" differs")[0] for line in err.splitlines()] == [
        "train rows",
        "validation rows",
        "test rows",
    ]


def test_what_is_no_declared_run_is_refused(tmp_path, lesson):
    made = lesson()
    fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=made.optimizer,
        epochs=1,
        out=tmp_path / "fit",
    )
    with pytest.raises(RunError, match="trained by a script of your own: it is one already"):
        eject(tmp_path / "fit")
    import pyarrow.csv

    frame = pyarrow.csv.read_csv(write_table(tmp_path / "table.csv"))
    fb.train(frame, "label", ignore=IGNORED, out=tmp_path / "frame", settings={"train.epochs": 1})
    with pytest.raises(RunError, match="frame in memory.* Write the frame to a file"):
        eject(tmp_path / "frame")
    with pytest.raises(RunError, match="no such run"):
        eject(tmp_path / "nothing")


def test_a_run_without_its_data_is_refused(tmp_path):
    run = trained(tmp_path)
    table = tmp_path / "table.csv"
    text = table.read_text()
    table.write_text(text.replace(",green,", ",red,", 1))
    with pytest.raises(InexactError, match=r"table.csv has changed since the run began"):
        eject(run.directory)
    table.unlink()
    with pytest.raises(RunError, match="the run's data is gone"):
        eject(run.directory)


def test_the_verb_prints_writes_and_never_overwrites(tmp_path, monkeypatch):
    run = trained(tmp_path).directory
    code, out, err = fourbeat("eject", run)
    assert (code, err) == (0, "")
    assert out == eject(run)
    code, said, _ = fourbeat("eject", run, "--out", tmp_path / "train.py")
    assert code == 0
    assert str(tmp_path / "train.py") in said
    assert (tmp_path / "train.py").read_text() == out
    code, _, err = fourbeat("eject", run, "--out", tmp_path / "train.py")
    assert code == 1
    assert "the file is there already" in err
    tree = json.loads(fourbeat("eject", run, "--json")[1])
    assert tree == {"run": str(run), "script": out, "out": None}
    code, out, err = fourbeat("eject", tmp_path / "nothing")
    assert (code, out) == (1, "")
    assert "no such run" in err


def test_a_decision_that_is_not_in_the_script_is_named(tmp_path):
    settings = {"decision.temperature": True, "train.epochs": 1, "baselines": False}
    run = trained(tmp_path, **settings)
    (t,) = run.receipt.decision.temperatures
    text = " ".join(eject(run.directory).split('"""')[1].split())
    assert f"chose afterwards on its validation rows is not in it: temperature ({t:.6g})." in text
    plain = trained(tmp_path, "plain", **{**settings, "decision.temperature": False})
    assert "afterwards" not in eject(plain.directory)


def test_the_area_has_the_bits_of_the_runs_own():
    names = {"torch": torch, "Tensor": torch.Tensor}
    exec(AREA, names)
    for seed in range(40):
        made = torch.Generator().manual_seed(seed)
        scores = torch.rand(50 + seed, generator=made, dtype=torch.float64)
        scores = scores.mul(seed + 2).round() / (seed + 2) if seed % 2 else scores
        positive = torch.rand(50 + seed, generator=made) < 0.3
        assert torch.equal(names["area"](scores, positive), area(scores, positive))


@pytest.mark.parametrize(
    "value",
    ["plain", "it's", 'a "b"', 'both \' and " twice "', "back\\slash", "new\nline", "é\u200b"],
)
def test_texts_are_written_as_the_formatter_would(value):
    assert eval(quoted(value)) == value
    assert quoted(value)[0] == ("'" if value.count('"') > value.count("'") else '"')


def test_long_values_have_an_entry_a_line():
    names = [f"column {i}" for i in range(20)]
    assert literal(names[:2]) == '["column 0", "column 1"]'
    lines = literal({"a": names, "b": (1,)}).splitlines()
    assert lines[:3] == ["{", '    "a": [', '        "column 0",']
    assert lines[-3:] == ["    ],", '    "b": (1,),', "}"]
    assert eval(literal(names)) == names
