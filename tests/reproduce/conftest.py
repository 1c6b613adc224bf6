"""Runs to go back to: four scripts of 300 steps, and a small declared one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import fourbeat as fb
from fourbeat.data.samples import write
from fourbeat.receipt.code import CommandRecord
from fourbeat.reproduce.rerun import run_script

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.fixture
def script(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Run one of the scripts in a folder of its own, as its author would; gives the run."""
    monkeypatch.chdir(tmp_path)

    def train(name: str, *arguments: str) -> Path:
        place = tmp_path / f"{name}.py"
        if not place.exists():
            shutil.copy(SCRIPTS / place.name, place)
        run = f"runs/{name}"
        run_script(
            CommandRecord(script=str(place), arguments=[run, *arguments], folder=str(place.parent))
        )
        return Path(run)

    return train


@pytest.fixture
def declared(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Train on a small table of tickets; gives the run."""
    monkeypatch.chdir(tmp_path)

    def train(name: str = "tickets", **settings) -> Path:
        if not Path("tickets.csv").exists():
            write("tickets", Path("tickets.csv"), rows=400, seed=0)
        settings = {"train.epochs": 4, "train.batch_size": 32, **settings}
        outcome = fb.train("tickets.csv", "escalated", out=f"runs/{name}", settings=settings)
        return Path(f"runs/{outcome.directory.name}")

    return train
