"""One writer for a run directory."""

import fcntl
import json
import os
import socket
import sys
from pathlib import Path

from fourbeat.errors import RunError, RunLockedError

NAME = ".lock"


class RunLock:
    """An advisory lock (`flock`) on a run directory; the kernel frees it when the holder dies.

    Readers need none. A child process that is forked from the holder does not keep it.
    """

    def __init__(self, directory: Path):
        self.path = directory / NAME
        self.file: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            RunLockedError: naming the process that holds it.
            RunError: if the directory cannot be written.
        """
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise RunError(
                f"the run directory cannot be written: {error.strerror}",
                str(self.path.parent),
                "Choose another with --out DIR",
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = read_holder(file)
            os.close(file)
            raise RunLockedError(
                f"the run is being written by another process: {holder}",
                str(self.path.parent),
                "Wait for it, stop it, or choose another directory",
            ) from None
        self.file = file
        os.register_at_fork(after_in_child=self.forget)
        try:
            os.ftruncate(file, 0)
            command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
            holder = {"pid": os.getpid(), "host": socket.gethostname(), "command": command}
            os.write(file, json.dumps(holder).encode())
        except OSError:  # a full disk: the lock holds all the same, it only cannot say whose it is
            pass

    def forget(self) -> None:
        """In a forked child: let go of the inherited descriptor, which would keep the lock."""
        if self.file is not None:
            os.close(self.file)
            self.file = None

    def release(self) -> None:
        """Give the lock back."""
        if self.file is not None:
            os.close(self.file)
            self.file = None


def read_holder(file: int) -> str:
    """Who holds a lock, as its open file says."""
    try:
        said = json.loads(os.read(file, 4096))
        return f"process {said['pid']} on {said['host']}, `{said['command']}`"
    except (ValueError, KeyError, TypeError):  # on a full disk nothing could be said
        return "unknown"
