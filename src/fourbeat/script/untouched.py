"""Files that a script writes while it is run once more: afterwards they are as they were."""

import os
import shutil
import stat
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

from fourbeat.observe.patch import Function, around

WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_TRUNC | os.O_CREAT


class Journal:
    """What stood in each place before it was first written, removed or renamed.

    It sees what this process does through Python and `torch.save`; what child processes and other
    compiled code write, it does not.

    Args:
        folder: for the copies; it exists.
        ours: what lies there is none of the script's.
    """

    def __init__(self, folder: Path, ours: Path):
        self._folder = folder
        self._ours = tuple(os.path.realpath(path) + os.sep for path in (folder, ours))
        self._process = os.getpid()
        self._before: dict[str, Path | None] = {}  # a copy of it; None where nothing stood
        self._busy = False

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in what Python is about to do, as `sys.addaudithook` tells it.

        Raises:
            OSError: if no copy can be made; then nothing is written either.
        """
        if self._busy or os.getpid() != self._process:
            return
        match event, arguments:
            case "open", (path, _, int(flags)) if flags & WRITES:
                self.keep(path)
            case "sqlite3.connect" | "os.truncate", (path, *_):
                self.keep(path)
            case "os.remove" | "os.rmdir", (path, folder):
                self.keep(path, folder, link=True)
            case "os.mkdir", (path, _, folder):
                self.keep(path, folder, link=True)
            case "os.rename", (path, to, folder, other):
                for inner in self.keep(path, folder, link=True, deep=True):
                    self.keep(os.path.join(os.fsdecode(to), inner), other, link=True)
            case "os.link" | "os.symlink", (_, to, *folders):
                self.keep(to, folders[-1] if folders else -1, link=True)
            case "shutil.rmtree", (path, *_):
                self.keep(path, deep=True)
            case _:
                pass

    def keep(
        self, path: Any, folder: int = -1, *, link: bool = False, deep: bool = False
    ) -> list[str]:
        """Note what stands in a place, if it is not known yet.

        Args:
            path: as the call has it.
            folder: an open one that `path` begins in, -1 for the current one.
            link: whether the call is about a symbolic link itself.
            deep: whether it is about all that a folder holds.

        Returns:
            what was noted, as paths that begin in this place: of a file, an empty one.
        """
        if isinstance(path, int):
            path = f"/proc/self/fd/{path}"
        if folder >= 0:
            path = os.path.join(f"/proc/self/fd/{folder}", os.fsdecode(path))
        name = os.fsdecode(path)
        head, tail = os.path.split(os.path.abspath(name))
        place = os.path.join(os.path.realpath(head), tail) if link else os.path.realpath(name)
        if f"{place}{os.sep}".startswith(self._ours) or f"{os.sep}__pycache__" in place:
            return []
        self._busy = True
        try:
            return self._note(place, "", deep)
        finally:
            self._busy = False

    def _note(self, place: str, name: str, deep: bool) -> list[str]:
        try:
            kind = os.lstat(place).st_mode
        except OSError:
            self._before.setdefault(place, None)
            return [name]
        copy = self._folder / str(len(self._before))
        if stat.S_ISDIR(kind):
            if place not in self._before:
                copy.mkdir()
                self._before[place] = copy
        elif place not in self._before and (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
            shutil.copy2(place, copy, follow_symlinks=False)
            self._before[place] = copy
        found = [name]
        for inner in sorted(os.listdir(place)) if deep and stat.S_ISDIR(kind) else ():
            found += self._note(os.path.join(place, inner), os.path.join(name, inner), deep)
        return found

    def put_back(self) -> list[str]:
        """Make everything what it was; gives the files and folders that the script had changed.

        Files are replaced, not written: the script may still hold them open.

        Raises:
            OSError: if that cannot be; the copies are left then.
        """
        self._busy = True
        changed = [path for path, copy in self._before.items() if differs(path, copy)]
        for path in sorted(changed, reverse=True):  # what lies in a folder comes before it
            copy = self._before[path]
            if copy is None:
                with suppress(OSError):  # it holds what another process made
                    os.rmdir(path) if is_folder(path) else os.unlink(path)
        for path in changed:
            copy = self._before[path]
            if copy is not None and is_folder(copy):
                os.makedirs(path, exist_ok=True)
            elif copy is not None:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                beside = f"{path}.fourbeat-{os.getpid()}"
                shutil.copy2(copy, beside, follow_symlinks=False)
                os.replace(beside, path)
        return changed


def differs(path: str, copy: Path | None) -> bool:
    """Whether something else stands in a place now."""
    if copy is None:
        return os.path.lexists(path)
    if is_folder(copy):
        return not is_folder(path)
    if os.path.islink(path) or copy.is_symlink():
        both = os.path.islink(path) and copy.is_symlink()
        return not both or os.readlink(path) != os.readlink(copy)
    if not os.path.isfile(path) or os.path.getsize(path) != copy.stat().st_size:
        return True
    with open(path, "rb") as one, open(copy, "rb") as other:
        while block := one.read(1 << 20):
            if block != other.read(1 << 20):
                return True
    return os.stat(path).st_mtime_ns != copy.stat().st_mtime_ns


def is_folder(path: str | Path) -> bool:
    """Whether a folder itself stands there, not a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


_journals: list[Journal] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    for journal in _journals:
        journal.audit(event, arguments)


@contextmanager
def untouched(folder: Path, ours: Path) -> Generator[Journal]:
    """Keep what this process is about to write over, for a while; see `Journal`."""
    if not getattr(_audit, "added", False):  # Python has no way to take it away again
        sys.addaudithook(_audit)
        vars(_audit)["added"] = True
    folder.mkdir(parents=True)
    journal = Journal(folder, ours)

    def opening(original: Function) -> Function:
        def opens(name_or_buffer: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(name_or_buffer, str | os.PathLike):
                journal.keep(name_or_buffer)
            return original(name_or_buffer, *args, **kwargs)

        return opens

    with ExitStack() as stack:
        # It opens its file in C++, where Python sees nothing of it.
        around(stack, torch.serialization, "_open_zipfile_writer", opening)
        _journals.append(journal)
        stack.callback(_journals.remove, journal)
        yield journal
