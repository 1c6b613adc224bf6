"""What a replay of a script leaves behind: nothing. What a script keeps by itself is minded."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import fourbeat as fb
from fourbeat.reproduce.replay import nearest, replay_steps

PLAIN = """
import random, sys
import numpy as np
import torch
from torch import nn

x = torch.tensor(np.random.randn(64, 4), dtype=torch.float32)
y = torch.tensor([random.randrange(2) for _ in range(64)])
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with open("log.csv", "a") as log:
    for step in range(20):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        log.write(f"{step},{loss.item()}\\n")
        torch.save(model.state_dict(), "last.pt")
        if step == 10 and "wait" in open("mode.txt").read():
            print("waiting", flush=True)
            sys.stdin.readline()
    import os
    os.system("echo from a child")
"""

COUNTS = """
import torch
from torch import nn
import fourbeat as fb

torch.manual_seed(0)
loader = fb.TensorLoader(torch.randn(400, 4), torch.randint(0, 2, (400,)), batch_size=4)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with fb.Run("runs/counts", model=model, optimizer=optimizer, seed=0, checkpoint_every=30) as run:
    for epoch in run.epochs(1):
        for number, step in enumerate(run.train(loader)):
            x, y = step.batch
            weight = 1 / (1 + number)
            step.backward(weight * nn.functional.cross_entropy(model(x), y))
            step.update()
"""


@pytest.fixture
def verb(tmp_path, monkeypatch):
    """Start a verb in a folder of its own, with a folder of its own for what is temporary."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "plain.py").write_text(PLAIN)
    (tmp_path / "counts.py").write_text(COUNTS)
    (tmp_path / "mode.txt").write_text("")
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(Path(fb.__file__).parents[1]),
        "TMPDIR": str(tmp_path / "tmp"),
    }

    def start(*words):
        return subprocess.Popen(
            [sys.executable, *words],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


FOURBEAT = ("-m", "fourbeat")


def test_the_files_of_a_script_are_as_they_were_and_stdout_is_the_verbs_alone(verb):
    code, out, err = finish(verb(*FOURBEAT, "record", "plain.py"))
    assert (code, err) == (0, "")
    assert "from a child" in out
    before = Path("log.csv").read_bytes(), Path("last.pt").read_bytes()
    # Unseeded, and yet the same numbers: the recorder knows what the generators began with.
    code, out, err = finish(verb(*FOURBEAT, "replay", "runs/plain", "--step", "7", "--json"))
    assert code == 0, err
    assert out.startswith("{")
    assert "what it wrote there is as it was: log.csv, last.pt" in err
    code, out, err = finish(verb(*FOURBEAT, "reproduce", "runs/plain", "--json"))
    assert code == 0, err
    assert out.startswith("{")
    assert "from a child" in err
    assert (Path("log.csv").read_bytes(), Path("last.pt").read_bytes()) == before
    assert list(Path("tmp").glob("fourbeat*")) == []


def test_a_replay_that_is_told_to_end_puts_everything_back(verb):
    assert finish(verb(*FOURBEAT, "record", "plain.py"))[0] == 0
    before = Path("log.csv").read_bytes(), Path("last.pt").read_bytes()
    Path("mode.txt").write_text("wait")
    process = verb(*FOURBEAT, "replay", "runs/plain", "--step", "15")
    assert process.stderr.readline() == "waiting\n"
    process.send_signal(signal.SIGTERM)
    code, _, _ = finish(process)
    assert code == 143
    assert (Path("log.csv").read_bytes(), Path("last.pt").read_bytes()) == before
    assert list(Path("tmp").glob("fourbeat*")) == []


def test_a_script_that_counts_by_itself_is_replayed_from_its_start(verb):
    assert finish(verb("counts.py"))[0] == 0
    run = Path("runs/counts")
    assert nearest(run, 95, []).step > 0
    found = replay_steps(run, range(95, 96))
    assert (found.start, found.verified, found.differences) == (0, 96, [])
    assert "keeps something by itself" in " ".join(found.notes)
