"""Checkpoints: whole or not at all, believed only once verified, never running code."""

import json
import os
import pickle
import random
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.checkpoint import files
from fourbeat.checkpoint.store import CheckpointStore, seal, verify, verify_all
from fourbeat.errors import CheckpointError


def write(store, step, value=None):
    state = {"w": torch.full((4,), float(step if value is None else value))}
    return store.write(step, state, {"threads": 1})


def steps(store):
    return sorted(int(path.name) for path in store.directory.iterdir() if path.name.isdigit())


def test_what_is_written_is_read(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    written = write(store, 7)
    again = CheckpointStore(tmp_path / "c")
    assert again.open() == []
    assert again.newest() == written
    assert torch.equal(again.read(written)["w"], torch.full((4,), 7.0))


def test_the_last_two_are_kept(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    seen = []
    for step in range(1, 5):
        write(store, step)
        seen.append(steps(store))
    assert seen == [[1], [1, 2], [2, 3], [3, 4]]


def test_the_same_step_twice_keeps_the_later(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    write(store, 3, value=1)
    later = write(store, 3, value=2)
    assert steps(store) == [3]
    assert store.read(later)["w"][0] == 2


@pytest.mark.parametrize("left", [".writing", ".removed", "000000003.replaced"])
def test_what_a_killed_process_left_is_cleared_or_put_back(tmp_path, left):
    store = CheckpointStore(tmp_path / "c")
    for step in (1, 2, 3):
        write(store, step)
    (store.directory / "000000003").rename(store.directory / left)
    again = CheckpointStore(tmp_path / "c")
    assert again.open() == []
    assert steps(again) == ([2, 3] if left.endswith("replaced") else [2])
    assert again.newest().step == max(steps(again))


def test_a_replacement_finished_before_the_kill_wins(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    write(store, 3, value=1)
    shutil.copytree(store.directory / "000000003", store.directory / "000000003.replaced")
    write(store, 4)
    again = CheckpointStore(tmp_path / "c")
    assert again.open() == []
    assert steps(again) == [3, 4]


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    store = CheckpointStore(tmp_path_factory.mktemp("flips") / "c")
    return write(store, 5).path


@settings(max_examples=200, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), which=st.booleans())
def test_any_flipped_bit_is_seen_and_named(one, place, bit, which):
    name = "state.pt" if which else "manifest.json"
    raw = (one / name).read_bytes()
    at = int(place * len(raw))
    (one / name).write_bytes(raw[:at] + bytes([raw[at] ^ (1 << bit)]) + raw[at + 1 :])
    try:
        with pytest.raises(CheckpointError, match=name):
            verify(one)
    finally:
        (one / name).write_bytes(raw)
    verify(one)


@pytest.mark.parametrize("name", ["state.pt", "manifest.json"])
def test_a_file_cut_anywhere_is_seen(one, name):
    raw = (one / name).read_bytes()
    for end in {0, 1, len(raw) // 2, *random.Random(0).sample(range(len(raw)), 20), len(raw) - 1}:
        (one / name).write_bytes(raw[:end])
        with pytest.raises(CheckpointError, match=name):
            verify(one)
    (one / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name} is missing"):
        verify(one)
    (one / name).write_bytes(raw)


def test_a_broken_one_is_named_and_the_one_before_is_used(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    write(store, 1)
    write(store, 2)
    (store.directory / "000000002" / "state.pt").write_bytes(b"torn")
    again = CheckpointStore(tmp_path / "c")
    assert [text.split(" (")[0] for text in again.open()] == [
        "state.pt has changed since it was written"
    ]
    assert again.newest().step == 1
    write(again, 2)  # written anew in its place
    assert again.newest().step == 2
    assert verify_all(again.directory)[1] == []


@pytest.mark.parametrize("moment", ["manifest", "state"])
@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_what_a_run_changes_meanwhile_is_not_broken(tmp_path, monkeypatch, moment, how):
    store = CheckpointStore(tmp_path / "c")
    for step in (1, 2):
        write(store, step)
    other = write(CheckpointStore(tmp_path / "other"), 1, value=9).path
    place = store.directory / "000000001"
    hashed = files.sha256
    read = Path.read_bytes

    def change():
        if other.exists():
            place.rename(store.directory / ".removed")
            other.rename(place if how == "replaced" else tmp_path / "away")

    def sha256(path):
        if moment == "state":
            change()
        return hashed(path)

    def read_bytes(path):
        if moment == "manifest":
            change()
        return read(path)

    monkeypatch.setattr(files, "sha256", sha256)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    good, broken = verify_all(store.directory)
    assert (sorted(good), broken) == ([2] if how == "removed" else [1, 2], [])


def test_a_state_that_cannot_be_read_is_broken(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    state = write(store, 1).path / "state.pt"
    state.unlink()
    state.mkdir()
    good, broken = verify_all(store.directory)
    assert not good
    assert "state.pt cannot be read" in broken[0]


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("how", ["bare pickle", "inside the archive"])
def test_code_under_a_valid_manifest_is_refused_and_not_run(tmp_path, how):
    store = CheckpointStore(tmp_path / "c")
    path = write(store, 5).path
    mark = tmp_path / "ran"
    state = path / "state.pt"
    if how == "bare pickle":
        state.write_bytes(pickle.dumps(Payload(mark), protocol=2))
    else:
        with zipfile.ZipFile(state) as archive:
            parts = {item: archive.read(item) for item in archive.namelist()}
        with zipfile.ZipFile(state, "w") as archive:
            for item, raw in parts.items():
                code = pickle.dumps(Payload(mark), protocol=2)
                archive.writestr(item, code if item.endswith("data.pkl") else raw)
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["sha256"]
    manifest["files"]["state.pt"] = {"sha256": files.sha256(state), "size": state.stat().st_size}
    (path / "manifest.json").write_text(seal(manifest))
    again = CheckpointStore(tmp_path / "c")
    assert again.open() == []  # the hashes do fit
    with pytest.raises(CheckpointError, match="refused.*Nothing in it was run"):
        again.read(again.newest())
    assert not mark.exists()


def test_a_newer_format_is_refused_by_its_number(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    path = write(store, 5).path
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["sha256"]
    (path / "manifest.json").write_text(seal({**manifest, "format": 2}))
    with pytest.raises(CheckpointError, match="format 2, this fourbeat reads 1"):
        verify(path)


@pytest.mark.parametrize(
    "change",
    [
        {"files": {}},
        {"files": None},
        {"files": {"../../secret": {"sha256": "", "size": 1}}},
        {"files": {"state.pt": "x"}},
        {"environment": None},
        {"format": None},
        {"step": "5"},
    ],
    ids=str,
)
def test_a_sealed_manifest_with_odd_fields_is_believed_in_nothing(tmp_path, change):
    path = write(CheckpointStore(tmp_path / "c"), 5).path
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["sha256"]
    (path / "manifest.json").write_text(seal({**manifest, **change}))
    with pytest.raises(CheckpointError, match="has changed|this fourbeat reads 1"):
        verify(path)


@pytest.mark.parametrize("moment", ["save", "fsync", "rename"])
def test_a_failing_disk_leaves_the_old_checkpoint_and_no_rest(tmp_path, monkeypatch, moment):
    store = CheckpointStore(tmp_path / "c")
    write(store, 1)

    def fail(*args, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if moment == "save":
            patch.setattr(torch, "save", fail)
        elif moment == "fsync":
            patch.setattr(os, "fsync", fail)
        else:
            patch.setattr("pathlib.Path.rename", fail)
        with pytest.raises(CheckpointError, match="No space left on device.*step 1 is whole"):
            write(store, 2)
    assert steps(store) == [1]
    again = CheckpointStore(tmp_path / "c")
    assert again.open() == []
    assert again.newest().step == 1


def test_the_parent_is_the_checkpoint_before(tmp_path):
    store = CheckpointStore(tmp_path / "c")
    first = write(store, 1)
    second = write(store, 2)
    manifest = json.loads((second.path / "manifest.json").read_text())
    assert manifest["parent"] == first.sha256
