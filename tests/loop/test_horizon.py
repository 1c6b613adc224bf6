"""A schedule that does not end where the run ends is said, or refused."""

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

import fourbeat as fb


def run_of(directory, scheduler, **options):
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return fb.fit(
        model,
        [(torch.ones(2, 2), torch.tensor([0, 1]))] * 5,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        scheduler=scheduler(optimizer),
        epochs=4,
        out=directory,
        **options,
    ).receipt


def test_a_cycle_that_is_too_short_is_said_before_the_first_step(tmp_path, caplog):
    with pytest.raises(ValueError, match="Tried to step 20 times"):  # torch's own, in the end
        run_of(tmp_path / "r", lambda o: OneCycleLR(o, 0.1, total_steps=19))
    assert "OneCycleLR fails after 19 steps, and the run has 20" in caplog.text


@pytest.mark.parametrize(
    ("scheduler", "options", "said"),
    [
        (lambda o: OneCycleLR(o, 0.1, total_steps=20), {}, None),
        (lambda o: OneCycleLR(o, 0.1, total_steps=30), {}, "made for 30 steps, and the run has 20"),
        (lambda o: OneCycleLR(o, 0.1, total_steps=8), {"accumulate": 3}, None),
        (lambda o: OneCycleLR(o, 0.1, total_steps=15), {"warmup": 5}, None),
        (lambda o: CosineAnnealingLR(o, 4), {}, None),
        (lambda o: CosineAnnealingLR(o, 3), {}, "rises again: CosineAnnealingLR has T_max=3"),
        (lambda o: CosineAnnealingLR(o, 5), {}, "does not come down all the way"),
        (lambda o: CosineAnnealingLR(o, 20), {"schedule": "step"}, None),
        (lambda o: CosineAnnealingLR(o, 4), {"schedule": "step"}, "the run has 20 steps"),
        (lambda o: CosineAnnealingLR(o, 4), {"warmup": 21}, "warm-up takes 21 updates"),
    ],
)
def test_what_will_look_odd_is_said(tmp_path, scheduler, options, said):
    receipt = run_of(tmp_path / "r", scheduler, **options)
    texts = [event.text for event in receipt.events if event.kind == "schedule"]
    assert (said in texts[0]) if said else texts == []
