"""Files that may run code when they are loaded."""

import ast
import os
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Finding, Place
from fourbeat.observe.finer import Loading, Saved
from fourbeat.observe.place import here

FIX = "Leave weights_only out, and allow classes by torch.serialization.add_safe_globals."


def watch(facts: Facts) -> Readers:
    """See `torch.load` with all of pickle allowed."""
    own: set[Any] = set()
    streams: WeakSet[Any] = WeakSet()

    def saved(event: Saved) -> None:
        path = path_of(event.where)
        if path is not None:
            own.update((path, identity(path)))
        else:
            try:
                streams.add(event.where)
            except TypeError:
                return

    def loading(event: Loading) -> None:
        if event.weights_only is not False:
            return
        path = path_of(event.where)
        ours = (
            not own.isdisjoint((path, identity(path)))
            if path is not None
            else event.where in streams
        )
        facts.report(
            RULE.name,
            "note" if ours else "warning",
            here(),
            "torch.load with weights_only=False runs whatever code the file contains"
            + ("; this one the script has written itself" if ours else ""),
            FIX,
            file=path or "a stream",
        )

    return {Saved: saved, Loading: loading}


def read(tree: ast.Module, file: str) -> Iterator[Finding]:
    """Note such calls where the run did not come to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("torch.load"):
            named = {one.arg: one.value for one in node.keywords}
            allowed = named.get("weights_only")
            if isinstance(allowed, ast.Constant) and allowed.value is False:
                yield Finding(
                    RULE.name,
                    "note",
                    Place(file, node.lineno, node.end_lineno or node.lineno),
                    "torch.load with weights_only=False would run whatever code the file contains",
                    FIX,
                )


def path_of(where: Any) -> str | None:
    """The path of a file, absolute; None for a stream without a name."""
    name = getattr(where, "name", where)
    return os.path.realpath(name) if isinstance(name, str | os.PathLike) else None


def identity(path: str) -> tuple[int, int] | None:
    """What a file keeps when it is renamed, as one is that was written beside its place first."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


RULE = Rule(
    name="unsafe-torch-load",
    severity="warning",
    what="`torch.load` is told to load any Python object.",
    why="Such a file is a program: whoever wrote it, or changed it, runs code with your rights.",
    seen="`torch.load` is called with `weights_only=False`. Where the run does not come to the call, "
    "it is read in the source, and only noted.",
    silent="The default, which loads tensors alone. A file that the script has written itself is only "
    "noted.",
    bad='state = torch.load("model.pt", weights_only=False)\n',
    good='state = torch.load("model.pt")\n',
    watch=watch,
    read=read,
)
