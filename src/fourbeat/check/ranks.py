"""Ranks that `torchrun` has started on one machine: each checks itself, and one tells for all."""

import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from fourbeat.check.children import read, write
from fourbeat.check.facts import Facts
from fourbeat.errors import ConfigError

WAIT = 30.0
"""Seconds that the first rank waits for the others at its end, which they reach at about the same time."""

PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks of a machine.

    Attributes:
        folder: that they share.
        rank: of this process among them; 0 tells for all.
        count: of them.
    """

    folder: Path
    rank: int
    count: int

    def leave(self, facts: Facts) -> None:
        """Hand over what was found to the first rank.

        Raises:
            OSError: if it cannot be written.
        """
        file = self.folder / f"{self.rank}.json"
        part = file.with_suffix(".part")
        write(part, facts)
        part.replace(file)

    def gather(self, facts: Facts) -> None:
        """Take over what the others found; one that died before its end has left nothing."""
        last = time.monotonic() + WAIT
        missing = {self.folder / f"{rank}.json" for rank in range(1, self.count)}
        while missing and time.monotonic() < last:
            for file in sorted(missing):
                if file.exists():
                    missing.discard(file)
                    for finding in read(file)[1]:
                        facts.add(finding)
            if missing:
                time.sleep(PAUSE)
        shutil.rmtree(self.folder, ignore_errors=True)


def ranks() -> Ranks | None:
    """Those that this process is one of; None where `torchrun` did not start it, or it alone.

    Raises:
        ConfigError: if their folder is another user's.
    """
    run, count = os.environ.get("TORCHELASTIC_RUN_ID"), os.environ.get("LOCAL_WORLD_SIZE", "1")
    if run is None or not count.isdigit() or int(count) < 2:
        return None
    # All are children of one agent, which starts them anew after a failure.
    key = f"{run} {os.getppid()} {os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}"
    name = f"fourbeat-check-{os.getuid()}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ConfigError("the ranks' folder is another user's", str(folder), "Set TMPDIR")
    return Ranks(folder, int(os.environ.get("LOCAL_RANK", "0")), int(count))
