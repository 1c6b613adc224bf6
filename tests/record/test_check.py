"""`verify` sees what befell the flight record."""

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.record.check import check


@pytest.fixture
def run(tmp_path):
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    optimizer = torch.optim.Adam(model.parameters())
    loader = fb.TensorLoader(torch.randn(64, 4), torch.zeros(64, dtype=torch.long), batch_size=8)
    fb.fit(
        model,
        loader,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        epochs=2,
        out=tmp_path / "r",
        seed=0,
    )
    return tmp_path / "r"


def test_an_untouched_run_passes(run):
    assert check(run)[1] == []


def cut(file, size):
    file.write_bytes(file.read_bytes()[:size])


def flip(file, place):
    raw = bytearray(file.read_bytes())
    raw[place] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda run: flip(run / "steps.log", -100), "1 records of the step log have changed"),
        (lambda run: cut(run / "steps.log", -1000), "not the one of the receipt"),
        (lambda run: (run / "steps.log").unlink(), "no step log"),
        (lambda run: flip(run / "steps.log", 30), "header is not whole"),
        (lambda run: cut(run / "rows.log", 100), "cut short"),
        (lambda run: (run / "rows.log").unlink(), "missing"),
    ],
)
def test_harm_is_named(run, harm, said):
    harm(run)
    (problem,) = check(run)[1]
    assert said in problem


def test_lost_rows_are_said_where_they_are_asked_for(run):
    (run / "rows.log").unlink()
    with pytest.raises(fb.FourbeatError, match="row numbers of a step are lost"):
        fb.history(run).rows(3)
