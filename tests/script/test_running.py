"""A script run in this process does what it does under `python`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fourbeat

OURS = (
    "import sys; from fourbeat.script.run import find, run;"
    "module = sys.argv[1] == '-m'; words = sys.argv[1 + module:];"
    "sys.exit(run(find(words[0], module=module), words[1:]))"
)


def both(tmp_path, *arguments):
    """What python does, and what we do: exit code, stdout, stderr."""
    source = str(Path(fourbeat.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": source}
    found = []
    for command in ([sys.executable], [sys.executable, "-c", OURS]):
        done = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        found.append((done.returncode, done.stdout, done.stderr))
    return found


@pytest.fixture
def write(tmp_path):
    def write(text, name="script.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    return write


WORLD = """
import os, sys
import beside
print(sys.argv, __file__, __name__, __package__, __spec__ and __spec__.name, os.getcwd())
print(sys.path[0], sorted(name for name in globals() if name != "__annotations__"))
print(sys.modules["__main__"].__file__, beside.word, type(__loader__).__name__, __doc__)
"""


def test_the_world_of_a_script(tmp_path, write):
    write("word = 'here'", "folder/beside.py")
    write(WORLD, "folder/script.py")
    python, ours = both(tmp_path, "folder/script.py", "--at", "3", "-m")
    assert python[0] == 0
    assert ours == python


@pytest.mark.parametrize("name", ["package.module", "package"])
def test_the_world_of_a_module(tmp_path, write, name):
    write("word = 'here'", "beside.py")
    write("", "package/__init__.py")
    write(WORLD, "package/module.py")
    write(WORLD, "package/__main__.py")
    python, ours = both(tmp_path, "-m", name, "a", "b")
    assert python[0] == 0
    assert ours == python


@pytest.mark.parametrize(
    "text",
    [
        "import sys; sys.exit()",
        "import sys; sys.exit(3)",
        "import sys; sys.exit(True)",
        "import sys; sys.exit('a last word')",
        "import sys; sys.exit(256 + 7)",
        "import sys; sys.exit((1, 2))",
        "raise SystemExit",
        "quit(4)",
        "import os; os._exit(9)",
        "def f():\n    raise ValueError('here')\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise KeyError('k')",
        "raise ExceptionGroup('several', [ValueError(1), KeyError(2)])",
        "def f(:\n    pass",
        "import sys\nsys.excepthook = lambda *a: print('mine', a[0].__name__)\nraise ValueError",
        "import atexit\natexit.register(print, 'last')\nprint('first')",
        "import threading, time\nt = threading.Thread(target=lambda: [time.sleep(0.05), print('late')])\n"
        "t.start()\nraise ValueError('main')",
        "import logging\nlogging.basicConfig(level='INFO')\nlogging.info('heard')",
        "import sys\nsys.stdout.write(sys.stdin.read() + sys.stdout.errors + sys.stderr.errors)",
        "import pickle\nclass A: pass\nprint(pickle.loads(pickle.dumps(A())).__class__)",
        "import warnings\nwarnings.warn('take care')",
        "'''a doc'''\nprint(__doc__)\nx: int = 3\nprint(__annotations__)",
        "from __future__ import annotations\ndef f(x: Nothing): pass\nprint(f.__annotations__)",
    ],
)
def test_it_ends_as_under_python(tmp_path, write, text):
    python, ours = both(tmp_path, write(text))
    assert ours == python


def test_a_keyboard_interrupt_ends_with_130(tmp_path, write):
    python, ours = both(tmp_path, write("raise KeyboardInterrupt"))
    assert python[0] == -2
    assert ours[0] == 130
    assert ours[1:] == python[1:]


def test_worker_processes_find_the_main_module(tmp_path, write):
    text = """
import multiprocessing
def square(n):
    return n * n
if __name__ == "__main__":
    for method in ("spawn", "fork"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(square, [2, 3]), flush=True)
"""
    python, ours = both(tmp_path, write(text))
    assert python[0] == 0
    assert ours == python
    write("", "package/__init__.py")
    write(text, "package/work.py")
    python, ours = both(tmp_path, "-m", "package.work")
    assert python[1].count("[4, 9]") == 2
    assert ours == python


@pytest.mark.parametrize(
    ("arguments", "fact"),
    [
        (["nothing.py"], "no such script (nothing.py)"),
        (["training"], "Say -m for a module"),
        (["."], "the script is a folder"),
        (["-m", "nothing.here"], "no such module to run (-m nothing.here)"),
    ],
)
def test_what_is_not_there_is_one_message(tmp_path, arguments, fact):
    _, ours = both(tmp_path, *arguments)
    assert ours[0] == 1  # as an error of ours; the command line makes it 2
    assert f"ConfigError: {fact}" in ours[2] or fact in ours[2]
