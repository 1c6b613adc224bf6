"""The recorder keeps to its budget by thinning."""

from hypothesis import given
from hypothesis import strategies as st

from fourbeat.record.cost import MOST
from fourbeat.record.governor import AHEAD, LEAST_OFTEN, PROBE, Governor


@given(
    budget=st.floats(0.001, 0.2),
    step=st.floats(1e-4, 0.1),
    cost=st.floats(1e-6, 0.01),
)
def test_what_is_spent_stays_in_the_budget_but_for_the_least(budget, step, cost):
    governor = Governor(budget, {"thing": 1.0})
    steps, done = 2000, 0
    for _ in range(steps):
        if "thing" in governor.due:
            governor.paid("thing", cost)
            done += 1
        governor.step(step * governor.every, 0.0, 0.0)
    least = steps / LEAST_OFTEN + 2
    assert done * cost <= budget * steps * step + cost * least
    assert done >= steps // LEAST_OFTEN


def test_what_costs_little_is_done_at_every_step():
    governor = Governor(0.02, {"cheap": 0.5, "dear": 0.5})
    done = {"cheap": 0, "dear": 0}
    for _ in range(1000):
        for name, cost in (("cheap", 5e-6), ("dear", 1e-3)):
            if name in governor.due:
                governor.paid(name, cost)
                done[name] += 1
        governor.step(1e-3 * governor.every, 1e-6, 1e-6)
    assert done["cheap"] > 900
    assert done["dear"] < 20


def test_without_a_budget_everything_is_done():
    governor = Governor(None, {"thing": 1.0})
    governor.paid("thing", 100.0)
    assert "thing" in governor.due


@given(
    step=st.floats(1e-4, 0.02),
    lean=st.floats(1e-6, 1e-5),
    more=st.floats(1e-6, 1e-4),
)
def test_whole_steps_are_as_many_as_a_lean_one_leaves_room_for(step, lean, more):
    governor = Governor(0.02, {})
    steps = whole = 0
    while steps < 100_000 and whole < 20_000:
        steps, whole = steps + governor.every, whole + 1
        governor.step(step * governor.every, lean, more)
    room = 0.02 * step - lean
    if room <= 0:
        assert whole * more <= 0.02 * AHEAD + more * (steps / LEAST_OFTEN + 2)
    else:
        assert whole * more <= room * steps + 0.02 * AHEAD + more * (steps / LEAST_OFTEN + 2)
    assert whole >= steps / LEAST_OFTEN
    if 0.5 * room > more:
        assert whole >= steps * (1 - 2 / PROBE)
    if 0.5 * room > MOST:
        assert whole == steps


def test_a_training_begins_with_whole_steps():
    governor = Governor(0.02, {})
    for _ in range(1000):
        assert governor.every == 1
        governor.step(1e-4, 5e-6, 2e-5)
