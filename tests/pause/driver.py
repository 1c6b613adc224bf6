"""Runs sessions of the command line, each in a fork of one process that has torch imported.

    python driver.py OUT SESSIONS.json

Each session is {name, words, typed, environment}; writes OUT/<name>/ with out, err and code.
"""

import json
import os
import sys
from pathlib import Path

import torch

from fourbeat.cli.app import main

torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # imports what the first optimizer does

out, sessions = sys.argv[1:]
for session in json.loads(Path(sessions).read_text()):
    place = Path(out) / session["name"]
    place.mkdir()
    (place / "typed").write_text(session["typed"])
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.chdir(place)
        os.dup2(os.open("typed", os.O_RDONLY), 0)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
        os.environ.update(session["environment"])
        sys.argv = ["fourbeat", *session["words"]]
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    (place / "code").write_text(str(os.waitstatus_to_exitcode(status)))
