"""`with fourbeat.checking():` in one's own process, in pytest, and in processes that it starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as processes
from torch import nn

import fourbeat as fb
from fourbeat.errors import FourbeatError


def train(rank=0, steps=6, *, clear=False):
    torch.manual_seed(rank)
    net = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(steps):
        if clear:
            optimizer.zero_grad()
        nn.functional.mse_loss(net(torch.randn(8, 4)), torch.zeros(8, 1)).backward()
        optimizer.step()
    return net


def test_findings_are_there_when_the_block_has_ended(capsys):
    with fb.checking() as checked:
        train()
        assert checked.findings == []
    (finding,) = checked.findings
    assert (finding.rule, Path(finding.place.file).name) == (
        "missing-zero-grad",
        "test_checking.py",
    )
    assert checked.steps == 6
    assert "optimizer.step()" in capsys.readouterr().err
    with fb.checking() as checked:
        train(clear=True)
    assert checked.findings == []


def test_weights_and_random_numbers_are_the_same_bits():
    bare = train().weight
    after = torch.rand(1)
    with fb.checking():
        watched = train().weight
        assert torch.equal(torch.rand(1), after)
    assert torch.equal(bare, watched)


def test_it_is_not_nested():
    with fb.checking(), pytest.raises(FourbeatError, match="observed already"), fb.checking():
        pass


def test_an_error_within_comes_through():
    with pytest.raises(ZeroDivisionError), fb.checking():
        train()
        raise ZeroDivisionError
    with fb.checking() as checked:
        train(clear=True)
    assert checked.findings == []


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_that_it_starts_are_looked_at(method):
    with fb.checking() as checked:
        processes.start_processes(train, args=(5,), nprocs=2, start_method=method)
    assert [finding.rule for finding in checked.findings] == ["missing-zero-grad"]
    assert checked.steps == 10


def test_a_test_with_a_silent_bug_fails(tmp_path):
    body = Path(__file__).read_text().split("def train(")[1].split("\n\n\n")[0]
    (tmp_path / "test_it.py").write_text(
        f"import torch\nfrom torch import nn\n\n\ndef train({body}\n\n\n"
        "def test_bad():\n    train()\n\n\ndef test_good():\n    train(clear=True)\n"
    )
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": source, "OMP_NUM_THREADS": "1"}
    plugin = ["-p", "fourbeat.check.pytest_plugin"] if not installed() else []
    command = [sys.executable, "-m", "pytest", "-q", *plugin]
    bare = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert bare.returncode == 0, bare.stdout
    done = subprocess.run(
        [*command, "--fourbeat-check"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "missing-zero-grad" in done.stdout


def installed():
    """Whether pytest finds the plugin by itself."""
    from importlib.metadata import entry_points

    return any(
        point.value == "fourbeat.check.pytest_plugin" for point in entry_points(group="pytest11")
    )
