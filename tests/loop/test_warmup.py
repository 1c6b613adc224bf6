"""Linear warm-up, in front of every kind of schedule."""

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    ReduceLROnPlateau,
    SequentialLR,
)

import fourbeat as fb
from fourbeat.loop.means import Report


def rates(directory, scheduler=None, *, warmup=4, die_at=None, losses=(1.0,) * 4, **options):
    """The learning rate of each step; four epochs of three steps."""
    torch.manual_seed(0)
    model = nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)
    made = scheduler(optimizer) if scheduler else None
    seen = []
    with fb.Run(
        directory,
        model=model,
        optimizer=optimizer,
        scheduler=made,
        warmup=warmup,
        checkpoint_every=1,
        **options,
    ) as run:
        for epoch in run.epochs(4):
            for step in run.train([torch.ones(2, 2)] * 3):
                if step.number == die_at:
                    raise KeyboardInterrupt
                seen.append(optimizer.param_groups[0]["lr"])
                step.backward(model(step.batch).square().mean())
                step.update()
            epoch.close(Report(1, {"loss": losses[epoch.number - 1]}))
    return seen


SCHEDULES = {
    "none": (None, {}),
    "per epoch": (lambda o: ExponentialLR(o, 0.5), {}),
    "per step": (lambda o: CosineAnnealingLR(o, T_max=8), {"schedule": "step"}),
    "plateau": (lambda o: ReduceLROnPlateau(o, patience=0, factor=0.5), {}),
}


def test_the_rate_rises_in_a_straight_line(tmp_path):
    assert rates(tmp_path / "r") == [0.25, 0.5, 0.75] + [1.0] * 9


def test_a_schedule_per_step_begins_after_it(tmp_path):
    scheduler, options = SCHEDULES["per step"]
    seen = rates(tmp_path / "r", scheduler, **options)
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    chained = SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.25, total_iters=3), CosineAnnealingLR(optimizer, T_max=8)],
        milestones=[4],
    )
    wanted = []
    for _ in range(12):
        wanted.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        chained.step()
    assert seen == pytest.approx(wanted)


def test_what_moves_per_epoch_moves_the_rate_that_is_aimed_at(tmp_path):
    seen = rates(tmp_path / "r", SCHEDULES["per epoch"][0])
    assert seen == pytest.approx([0.25, 0.5, 0.75] + [0.5] * 3 + [0.25] * 3 + [0.125] * 3)
    again = rates(tmp_path / "p", SCHEDULES["plateau"][0], losses=(1.0, 2.0, 2.0, 2.0))
    assert again == pytest.approx([0.25, 0.5, 0.75] + [1.0] * 3 + [0.5] * 3 + [0.25] * 3)


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("die_at", [1, 3, 5, 10])
def test_it_resumes(tmp_path, kind, die_at):
    scheduler, options = SCHEDULES[kind]
    losses = (1.0, 2.0, 2.0, 2.0)
    whole = rates(tmp_path / "whole", scheduler, losses=losses, **options)
    with pytest.raises(KeyboardInterrupt):
        rates(tmp_path / "cut", scheduler, losses=losses, die_at=die_at, **options)
    resumed = rates(tmp_path / "cut", scheduler, losses=losses, **options)
    assert resumed == whole[-len(resumed) :]


def test_a_warmup_longer_than_the_run_never_arrives(tmp_path):
    seen = rates(tmp_path / "r", lambda o: ConstantLR(o, factor=1.0), warmup=100)
    assert seen == pytest.approx([(i + 1) / 100 for i in range(12)])
