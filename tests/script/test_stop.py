"""A script is ended early, whatever it catches."""

import sys

import pytest

from fourbeat.receipt.code import CommandRecord
from fourbeat.reproduce.rerun import run_script
from fourbeat.script import stop as stops
from fourbeat.script.stop import Stop

ENDLESS = {
    "everything": """
while True:
    try:
        beats.beat()
        count += 1
    except:
        pass
""",
    "twice": """
while True:
    try:
        try:
            beats.beat()
        except BaseException:
            count += 1
    except:
        continue
    finally:
        count += 1
""",
    "in a function": """
def guarded(f):
    try:
        f()
    except:
        pass

def train():
    while True:
        try:
            guarded(beats.beat)
        except BaseException:
            continue

while True:
    try:
        train()
    except:
        pass
""",
    "asleep": """
import threading
while True:
    try:
        beats.beat()
    except:
        threading.Event().wait()
""",
    "finally": """
try:
    beats.beat()
finally:
    while True:
        count += 1
""",
    "its own error": """
try:
    beats.beat()
except BaseException:
    assert False
""",
    "an exit code": """
try:
    beats.beat()
except BaseException:
    raise SystemExit(3)
""",
    "not at all": "beats.beat()",
}


class Reached(BaseException):
    """Ends a script."""


@pytest.mark.parametrize("name", ENDLESS)
def test_it_ends(tmp_path, monkeypatch, name):
    # It may be told while Python destroys an object, where no error gets out.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    monkeypatch.setattr(stops, "AGAIN_SECONDS", 0.02)
    (tmp_path / "beats.py").write_text("def beat():\n    hear()\n")
    script = tmp_path / "script.py"
    script.write_text(f"import beats\ncount = 0\n{ENDLESS[name]}")
    monkeypatch.syspath_prepend(tmp_path)
    stop, told = Stop(Reached), []

    def hear():
        told.append(len(told))
        stop.now()

    monkeypatch.setattr("builtins.hear", hear, raising=False)
    trace = sys.gettrace()
    with stop:
        run_script(CommandRecord(script=str(script), folder=str(tmp_path)))
    assert stop.asked
    assert told
    assert sys.gettrace() is trace


def test_who_was_not_told_to_ends_as_ever(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("1 / 0")
    stop = Stop(Reached)
    with pytest.raises(Exception, match="ZeroDivisionError"), stop:
        run_script(CommandRecord(script=str(script), folder=str(tmp_path)))
    assert not stop.asked


def test_where_nothing_is_run_within_it_raises_alone():
    with pytest.raises(Reached):
        Stop(Reached).now()
