"""What a script changes on the disk while it is run once more is put back."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
import torch

from fourbeat.script.untouched import untouched


def tree(folder):
    """Every path below a folder, with what it holds, its mode and its time."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            found[path] = os.readlink(path)
        elif path.is_dir():
            found[path] = None
        else:
            found[path] = path.read_bytes(), status.st_mode, status.st_mtime_ns
    return found


def overwrite(folder):
    (folder / "log.csv").write_text("new")


def append(folder):
    with open(folder / "log.csv", "a") as file:
        file.write("more")


def in_place(folder):
    with open(folder / "log.csv", "r+b") as file:
        file.write(b"X")


def by_descriptor(folder):
    file = os.open(folder / "log.csv", os.O_WRONLY | os.O_TRUNC)
    os.write(file, b"x")
    os.close(file)


def truncate(folder):
    os.truncate(folder / "log.csv", 1)


def remove(folder):
    (folder / "log.csv").unlink()


def replace(folder):
    (folder / "new.tmp").write_text("new")
    os.replace(folder / "new.tmp", folder / "log.csv")


def rename_away(folder):
    os.rename(folder / "log.csv", folder / "old.csv")
    (folder / "log.csv").write_text("new")


def rename_folder(folder):
    os.rename(folder / "deep", folder / "moved")


def remove_tree(folder):
    shutil.rmtree(folder / "deep")


def remove_empty(folder):
    (folder / "empty").rmdir()


def copy_tree(folder):
    shutil.copytree(folder / "deep", folder / "deep2")


def new_folders(folder):
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "c.txt").write_text("c")


def torch_save(folder):
    torch.save({"w": torch.zeros(3)}, folder / "best.pt")
    torch.save(torch.ones(2), str(folder / "new.pt"))


def through_a_link(folder):
    (folder / "link.csv").write_text("new")


def the_link_itself(folder):
    (folder / "link.csv").unlink()
    (folder / "link.csv").symlink_to("deep/one.txt")


def links(folder):
    os.link(folder / "log.csv", folder / "hard.csv")
    os.symlink("log.csv", folder / "soft.csv")


def relative(folder):
    before = Path.cwd()
    os.chdir(folder / "deep")
    try:
        Path("one.txt").write_text("new")
    finally:
        os.chdir(before)


def database(folder):
    connection = sqlite3.connect(folder / "results.db")
    connection.execute("delete from runs")
    connection.commit()
    connection.close()


def held_open(folder):
    file = open(folder / "log.csv", "w")  # noqa: SIM115
    file.write("never flushed by the script")
    held.append(file)


held = []


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "project"
    (made / "deep").mkdir(parents=True)
    (made / "empty").mkdir()
    (made / "deep" / "empty").mkdir()
    (made / "deep" / "one.txt").write_text("one")
    (made / "log.csv").write_text("step,loss\n")
    (made / "link.csv").symlink_to("log.csv")
    torch.save({"w": torch.ones(3)}, made / "best.pt")
    connection = sqlite3.connect(made / "results.db")
    connection.execute("create table runs (name)")
    connection.execute("insert into runs values ('one')")
    connection.commit()
    connection.close()
    return made


@pytest.mark.parametrize(
    "act",
    [
        overwrite,
        append,
        in_place,
        by_descriptor,
        truncate,
        remove,
        replace,
        rename_away,
        rename_folder,
        remove_tree,
        remove_empty,
        copy_tree,
        new_folders,
        torch_save,
        through_a_link,
        the_link_itself,
        links,
        relative,
        database,
        held_open,
    ],
)
def test_it_is_as_it_was(folder, tmp_path, act):
    before = tree(folder)
    with untouched(tmp_path / "copies", tmp_path / "scratch") as journal:
        act(folder)
        assert tree(folder) != before
    changed = journal.put_back()
    while held:
        held.pop().close()
    assert tree(folder) == before
    assert changed
    act(folder)  # and from here on nothing is kept
    while held:
        held.pop().close()
    assert tree(folder) != before


def test_what_is_only_read_or_lies_in_our_own_folder_is_left_alone(folder, tmp_path):
    ours = folder / "runs" / "again"
    with untouched(tmp_path / "copies", ours) as journal:
        (folder / "log.csv").read_text()
        torch.load(folder / "best.pt", weights_only=True)
        list(folder.rglob("*"))
        (folder / "deep").mkdir(exist_ok=True)
        ours.mkdir(parents=True)
        (ours / "steps.log").write_text("kept")
    assert journal.put_back() == [str(folder / "runs")]
    assert (ours / "steps.log").read_text() == "kept"
    assert [copy.is_dir() for copy in (tmp_path / "copies").iterdir()] == [True]  # deep, itself


def test_a_write_whose_copy_cannot_be_made_is_refused(folder, tmp_path):
    with untouched(tmp_path / "copies", tmp_path / "scratch"):
        (tmp_path / "copies").rmdir()
        with pytest.raises(OSError, match="copies"):
            (folder / "log.csv").write_text("new")
    assert (folder / "log.csv").read_text() == "step,loss\n"
