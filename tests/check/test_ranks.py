"""Ranks that torchrun has started report as one."""

import os
import subprocess
import sys
from pathlib import Path

import fourbeat as fb

SCRIPT = """\
import sys
import torch
import torch.distributed as dist
from torch import nn

dist.init_process_group("gloo")
torch.manual_seed(dist.get_rank())
net = nn.parallel.DistributedDataParallel(nn.Linear(4, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.01)
x, y = torch.randn(64, 4), torch.randn(64, 1)
for i in range(6):
    loss = nn.functional.mse_loss(net(x), y)
    {clear}
    loss.backward()
    opt.step()
if {saves}:
    torch.save(net.module.state_dict(), "last.pt")
dist.barrier()
print("done", flush=True)
{end}
"""


def launched(tmp_path, **parts):
    """Exit code, stdout and stderr of two ranks."""
    script = tmp_path / "ddp.py"
    own = {
        "clear": "opt.zero_grad()",
        "saves": "dist.get_rank() == 0",
        # A group's destructor may wait for ever for a thread of its own.
        "end": "group = dist.group.WORLD",
        **parts,
    }
    script.write_text(SCRIPT.format(**own))
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    environment["TMPDIR"] = str(tmp_path)
    launch = "-m torch.distributed.run --standalone --nproc-per-node 2 -m fourbeat check ddp.py"
    done = subprocess.run(
        [sys.executable, *launch.split()],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


def test_two_ranks_give_one_report(tmp_path):
    code, out, err = launched(tmp_path, clear="pass", saves="True")
    assert (code, out.count("done")) == (1, 2)
    assert err.count("[missing-zero-grad]") == 1
    assert err.count("[checkpoint-saved-by-every-rank]") == 1
    assert err.count("fourbeat check: 2 errors") == 1
    assert list(tmp_path.glob("fourbeat-check-*")) == []


def test_clean_ranks_are_left_alone(tmp_path):
    code, out, err = launched(tmp_path)
    assert (code, out.count("done")) == (0, 2)
    assert err.count("fourbeat check: 0 errors, 0 warnings; 6 steps watched") == 1


def test_what_another_rank_alone_does_is_told(tmp_path):
    code, _, err = launched(tmp_path, clear="dist.get_rank() == 1 or opt.zero_grad()")
    assert (code, err.count("[missing-zero-grad]")) == (1, 1)


def test_a_rank_that_fails_tells_why_itself(tmp_path):
    fails = "dist.get_rank() == 1 and net(x[:, :3]).sum()"
    code, _, err = launched(tmp_path, clear=fails)
    assert code == 1
    assert err.count("[training-raises]") >= 1
