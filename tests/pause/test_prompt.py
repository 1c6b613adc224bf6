"""Sessions of `fourbeat pause`, typed through a pipe."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fourbeat

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "observe" / "scripts"

SESSIONS = {
    "bare": ("classifier.py --at 99", ""),
    "on": ("classifier.py --at 4", "c"),
    "looks": ("--at 4 classifier.py", "beats|p loss|x.shape|fb.step.preview()|fb.step.rows|c"),
    "tries": (
        "classifier.py --at 4",
        "torch.optim.SGD(model.parameters(), lr=0).step()|torch.ones(1, requires_grad=True).backward()|ns|c",
    ),
    "steps": (
        "classifier.py --at 2",
        "n|p fb.step|n|p optimizer.state_dict()['state'][0]['step']|c",
    ),
    "into": ("classifier.py --at 2", "s|w|c"),
    "next": ("classifier.py --at 2", "ns|ns|skip|ns|go"),
    "when": ("classifier.py --when", "c|c|c|c|c|c|c|c|c|c|c"),
    "skip": ("classifier.py --at 0", "skip|p fb.step.skipped|c"),
    "quits": ("classifier.py --at 1", "q"),
    "silence": ("classifier.py --at 1", ""),
    "quits_later": ("classifier.py --at 1", "n|q"),
    "breaks": ("classifier.py --at 1", "b 15|c|p int(rows[0])|cl 1|c"),
    "class": ("classes.py --at 3 --lr 0.5", "p self.optimizer.param_groups[0]['initial_lr']|c"),
    "own_options": ("classes.py --at 3 -- --lr 0.5", "c"),
    "gan": ("gan.py --at 1", "p fb.step.name|ns|p fb.step.name|c"),
    "closure": ("lbfgs.py --at 1", "skip|c"),
    "stdout": ("other_stdout.py --at 1", "p type(sys.stdout).__name__|c"),
    "fails": ("fails.py --at 1", "c"),
    "exits": ("exits_early.py --at 1", "c"),
    "fp16": ("amp_fp16.py --at 0", "p fb.step.loss|c"),
    "run": ("supervised.py --at 5", "p fb.step.epoch|c"),
    "other_debugger": ("classifier.py --at 1", "|"),
}


@pytest.fixture(scope="module")
def sessions(tmp_path_factory):
    out = tmp_path_factory.mktemp("sessions")
    asked = []
    for name, (words, typed) in SESSIONS.items():
        words = words.split()
        words = [str(SCRIPTS / word) if word.endswith(".py") else word for word in words]
        if words[-1] == "--when":
            words.append("loss < 0.6 and layer('3').grad_norm > 0")
        environment = {"PYTHONBREAKPOINT": "builtins.print"} if name == "other_debugger" else {}
        typed = "".join(f"{line}\n" for line in typed.split("|")) if typed else ""
        asked.append(
            {"name": name, "words": ["pause", *words], "typed": typed, "environment": environment}
        )
    (out / "sessions.json").write_text(json.dumps(asked))
    source = str(Path(fourbeat.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    driver = [sys.executable, HERE / "driver.py", out, out / "sessions.json"]
    subprocess.run(driver, check=True, env=environment)

    def read(name):
        place = out / name
        return (
            (place / "out").read_text(),
            (place / "err").read_text(),
            int((place / "code").read_text()),
        )

    return read


def end_of(text):
    """The last line of a script: the bits of its weights and generator."""
    return text.rstrip().splitlines()[-1].removeprefix("(fourbeat) ")


@pytest.mark.parametrize(
    "name", ["on", "looks", "tries", "steps", "into", "when", "breaks", "other_debugger"]
)
def test_looking_changes_nothing(sessions, name):
    bare, _, _ = sessions("bare")
    out, _, code = sessions(name)
    assert code == 0
    assert end_of(out).startswith("end ")
    assert end_of(out)[-64:] == end_of(bare)[-64:]


def test_before_the_prompt_it_says_where_it_is(sessions):
    out, _, _ = sessions("on")
    shown = out[out.index("step 4") :].splitlines()
    assert shown[0].startswith("step 4, epoch 1: before main.step()   /")
    assert shown[0].endswith("classifier.py:16")
    assert shown[1:3] == ["why       --at 4", "loss      0.5266"]
    assert shown[3].startswith("gradients 0.")
    assert shown[4:6] == ["lr        0.01", "rows      15, 22, 9, 17"]
    assert shown[7].split() == ["layer", "weights", "gradients", "update", "update/weights"]
    assert [line.split()[0] for line in shown[8:10]] == ["0", "3"]
    assert "fb.step is this step" in out
    assert "classifier.py(16)<module>()\n-> optimizer.step()\n(fourbeat) " in out


def test_what_is_asked_is_answered(sessions):
    out, _, _ = sessions("looks")
    assert "tensor(0.5266, grad_fn=" in out
    assert "torch.Size([4, 5])" in out
    assert "'3.bias': tensor([" in out
    assert "array([15, 22,  9, 17])" in out


def test_n_goes_on_in_the_scripts_frame(sessions):
    out, _, _ = sessions("steps")
    assert (
        "classifier.py(11)<module>()\n-> for x, y, rows in loader:\n(fourbeat) <no step is paused>"
        in out
    )
    assert "-> optimizer.zero_grad()\n(fourbeat) tensor(3.)" in out


def test_what_is_tried_out_is_no_step(sessions):
    out, _, _ = sessions("tries")
    assert "step 4, epoch 1" in out
    assert "step 5, epoch 2" in out


def test_s_goes_into_the_optimizer(sessions):
    out, _, _ = sessions("into")
    assert "torch/optim/" in out
    assert "src/fourbeat" not in out  # what runs the script is no part of its stack


def test_ns_pauses_again_also_after_a_step_that_was_left_out(sessions):
    out, _, code = sessions("next")
    headlines = [line for line in out.splitlines() if ": before main.step()" in line]
    numbers = [line.split("step ")[1].split(",")[0] for line in headlines]
    assert numbers == ["2", "3", "4", "4"]
    assert "this update will be left out" in out
    assert code == 0


def test_when_pauses_every_time_and_says_the_values(sessions):
    out, _, _ = sessions("when")
    losses = [float.fromhex(line.split()[-1]) for line in out.splitlines() if "loss 0x" in line]
    why = [line for line in out.splitlines() if line.startswith("why")]
    assert len(why) == sum(loss < 0.6 for loss in losses) > 1
    assert why[0].startswith("why       loss < 0.6 and layer('3').grad_norm > 0   (loss 0.")


def test_skip(sessions):
    out, _, _ = sessions("skip")
    assert "(fourbeat) True" in out
    assert end_of(out)[-64:] != end_of(sessions("bare")[0])[-64:]


@pytest.mark.parametrize("name", ["quits", "silence", "quits_later"])
def test_to_quit_ends_the_script(sessions, name):
    out, err, code = sessions(name)
    assert code == 1
    assert "end " not in out.splitlines()[-1]
    assert "Traceback" not in err
    assert "the script is not finished" in err


def test_what_stands_after_the_script_is_the_scripts(sessions):
    for name in ("class", "own_options"):
        assert sessions(name)[2] == 0
    assert "(fourbeat) 0.02" in sessions("class")[0]
    assert end_of(sessions("class")[0])[-64:] == end_of(sessions("own_options")[0])[-64:]


def test_a_step_with_two_updates_pauses_at_the_first(sessions):
    out, _, _ = sessions("gan")
    headlines = [line for line in out.splitlines() if ": before" in line]
    assert [line.split(":")[0].removeprefix("(fourbeat) ") for line in headlines] == [
        "step 1, epoch 1",
        "step 2, epoch 1",
    ]
    assert out.count("'d_opt'") == 2


def test_other_scripts(sessions):
    assert "an update with a closure cannot be left out" in sessions("closure")[0]
    assert "'Tee'" in sessions("stdout")[0]
    assert sessions("exits")[2] == 7
    _, err, code = sessions("fails")
    assert code == 1
    assert err.startswith("Traceback (most recent call last):")
    assert "src/fourbeat" not in err
    assert "before main.step()" in sessions("run")[0]
    assert sessions("run")[2] == 0


def test_another_debugger_is_left_its_place(sessions):
    out, err, _ = sessions("other_debugger")
    assert "why       --at 1" in err
    assert "(fourbeat)" not in out


def test_no_pause_is_said(sessions):
    _, err, code = sessions("bare")
    assert err == "fourbeat: no pause; 10 steps went by\n"
    assert code == 0
