"""Checkpoints in a folder: each appears whole or not at all, and is believed only once verified.

A checkpoint is a folder `<step>/` with `state.pt` and `manifest.json`. It is written under another
name, every file and folder is made durable, and then it is renamed into place. The manifest holds
the sha256 of the state and of itself, so that no flipped bit goes unseen; the bytes are hashed
before they are deserialised, and deserialising never runs code.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch

from fourbeat.checkpoint import files
from fourbeat.errors import CheckpointError, first_line

FORMAT = 1
STATE, MANIFEST = "state.pt", "manifest.json"
WRITING, REPLACED, REMOVED = ".writing", ".replaced", ".removed"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A verified checkpoint.

    Attributes:
        path: its folder.
        step: updates done.
        environment: where it was written.
        sha256: of the manifest, and so of everything in it.
        size: of the state, in bytes.
    """

    path: Path
    step: int
    environment: dict[str, Any]
    sha256: str
    size: int


def newest_two(steps: list[int]) -> set[int]:
    """What stays of checkpoints: the last one, and the one before should it break."""
    return set(steps[-2:])


class CheckpointStore:
    """The folder `checkpoints/` of a run.

    Args:
        directory: the folder; made when the first checkpoint is written.
        keep: given the steps of the checkpoints, says which of them stay.
    """

    def __init__(self, directory: Path, keep: Callable[[list[int]], set[int]] = newest_two):
        self.directory = directory
        self._keep = keep
        self.good: dict[int, Checkpoint] = {}

    def open(self) -> list[str]:
        """Finish or undo what a killed process left, and verify every checkpoint.

        Returns:
            What is broken, one message for each broken checkpoint.
        """
        if not self.directory.exists():
            return []
        shutil.rmtree(self.directory / WRITING, ignore_errors=True)
        shutil.rmtree(self.directory / REMOVED, ignore_errors=True)
        for old in self.directory.glob(f"*{REPLACED}"):
            place = old.with_name(old.name.removesuffix(REPLACED))
            if place.exists():
                shutil.rmtree(old)
            else:
                old.rename(place)
        self.good, broken = verify_all(self.directory)
        return broken

    def newest(self) -> Checkpoint | None:
        """The verified checkpoint with the most steps."""
        return self.good[max(self.good)] if self.good else None

    def read(self, checkpoint: Checkpoint) -> dict[str, Any]:
        """Load a verified checkpoint's state to the CPU, running no code.

        Raises:
            CheckpointError: if it holds anything but tensors and plain values.
        """
        try:
            state = torch.load(checkpoint.path / STATE, map_location="cpu", weights_only=True)
        except Exception as error:  # what a crafted file can make a reader raise has no end
            raise CheckpointError(
                "refused: its hashes fit, but it is not a state of tensors and plain values "
                f"({type(error).__name__})",
                str(checkpoint.path),
                "Somebody put it there. Nothing in it was run. Remove the folder to go on from "
                "the checkpoint before it",
            ) from None
        return cast(dict[str, Any], state)

    def write(
        self, step: int, state: Mapping[str, Any], environment: Mapping[str, Any]
    ) -> Checkpoint:
        """Write a checkpoint and thin out the older ones.

        Args:
            step: updates done; names the checkpoint.
            state: tensors and plain values only.
            environment: where it is written.

        Raises:
            CheckpointError: if the disk is full or not writable; what was there before stays.
        """
        parent = self.newest()
        folder = self.directory / WRITING
        place = self.directory / f"{step:09d}"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            files.sync(self.directory.parent)  # which holds this one since the first checkpoint
            with (folder / STATE).open("wb") as file:
                torch.save(state, file)
            files.sync(folder / STATE)
            manifest = seal(
                {
                    "format": FORMAT,
                    "step": step,
                    "parent": parent.sha256 if parent else None,
                    "environment": dict(environment),
                    "files": {
                        STATE: {
                            "sha256": files.sha256(folder / STATE),
                            "size": (folder / STATE).stat().st_size,
                        }
                    },
                }
            )
            files.write_text(folder / MANIFEST, manifest)
            replaced = place.with_name(place.name + REPLACED)
            if place.exists():
                place.rename(replaced)
            folder.rename(place)
            files.sync(self.directory)
            shutil.rmtree(replaced, ignore_errors=True)
        except (OSError, RuntimeError) as error:
            why = reason(error)
            shutil.rmtree(folder, ignore_errors=True)
            last = f"step {parent.step} is whole" if parent else "none was written before"
            raise CheckpointError(
                f"the checkpoint of step {step} cannot be written: {why}",
                str(self.directory),
                f"The last one: {last}. Make room, or make it writable, and resume",
            ) from error
        checkpoint = verify(place)
        self.good[step] = checkpoint
        self.prune()
        return checkpoint

    def remove_after(self, step: int) -> None:
        """Remove every checkpoint of a later step."""
        for path in self.directory.glob("*"):
            if path.name.isdigit() and int(path.name) > step:
                self._remove(path)

    def prune(self) -> None:
        """Remove what need not stay: all but the newest verified two, unless told otherwise."""
        keep, last = self._keep(sorted(self.good)), max(self.good)
        for path in self.directory.iterdir():
            if path.name.isdigit() and int(path.name) not in keep and int(path.name) < last:
                self._remove(path)

    def _remove(self, path: Path) -> None:
        """Remove a checkpoint: renamed first, so that a kill leaves nothing that looks broken."""
        removed = self.directory / REMOVED
        shutil.rmtree(removed, ignore_errors=True)
        self.good.pop(int(path.name), None)
        path.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)


def reason(error: BaseException) -> str:
    """What the system said; torch reports it as a fault of its archive's writer."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError) and below.strerror:
            return below.strerror
        below = below.__context__
    return first_line(error)


def seal(fields: Mapping[str, Any]) -> str:
    """The manifest's text: canonical JSON, with the sha256 of the rest in it."""
    return files.canonical({**fields, "sha256": files.text_sha256(files.canonical(fields))})


def verify_all(directory: Path) -> tuple[dict[int, Checkpoint], list[str]]:
    """Verify every checkpoint of a folder: the good ones by step, and what is broken.

    A run may be writing there: what it replaces meanwhile is verified again, what it removes is
    passed over.
    """
    good: dict[int, Checkpoint] = {}
    broken: list[str] = []
    for path in sorted(p for p in directory.glob("*") if p.name.isdigit()):
        try:
            checkpoint = verify_standing(path)
        except CheckpointError as error:
            broken.append(str(error))
            continue
        if checkpoint is not None:
            good[checkpoint.step] = checkpoint
    return good, broken


def verify_standing(path: Path) -> Checkpoint | None:
    """Verify what stands under a checkpoint's name; None if nothing does any more.

    Raises:
        CheckpointError: as `verify`, for a folder that stood there all the time.
    """
    while (folder := identity(path)) is not None:
        try:
            return verify(path)
        except CheckpointError:
            if identity(path) == folder:
                raise
    return None


def identity(path: Path) -> int | None:
    """Which folder has this name, None if there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def verify(path: Path) -> Checkpoint:
    """Check a checkpoint's manifest and hash its state.

    Raises:
        CheckpointError: naming the file that is missing, unreadable, changed or of a newer format.
    """
    checkpoint, known = read_manifest(path)
    state = path / STATE
    try:
        found = {"sha256": files.sha256(state), "size": state.stat().st_size}
    except FileNotFoundError:
        raise CheckpointError(f"{STATE} is missing", str(path)) from None
    except OSError as error:
        why = error.strerror or first_line(error)
        raise CheckpointError(f"{STATE} cannot be read: {why}", str(path)) from None
    if known != found:
        raise CheckpointError(f"{STATE} has changed since it was written", str(path))
    return checkpoint


def read_manifest(path: Path) -> tuple[Checkpoint, dict[str, Any]]:
    """What a checkpoint's manifest says of it, and of its state's hash and size.

    Raises:
        CheckpointError: if it is missing, not as it was sealed, or of a newer format.
    """
    changed = CheckpointError(f"{MANIFEST} has changed since it was written", str(path))
    try:
        raw = (path / MANIFEST).read_bytes()
    except OSError:
        raise CheckpointError(f"{MANIFEST} is missing", str(path)) from None
    try:
        fields = cast(dict[str, Any], json.loads(raw))
        digest = fields.pop("sha256")
        if seal(fields).encode() != raw or int(path.name) != fields["step"]:
            raise changed
        if fields["format"] != FORMAT:
            raise CheckpointError(
                f"written in format {fields['format']}, this fourbeat reads {FORMAT}",
                str(path),
                "Use the fourbeat that wrote it, or a newer one",
            )
        known = fields["files"][STATE]
        environment, size = dict(fields["environment"]), int(known["size"])
        return Checkpoint(path, fields["step"], environment, digest, size), known
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise changed from None
