"""The recorder keeps to its budget by thinning."""

from hypothesis import given
from hypothesis import strategies as st

from fourbeat.record.governor import LEAST_OFTEN, Governor


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
        governor.step(step, 0.0)
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
        governor.step(1e-3, 2e-6)
    assert done["cheap"] > 900
    assert done["dear"] < 20


def test_without_a_budget_everything_is_done():
    governor = Governor(None, {"thing": 1.0})
    governor.paid("thing", 100.0)
    assert "thing" in governor.due
