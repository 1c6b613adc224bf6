"""Ranks that write the same file."""

import hashlib
import os

import torch.distributed as dist

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.rules.unsafe_torch_load import path_of
from fourbeat.observe.finer import Saved
from fourbeat.observe.place import here


def watch(facts: Facts) -> Readers:
    """Leave a note of each file that a rank writes where the other ranks find it."""

    def saved(event: Saved) -> None:
        path, folder = path_of(event.where), facts.folder
        if path is None or folder is None or not dist.is_available() or not dist.is_initialized():
            return
        if dist.get_world_size() < 2:
            return
        rank = dist.get_rank()
        name = hashlib.sha256(path.encode()).hexdigest()[:16]
        (folder / f"{name}.{rank}.saved").touch()
        others = [file.name.split(".")[1] for file in folder.glob(f"{name}.*.saved")]
        if len(set(others)) > 1:
            facts.report(
                RULE.name,
                "error",
                here(),
                f"ranks {', '.join(sorted(others))} all save {os.path.basename(path)} to the same path: the "
                "file may be a mixture of them, and is the last one's at best",
                "Save on rank 0 alone: if dist.get_rank() == 0.",
                path=path,
                ranks=len(set(others)),
            )

    return {Saved: saved}


RULE = Rule(
    name="checkpoint-saved-by-every-rank",
    severity="error",
    what="Every rank of a distributed training saves to the same file.",
    why="They write at once, over each other: the file may be broken, and a reader may find half of it.",
    seen="`torch.save` is given one path by several ranks of a process group that the script started.",
    silent="Rank 0 alone; a file of its own for each rank; a single process.",
    bad='torch.save(model.module.state_dict(), "last.pt")\n',
    good='if dist.get_rank() == 0:\n    torch.save(model.module.state_dict(), "last.pt")\n',
    watch=watch,
)
