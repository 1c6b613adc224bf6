"""Runs scripts, bare and observed, each in a fork of one process that has torch imported.

    python driver.py OUT SCRIPT…

writes for each script and mode `OUT/<script>.<mode>/` with out, err, code and events.json.
"""

import atexit
import json
import os
import sys
from pathlib import Path

import torch

from fourbeat.observe.attach import attach
from fourbeat.observe.events import Batch, Loss, Stepped, Updated, Updating
from fourbeat.observe.stream import watching
from fourbeat.script.run import find, run

torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # imports what the first optimizer does


def told(event, stream):
    """An event as plain values."""
    name = type(event).__name__
    if isinstance(event, Batch):
        return [name, None if event.rows is None else event.rows.tolist(), event.epoch]
    if isinstance(event, Loss):
        return [name, event.value.item().hex()]
    if isinstance(event, Stepped):
        return [name, event.number, event.epoch, event.counted, event.examples]
    if isinstance(event, Updating | Updated):
        named = {id(o): n for n, o in stream.subjects().optimizers.items()}
        last = event.closure if isinstance(event, Updating) else event.done
        return [name, named[id(event.optimizer)], last]
    return [
        name,
        *[getattr(event, key) for key in ("kind", "limit", "training") if hasattr(event, key)],
    ] + ([event.name] if name == "Forward" else [])


def observed(script, events, subjects):
    def watcher(stream):
        if stream.directory is not None:
            return None

        def read(event):
            events.append(told(event, stream))
            if isinstance(event, Updated):
                found = stream.subjects()
                subjects.update({key: list(p.shape) for key, p in found.parameters.items()})

        return read

    with watching(watcher), attach():
        return run(find(script), [])


def main(out, *scripts):
    for script in scripts:
        for mode in ("bare", "observed"):
            place = Path(out) / f"{Path(script).stem}.{mode}"
            place.mkdir(parents=True)
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                os.chdir(place)
                for number, name in ((1, "out"), (2, "err")):
                    os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
                events, subjects = [], {}
                if mode == "bare":
                    code = run(find(script), [])
                else:
                    code = observed(script, events, subjects)
                    told_of = json.dumps({"events": events, "subjects": subjects})
                    (place / "events.json").write_text(told_of)
                atexit._run_exitfuncs()
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            _, status = os.waitpid(child, 0)
            (place / "code").write_text(str(os.waitstatus_to_exitcode(status)))


main(*sys.argv[1:])
