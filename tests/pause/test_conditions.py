import math
from contextlib import suppress
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourbeat.errors import ConfigError
from fourbeat.pause.conditions import Condition, Unknown


class Step:
    """A step with values given, which notes what it is asked for."""

    def __init__(self, **values):
        self.values = values
        self.asked = []

    def value(self, name):
        self.asked.append(name)
        if name not in self.values:
            raise Unknown
        return self.values[name]

    def layer(self, layer, name):
        return self.value(f"{layer}:{name}")


def holds(text, **values):
    return Condition(text).holds(Step(**values))


numbers = st.one_of(
    st.integers(0, 20).map(str),
    st.floats(0, 1e6, allow_nan=False).map(repr),
    st.sampled_from(["loss", "grad_norm", "step"]),
)
expressions = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("- {}".format),
        inner.map("not ({})".format),
        inner.map("(not {})".format),
        inner.map("abs({})".format),
        st.tuples(inner, inner).map(lambda both: "min({}, {})".format(*both)),
        st.tuples(inner, inner).map(lambda both: "max({},{})".format(*both)),
        inner.map("finite({})".format),
    ),
    max_leaves=12,
)


@given(expressions, st.floats(-9, 9), st.floats(-9, 9), st.integers(0, 9))
def test_it_means_what_python_means(text, loss, grad_norm, step):
    names = {"loss": loss, "grad_norm": grad_norm, "step": step, "finite": isfinite}
    try:
        expected = bool(eval(text, {"__builtins__": {"abs": abs, "min": min, "max": max}}, names))
    except SyntaxError:
        with pytest.raises(ConfigError):
            Condition(text)
        return
    except ZeroDivisionError:
        Condition(text).holds(Step(**names))
        return
    assert Condition(text).holds(Step(**names)) == expected


@given(st.text(max_size=30))
def test_any_text_is_understood_or_refused(text):
    with suppress(ConfigError):
        Condition(text).holds(Step(step=1))


def test_values_are_asked_for_only_where_they_decide():
    step = Step(loss=1.0, update_norm=2.0)
    assert not Condition("loss > 5 and update_norm > 1").holds(step)
    assert step.asked == ["loss"]
    condition = Condition('loss > 0.5 and layer("fc1").update_ratio < 1')
    step = Step(loss=1.0, **{"fc1:update_ratio": 0.5})
    assert condition.holds(step)
    assert condition.asked(step) == [("loss", 1.0), ('layer("fc1").update_ratio', 0.5)]


def test_an_unknown_value_does_not_pause():
    assert not holds("not finite(loss)")
    assert not holds("epoch == 0 or loss > 1", epoch=3)


def test_not_finite():
    assert holds("not finite(loss)", loss=math.nan)
    assert holds("grad_norm > 100 or not finite(loss)", loss=math.inf, grad_norm=1)
    assert holds("1 / (loss - 1) > 1e300", loss=1.0)
    assert not holds("0 < loss / 0 < 1", loss=0.0)


def test_a_spike_is_above_the_median_of_what_came_before():
    condition = Condition("spike(loss, 3)")
    assert not any(condition.holds(Step(loss=value)) for value in [1, 2, 100, 1, 2, 1, 2])
    assert not condition.holds(Step(loss=50))  # seven values are too few
    assert not condition.holds(Step(loss=5.9))
    assert condition.holds(Step(loss=6.1))
    assert not condition.holds(Step(loss=math.nan))
    for _ in range(40):
        condition.holds(Step(loss=10))
    assert not condition.holds(Step(loss=29))  # the first ones are forgotten
    assert condition.holds(Step(loss=31))


def test_a_spike_looks_at_every_step_whatever_stands_before_it():
    condition = Condition("step > 20 and spike(loss, 2)")
    assert not any(condition.holds(Step(step=n, loss=1)) for n in range(20))
    assert condition.holds(Step(step=21, loss=3))


@pytest.mark.parametrize(
    ("text", "fact", "caret"),
    [
        ("", "ends where a comparison was expected", 0),
        ("loss >", "ends where a number, a name or '(' was expected", 6),
        ("loss > > 1", "has '>' where a number", 7),
        ("(loss > 1", "ends where ')' was expected", 9),
        ("loss > 1)", "has ')' where the end", 8),
        ("loss 1", "has '1' where the end", 5),
        ("grad_nrm > 1", "'grad_nrm'", 0),
        ("loss > 1 & step", "is not understood from here on", 9),
        ("loss = 1", "is not understood from here on", 5),
        ("layer(fc1).grad_norm > 1", "has 'fc1' where the name of a layer in quotes", 6),
        ("layer('fc1') > 1", "has '>' where '.' was expected", 13),
        ("layer('fc1').loss > 1", "one of grad_norm, weight_norm", 13),
        ("spike(loss) ", "gives spike 1 values, and it takes 2", 0),
        ("finite(loss, 1)", "gives finite 2 values, and it takes 1", 0),
        ("loss.item() > 1", "has '.' where the end", 4),
        ("__import__('os')", "'__import__'", 0),
        ("1e > 2", "is not understood from here on", 0),
        ("(" * 60 + "1" + ")" * 60, "is nested too deeply", 50),
    ],
)
def test_what_is_wrong_is_shown_where_it_is(text, fact, caret):
    with pytest.raises(ConfigError) as caught:
        Condition(text)
    lines = str(caught.value).splitlines()
    assert fact in lines[0]
    assert lines[1] == f"  {text}"
    assert lines[2] == "  " + " " * caret + "^"


def test_the_nearest_name_is_proposed():
    with pytest.raises(ConfigError, match="Did you mean grad_norm?"):
        Condition("grad_nrm > 1")
