"""The command line as people and programs meet it."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fourbeat.cli.app import main
from fourbeat.errors import DataError
from fourbeat.receipt.model import read

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def apart(*arguments, cwd, check=None, **environment):
    """Run a verb in a process of its own; with `check`, its exit code must be that."""
    done = subprocess.run(
        [sys.executable, "-m", "fourbeat", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**ENVIRONMENT, **environment},
    )
    assert check in (None, done.returncode), done.stderr
    return done


@dataclass
class Done:
    """What a verb left."""

    returncode: int
    stdout: str
    stderr: str


def fourbeat(*arguments, cwd, check=None, **environment):
    """Run a verb in this process, as the console script does; no traceback must be shown."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["fourbeat", *map(str, arguments)])
        for name, value in environment.items():
            patch.setenv(name, value)
        main()
    done = Done(ended.value.code or 0, out.getvalue(), err.getvalue())
    assert check in (None, done.returncode), done.stderr
    assert "Traceback" not in done.stderr
    return done


TRAIN = ("train", "circles.csv", "--target", "ring", "--epochs", "6")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with a sample and a run on it."""
    folder = tmp_path_factory.mktemp("workplace")
    fourbeat("sample", "circles", "--rows", 400, cwd=folder, check=0)
    fourbeat(*TRAIN, cwd=folder, check=0)
    return folder


def test_train_json_is_one_object_with_what_is_promised(workplace):
    done = fourbeat(*TRAIN, "--out", "json", "--json", cwd=workplace, check=0)
    made = json.loads(done.stdout)
    assert made.keys() >= {"run", "steps", "epochs", "best", "last", "weights_sha256", "test"}
    assert made["best"].keys() == {"epoch", "metric", "value"}
    receipt = json.loads((workplace / "runs" / "circles" / "receipt.json").read_text())
    assert made["weights_sha256"] == receipt["weights_sha256"]


def test_overfit_one_batch_gives_a_verdict_and_makes_no_run(workplace):
    before = sorted(workplace.rglob("*"))
    done = fourbeat(*TRAIN, "--overfit-one-batch", cwd=workplace, check=0)
    assert "\nmemorised: loss " in done.stdout
    done = fourbeat(
        *TRAIN, "--overfit-one-batch", "--model", "linear", "--json", cwd=workplace, check=1
    )
    verdict = json.loads(done.stdout)
    assert not verdict["memorised"]
    assert len(verdict["losses"]) == 201
    assert verdict["causes"]
    assert sorted(workplace.rglob("*")) == before


def test_flags_reach_the_plan(workplace, mnist_like):
    done = fourbeat(
        *("train", "fashion-mnist", "--data-dir", mnist_like()),
        *("--set", 'data.classes=["a", "b", "c"]'),
        *("--flip", "--crop", 2, "--compile", "max-autotune", "--dry-run", "--json"),
        cwd=workplace,
        check=0,
    )
    config = json.loads(done.stdout)["config"]
    assert (config["image"]["flip"], config["image"]["crop"]) == (True, 2)
    assert config["compile"]["mode"] == "max-autotune"


def test_data_of_ones_own_from_the_command_line(workplace):
    (workplace / "own_cli.py").write_text(
        "import torch\n"
        "def make(rows=40):\n"
        "    x = torch.linspace(-1, 1, rows)[:, None]\n"
        "    part = torch.utils.data.TensorDataset(x, (x[:, 0] > 0).long())\n"
        "    return {'train': part, 'validation': part}\n"
        "def net(shape):\n"
        "    return torch.nn.Linear(1, 2)\n"
    )
    own = ("train", "own_cli:make", "--model", "own_cli:net", "--set", "data.options.rows=50")
    done = fourbeat(*own, "--dry-run", cwd=workplace, check=0)
    assert "Made by own_cli:make" in done.stdout
    assert "train 50, validation 50" in done.stdout
    done = fourbeat(*own, "--epochs", 2, cwd=workplace, check=0)
    assert "runs/own_cli" in done.stdout
    done = fourbeat("show", "runs/own_cli", cwd=workplace, check=0)
    assert "own_cli:make" in done.stdout
    done = fourbeat("predict", "runs/own_cli", "circles.csv", "--out", "p.csv", cwd=workplace)
    assert done.returncode == 1
    assert "data of your own" in done.stderr
    fourbeat("verify", "runs/own_cli", cwd=workplace, check=0)


def test_a_profile_is_a_table_and_a_trace(workplace, caplog):
    caplog.set_level("INFO", "fourbeat")
    fourbeat(*TRAIN, "--profile", 3, "--out", "profiled", cwd=workplace, check=0)
    assert "Self CPU" in caplog.text
    assert "addmm" in caplog.text
    trace = json.loads((workplace / "profiled" / "trace.json").read_text())
    assert any("addmm" in event.get("name", "") for event in trace["traceEvents"])
    plain = json.loads((workplace / "runs" / "circles" / "receipt.json").read_text())
    looked = json.loads((workplace / "profiled" / "receipt.json").read_text())
    assert looked["weights_sha256"] == plain["weights_sha256"]


def test_the_plan_draws_the_learning_rate_and_names_the_groups(workplace):
    shown = fourbeat(
        *(*TRAIN, "--dry-run", "--set", "scheduler.name=cosine"),
        *("--set", 'optimizer.groups={"*.bias"={weight_decay=0}}'),
        cwd=workplace,
        check=0,
    ).stdout
    assert " 2.0e-03 │███" in shown
    assert "group 0: 5 parameters, layers.0.bias" in shown


def test_a_second_training_gets_a_directory_of_its_own(workplace):
    fourbeat(*TRAIN, cwd=workplace, check=0)
    assert (workplace / "runs" / "circles-2" / "receipt.json").exists()


def test_show_runs_and_verify(workplace):
    shown = fourbeat("show", "runs/circles", cwd=workplace, check=0).stdout
    for text in ("circles: finished", "ring", "inner", "outer", "recall", "sha256"):
        assert text in shown or text == "ring"
    tree = json.loads(fourbeat("show", "runs/circles", "--json", cwd=workplace, check=0).stdout)
    assert tree["run"]["status"] == "finished"
    listed = json.loads(fourbeat("runs", "--json", cwd=workplace, check=0).stdout)["runs"]
    assert "runs/circles" in [run["run"] for run in listed]
    assert "all as sealed" in fourbeat("verify", "runs/circles", cwd=workplace, check=0).stdout


def test_a_receipt_with_gaps_is_shown_with_gaps(workplace):
    receipt = json.loads((workplace / "runs" / "circles" / "receipt.json").read_text())
    (record,) = receipt["optimizers"].values()
    record["groups"], receipt["environment"], receipt["data"]["files"] = [], {}, []
    del receipt["results"]["test"]["examples"]
    receipt["run"]["status"], receipt["seal"] = "interrupted", None
    bare = {**receipt, "results": {}}
    for name, tree in (("gaps", receipt), ("bare", bare)):
        (workplace / "odd" / name).mkdir(parents=True)
        (workplace / "odd" / name / "receipt.json").write_text(json.dumps(tree))
    shown = fourbeat("show", "odd/gaps", cwd=workplace, check=0).stdout
    for text in ("AdamW lr ?", "torch ?, Python ?, ?, ?, ? threads", "data     ?: 2 numeric"):
        assert text in shown
    assert "interrupted" in fourbeat("runs", "odd", cwd=workplace, check=0).stdout


def test_without_results_there_is_no_table_of_them(workplace, monkeypatch):
    def go_on(run, **_):
        return read(run).model_copy(update={"results": {}})

    monkeypatch.setattr("fourbeat.job.resume.resume", go_on)
    done = fourbeat("resume", "runs/circles", cwd=workplace, check=0)
    assert "rows" not in done.stdout


def test_predict(workplace):
    fourbeat("predict", "runs/circles", "circles.csv", "--out", "p.csv", cwd=workplace, check=0)
    lines = (workplace / "p.csv").read_text().splitlines()
    assert len(lines) == 401
    assert lines[0].replace('"', "") == "x,y,ring,prediction,p_inner,p_outer"


def test_dry_run_shows_the_plan_and_does_nothing(workplace):
    before = sorted(workplace.rglob("*"))
    done = fourbeat(*TRAIN, "--dry-run", cwd=workplace, check=0)
    assert "steps" in done.stdout
    assert "Linear(in_features=2" in done.stdout
    shown = fourbeat("show", "runs/circles", cwd=workplace, check=0).stdout.splitlines()
    table = next(n for n, line in enumerate(shown) if line.startswith("column"))
    assert done.stdout.splitlines()[:3] == shown[table : table + 3]
    assert next(line for line in shown if line.startswith("split")) in done.stdout
    plan = json.loads(fourbeat(*TRAIN, "--dry-run", "--json", cwd=workplace, check=0).stdout)
    assert plan["steps_at_most"] == 6 * plan["steps_per_epoch"]
    assert sorted(workplace.rglob("*")) == before


def test_help_needs_no_torch():
    code = "import sys; sys.argv = ['fourbeat', '--help']\nfrom fourbeat.cli.app import main\ntry: main()\nfinally: print('torch' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"
    for verb in ("train", "resume", "predict", "eject", "show", "runs", "verify", "sample"):
        assert verb in done.stdout


def test_config_file_environment_and_set_by_precedence(workplace):
    (workplace / "run.toml").write_text(
        '[data]\npath = "circles.csv"\ntarget = "ring"\n[train]\nepochs = 2\nbatch_size = 16\n'
        "[optimizer]\nlr = 0.5\n"
    )
    done = fourbeat(
        *("train", "run.toml", "--dry-run", "--json", "--set", "optimizer.lr=0.25"),
        cwd=workplace,
        check=0,
        FOURBEAT_TRAIN__EPOCHS="3",
        FOURBEAT_OPTIMIZER__LR="0.125",
    )
    config = json.loads(done.stdout)["config"]
    assert (config["train"]["epochs"], config["optimizer"]["lr"]) == (3, 0.25)
    assert config["train"]["batch_size"] == 16


BROKEN = {
    "no such file": (("train", "absent.csv", "--target", "ring"), 1, "no such file"),
    "no target": (("train", "circles.csv"), 2, "--target COLUMN"),
    "no target column": (("train", "circles.csv", "--target", "rign"), 1, "Did you mean 'ring'?"),
    "no model": ((*TRAIN, "--model", "forest"), 2, "Known: linear, mlp"),
    "no value": ((*TRAIN, "--set", "optimizer.lr"), 2, "--set takes a.b=value"),
    "wrong value": ((*TRAIN, "--set", "optimizer.lr=-1"), 2, "optimizer.lr: Input should be"),
    "no run": (("show", "absent"), 1, "no such run"),
    "no folder": (("runs", "absent"), 1, "no such folder"),
    "no rows": (("predict", "runs/circles", "absent.csv"), 1, "no such file"),
    "foreign directory": ((*TRAIN, "--out", "."), 1, "holds no run"),
    "a sample by a wrong name": (("sample", "circles", "--out", "t.parquet"), 2, "written as CSV"),
    "a file in the way": ((*TRAIN, "--out", "circles.csv"), 1, "circles.csv"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_input_is_one_clear_message(workplace, name):
    arguments, code, message = BROKEN[name]
    before = sorted(workplace.rglob("*"))
    done = fourbeat(*arguments, cwd=workplace, check=code)
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stdout == ""
    assert sorted(workplace.rglob("*")) == before


def test_three_unknown_keys_are_named_together(workplace):
    (workplace / "bad.toml").write_text(
        'sed = 1\n[data]\npath = "circles.csv"\ntarget = "ring"\n[train]\nepoch = 2\n[optimiser]\nlr = 1\n'
    )
    said = fourbeat("train", "bad.toml", cwd=workplace, check=2).stderr
    for near in ("'seed'", "'epochs'", "'optimizer'"):
        assert f"Did you mean {near}?" in said
    assert "3 problems" in said


def test_debug_shows_the_traceback(workplace, monkeypatch):
    with pytest.raises(DataError):
        monkeypatch.chdir(workplace)
        monkeypatch.setattr(
            sys, "argv", ["fourbeat", "train", "absent.csv", "--target", "y", "--debug"]
        )
        main()


def test_verify_names_what_changed(workplace):
    fourbeat(*TRAIN, "--out", "changed", cwd=workplace, check=0)
    run = workplace / "changed"
    for file in (run / "report.html", run / "best" / "model.safetensors"):
        raw = bytearray(file.read_bytes())
        raw[-1] ^= 1
        file.write_bytes(raw)
    next(run.glob("checkpoints/*/state.pt")).unlink()
    receipt = run / "receipt.json"
    receipt.write_text(receipt.read_text().replace('"seed": 0', '"seed": 1', 1))
    said = fourbeat("verify", "changed", cwd=workplace, check=1).stdout
    for name in (
        "report.html",
        "model.safetensors",
        "state.pt is missing",
        "receipt.json has changed",
    ):
        assert name in said
    problems = json.loads(fourbeat("verify", "changed", "--json", cwd=workplace, check=1).stdout)
    assert len(problems["problems"]) == 5


def test_what_a_users_code_prints_is_not_on_stdout(workplace):
    (workplace / "loud.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Linear):\n"
        "    def __init__(self, shape):\n"
        "        super().__init__(shape.numeric, shape.classes)\n"
        "    def forward(self, x):\n"
        "        print('a word of its own')\n"
        "        return super().forward(x)\n"
    )
    loud = (*TRAIN, "--model", "loud:Net", "--out", "loud", "--json")
    for arguments in (
        (*loud, "--dry-run"),
        loud,
        ("predict", "loud", "circles.csv", "--out", "loud.csv", "--trust-code", "--json"),
    ):
        done = fourbeat(*arguments, cwd=workplace, check=0)
        assert isinstance(json.loads(done.stdout), dict)
        assert "a word of its own" in done.stderr
    said = fourbeat("predict", "loud", "circles.csv", cwd=workplace, check=1).stderr
    assert "made by code: 'loud:Net'" in said
    receipt = workplace / "loud" / "receipt.json"
    tree = json.loads(receipt.read_text())
    tree["run"]["status"], tree["seal"] = "interrupted", None
    receipt.write_text(json.dumps(tree))
    said = fourbeat("resume", "loud", cwd=workplace, check=1).stderr
    assert "made by code: 'loud:Net'" in said
    done = fourbeat("resume", "loud", "--trust-code", "--json", cwd=workplace, check=0)
    assert json.loads(done.stdout)["status"] == "finished"


def test_what_code_prints_in_a_resume_is_not_on_stdout(workplace, monkeypatch):
    def go_on(run, **_):
        print("a word of its own")
        return read(run)

    monkeypatch.setattr("fourbeat.job.resume.resume", go_on)
    done = fourbeat("resume", "runs/circles", "--json", cwd=workplace, check=0)
    assert json.loads(done.stdout)["status"] == "finished"
    assert done.stderr == "a word of its own\n"


def test_a_newer_receipt_is_refused_by_its_number(workplace):
    fourbeat(*TRAIN, "--out", "newer", cwd=workplace, check=0)
    receipt = workplace / "newer" / "receipt.json"
    receipt.write_text(receipt.read_text().replace('"format": 1', '"format": 9', 1))
    for verb in ("show", "verify", "resume"):
        assert "format 9" in fourbeat(verb, "newer", cwd=workplace, check=1).stderr
    assert "unreadable" in fourbeat("runs", ".", cwd=workplace, check=0).stdout


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "fourbeat", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def wait_for(path: Path, process):
    """Until a checkpoint is there; a training that ends before is a broken test."""
    while not list(path.glob("checkpoints/0*/manifest.json")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)


LONG = ("train", "circles.csv", "--target", "ring", "--epochs", "60")
LONG += ("--set", "train.patience=60", "--set", "baselines=false")


@pytest.fixture(scope="module")
def undisturbed(workplace):
    done = apart(*LONG, "--out", "long", "--json", cwd=workplace, check=0)
    return json.loads(done.stdout)["weights_sha256"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_and_resumed_it_ends_with_the_same_weights(workplace, undisturbed, number):
    name = f"cut-{int(number)}"
    process = start(workplace, *LONG, "--out", name)
    wait_for(workplace / name, process)
    process.send_signal(number)
    said = process.communicate()[1]
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number
        assert f"fourbeat resume {workplace / name}" in said
    done = apart("resume", name, "--json", cwd=workplace, check=0)
    assert "resumed from step" in done.stderr
    assert json.loads(done.stdout)["weights_sha256"] == undisturbed
    fourbeat("verify", name, cwd=workplace, check=0)


def test_the_second_process_is_refused_with_4(workplace):
    process = start(workplace, *LONG, "--out", "held")
    wait_for(workplace / "held", process)
    process.send_signal(signal.SIGSTOP)
    try:
        done = apart("resume", "held", cwd=workplace, check=4)
        assert f"process {process.pid} on " in done.stderr
        fourbeat("show", "held", cwd=workplace, check=0)  # readers are free
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


def test_another_thread_count_is_refused_with_3_or_branded(workplace, undisturbed):
    process = start(workplace, *LONG, "--out", "threads")
    wait_for(workplace / "threads", process)
    process.kill()
    process.communicate()
    more = {"OMP_NUM_THREADS": "2"}
    refused = apart("resume", "threads", cwd=workplace, check=3, **more)
    assert "threads: 1, now 2" in refused.stderr
    done = apart("resume", "threads", "--allow-inexact", cwd=workplace, check=0, **more)
    assert "INEXACT" in done.stdout
    assert "INEXACT" in fourbeat("show", "threads", cwd=workplace, check=0).stdout


def test_a_closed_pipe_is_no_error(workplace):
    code = f"{sys.executable} -m fourbeat show runs/circles | head -1"
    done = subprocess.run(
        ["bash", "-c", code], cwd=workplace, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def measured(workplace):
    """A table with a quantity and two labels, one of whose names has a comma."""
    lines = [
        f"{i * 7 % 50}.5,{i * 7 % 50 * 3}.25,{int(i * 7 % 50 > 20)},{i % 2}" for i in range(200)
    ]
    path = workplace / "measured.csv"
    path.write_text("\n".join(['x,size,"wet, or cold",odd', *lines]) + "\n")
    return path.name


def test_a_quantity_from_plan_to_predictions(workplace, measured):
    command = ("train", measured, "--target", "size", "--task", "regression", "--ignore", "odd")
    refused = fourbeat(*command[:4], cwd=workplace, check=1)
    assert "a quantity, not a class" in refused.stderr
    assert "--task regression" in refused.stderr
    plan = json.loads(fourbeat(*command, "--dry-run", "--json", cwd=workplace, check=0).stdout)
    assert plan["data"]["quantity"]["low"] == 0.25
    assert plan["config"]["data"]["task"] == "regression"
    shown = fourbeat(*command, "--dry-run", cwd=workplace, check=0).stdout
    assert "target   size: a quantity" in shown
    assert "out_features=1," in shown
    done = fourbeat(*command, "--out", "sized", "--epochs", "5", cwd=workplace, check=0)
    assert "split    random: train 140, validation 30, test 30" in done.stdout
    for name in ("rmse", "mae", "r2"):
        assert f" {name}" in done.stdout
    assert "accuracy" not in done.stdout
    made = json.loads(fourbeat(*command, "--out", "s2", "--json", cwd=workplace, check=0).stdout)
    assert made["test"]["r2"] > 0.5
    assert "a quantity" in fourbeat("show", "sized", cwd=workplace, check=0).stdout
    assert "rmse" in fourbeat("runs", ".", cwd=workplace, check=0).stdout
    fourbeat("verify", "sized", cwd=workplace, check=0)
    fourbeat("predict", "sized", measured, "--out", "sized.csv", cwd=workplace, check=0)
    assert (workplace / "sized.csv").read_text().splitlines()[0].endswith('"odd","prediction"')
    verdict = fourbeat(*command, "--overfit-one-batch", "--json", cwd=workplace, check=0).stdout
    assert json.loads(verdict)["memorised"]
    assert json.loads(verdict)["accuracy"] is None
    page = (workplace / "sized" / "report.html").read_text()
    assert 'id="errors"' in page
    assert 'id="classes"' not in page


def test_several_labels_from_plan_to_predictions(workplace, measured):
    targets = ("--target", "wet, or cold", "--target", "odd")
    command = ("train", measured, *targets, "--ignore", "size")
    refused = fourbeat(*command, cwd=workplace, check=2)
    assert "classification has one target, and 2 are named" in refused.stderr
    assert "--task multilabel" in refused.stderr
    command += ("--task", "multilabel", "--epochs", "5")
    assert "wet, or cold, odd: 2 labels" in fourbeat(*command, "--dry-run", cwd=workplace).stdout
    done = fourbeat(*command, "--out", "labels", "--json", cwd=workplace, check=0)
    assert json.loads(done.stdout)["test"].keys() >= {"accuracy", "exact", "auc", "label_counts"}
    shown = fourbeat("show", "labels", cwd=workplace, check=0).stdout
    assert "test: label by label" in shown
    assert "wet, or cold " in shown
    fourbeat("predict", "labels", measured, "--out", "labels.csv", cwd=workplace, check=0)
    header = (workplace / "labels.csv").read_text().splitlines()[0]
    assert '"prediction_wet, or cold","p_wet, or cold","prediction_odd","p_odd"' in header
    assert 'id="labels"' in (workplace / "labels" / "report.html").read_text()


def test_compiled_steps_are_reproduced_and_not_looked_into(workplace):
    asked = ("--target", "ring", "--epochs", "2", "--compile", "step", "--set", "model.widths=[8]")
    apart("train", "circles.csv", *asked, "--out", "whole", cwd=workplace, check=0)
    done = apart("reproduce", "whole", "--out", "whole-again", cwd=workplace, check=0)
    assert "the same bits" in done.stdout
    for verb, rest in (("replay", ("--step", "3")), ("eject", ())):
        said = fourbeat(verb, "whole", *rest, cwd=workplace, check=1)
        assert "whole" in said.stderr
        assert "Traceback" not in said.stderr
