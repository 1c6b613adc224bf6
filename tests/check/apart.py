"""Runs scripts one by one in forks of a process that has torch: what each printed, left and did wrong.

`python apart.py [--bare] FILE…` prints one JSON object a script.
"""

import gc
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import traceback
import warnings
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch._dynamo  # an optimizer imports it, and each fork would anew
import torch.distributed
import torch.optim
import torch.utils.data
from torch import Tensor, nn

from fourbeat.check.rules import RULES
from fourbeat.check.run import judged, read_all
from fourbeat.check.sources import Sources
from fourbeat.check.suppress import Baseline, Ignored
from fourbeat.check.watch import checking
from fourbeat.observe.finer import Raised
from fourbeat.script.run import find, run

MOST_SECONDS = 60
"""Seconds after which a script is ended by a signal."""


destroy = torch.distributed.destroy_process_group
groups: list[Any] = []


def leave_group(*args: Any, **kwargs: Any) -> None:
    """Leave the process group, and keep it alive.

    Its destructor joins threads while it holds the lock of the interpreter, for which such a thread may wait: about
    one end in twenty of a gloo rank that is wrapped by DDP never comes, also without fourbeat.
    """
    groups.append(torch.distributed.group.WORLD)
    destroy(*args, **kwargs)


def digest_of_what_is_left() -> str:
    """A hash over the script's modules and tensors, and over every generator."""
    made = hashlib.sha256()
    main = sys.modules["__main__"]
    for name, thing in sorted(vars(main).items()):
        if isinstance(thing, nn.Module):
            tensors: Any = sorted(thing.state_dict().items())
        elif isinstance(thing, Tensor):
            tensors = [(name, thing)]
        else:
            continue
        for key, value in tensors:
            if isinstance(value, Tensor):
                plain = value.detach().to_dense() if value.is_sparse else value.detach()
                made.update(f"{name}.{key}".encode())
                made.update(
                    plain.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
                    if plain.numel() and plain.ndim
                    else str(plain.tolist()).encode()
                )
    made.update(torch.get_rng_state().numpy().tobytes())
    made.update(np.random.get_state(legacy=False)["state"]["key"].tobytes())
    made.update(repr(random.getstate()).encode())
    return made.hexdigest()


def answer(file: Path, *, bare: bool) -> dict[str, Any]:
    """What came of one script."""
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    sources = Sources()
    result: dict[str, Any] = {"file": file.name}
    with nullcontext() if bare else checking(sources) as facts:
        program = find(str(file))

        def raised(error: BaseException) -> None:
            if facts is not None:
                facts.stream.emit(Raised(error))

        result["code"] = run(program, [], raised)
    result["left"] = digest_of_what_is_left()
    if facts is not None:
        for finding in read_all(sources, [program.file]):
            facts.add(finding)
        found = judged(
            facts.findings.values(),
            [program.file],
            sources,
            Ignored(Path("/"), RULES),
            Baseline(None, sources),
        )
        result["failed"] = {
            name: "".join(traceback.format_exception(error)) for name, error in facts.failed.items()
        }
        result["findings"] = [
            {
                "rule": one.rule,
                "severity": one.severity,
                "line": one.place.line if one.place else 0,
                "end_line": one.place.end_line if one.place else 0,
                "message": one.message,
            }
            for one in found
        ]
    return result


def apart(file: Path, *, bare: bool) -> dict[str, Any]:
    """Run a script in a fork, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as printed:
        there = Path(folder) / "answer.json"
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            signal.alarm(MOST_SECONDS)
            try:
                os.dup2(printed.fileno(), 1)
                os.dup2(printed.fileno(), 2)
                os.chdir(folder)
                warnings.simplefilter("default")
                # Python 3.12 warns of threads at a fork, and this process has some now and then.
                warnings.filterwarnings("ignore", "This process", DeprecationWarning)
                result = answer(file, bare=bare)
            except BaseException:
                result = {"file": file.name, "crash": traceback.format_exc()}
            sys.stdout.flush()
            sys.stderr.flush()
            there.write_text(json.dumps(result))
            os._exit(0)
        os.waitpid(child, 0)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what it started, if that hangs
        printed.seek(0)
        text = printed.read().decode(errors="replace").replace(folder, "")
        result = json.loads(there.read_text()) if there.exists() else {"crash": text}
        return {**result, "printed": text}


def main() -> None:
    """For each file of the command line."""
    bare = sys.argv[1] == "--bare"
    torch.set_num_threads(1)
    torch.distributed.destroy_process_group = leave_group
    gc.freeze()
    for name in sys.argv[1 + bare :]:
        print(json.dumps(apart(Path(name), bare=bare)), flush=True)


if __name__ == "__main__":
    main()
