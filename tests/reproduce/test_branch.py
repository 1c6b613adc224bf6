"""Another way on from a step."""

import pytest

import fourbeat as fb
from fourbeat.errors import ConfigError, RunError
from fourbeat.receipt import model as receipts
from fourbeat.reproduce.branch import branch
from fourbeat.reproduce.replay import replay_steps


def test_a_branch_shares_its_past_and_names_its_parent(declared):
    run = declared()
    before = fb.history(run)
    directory, receipt = branch(run, 15, {"optimizer.lr": 0.02})
    after = fb.history(directory)
    assert after.loss()[:16].tolist() == before.loss()[:16].tolist()
    assert after.loss()[16] != before.loss()[16]
    assert after.lr()[:15].ravel().tolist() == before.lr()[:15].ravel().tolist()
    assert after.lr()[15, 0] == pytest.approx(0.02)
    assert receipt.parent.model_dump(exclude={"steps_root"}) == {
        "run": "tickets",
        "step": 15,
        "settings": {"optimizer.lr": 0.02},
    }
    assert receipts.read(run).parent is None


def test_an_unchanged_branch_comes_to_the_same_bits(declared):
    run = declared()
    _, receipt = branch(run, 15, {"train.clip_norm": None})
    before = receipts.read(run)
    assert receipt.last_weights_sha256 == before.last_weights_sha256
    assert receipt.steps_root == before.steps_root


def test_a_branch_can_be_replayed_from_where_it_left(declared):
    run = declared()
    directory, _ = branch(run, 15, {"train.clip_norm": 0.1})
    assert replay_steps(directory, range(15, 20)).verified == 5
    with pytest.raises(RunError, match="done by the run 'tickets'"):
        replay_steps(directory, range(14, 15))


@pytest.mark.parametrize(
    ("settings", "step", "message"),
    [
        ({"model.widths": [4]}, 5, "cannot change on the way"),
        ({"optimizer.lr": 0.1}, 0, "the beginning"),
        ({"optimizer.lr": 0.1}, 10**6, "holds no step"),
        ({"optimizer.lr": -1}, 5, "greater than 0"),
    ],
)
def test_what_no_branch_can_be_is_said(declared, settings, step, message):
    run = declared()
    with pytest.raises((ConfigError, RunError), match=message):
        branch(run, step, settings)
    assert not run.with_name("tickets-branch").exists()


def test_a_schedule_keeps_its_shape_at_another_rate(declared):
    run = declared(**{"scheduler.name": "cosine", "scheduler.warmup": 4})
    directory, _ = branch(run, 12, {"optimizer.lr": 0.004})
    before, after = fb.history(run).lr().ravel(), fb.history(directory).lr().ravel()
    assert after[12:].tolist() == pytest.approx((2 * before[12:]).tolist())
