"""`--when`: a small language of conditions on a step, read by hand and never executed as Python."""

import difflib
import math
import operator
import re
from collections import deque
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NoReturn, Protocol

from fourbeat.errors import ConfigError

NAMES = {
    "step": "its number, from 0",
    "epoch": "from 1, 0 where it is not known",
    "loss": "that the gradients are of",
    "grad_norm": "2-norm of all gradients, before clipping",
    "weight_norm": "2-norm of all weights",
    "update_norm": "2-norm of what the update would add",
    "update_ratio": "update_norm / weight_norm",
    "lr": "of the first group",
}
LAYER = ("grad_norm", "weight_norm", "update_norm", "update_ratio")
FUNCTIONS = {"finite": 1, "spike": 2, "abs": 1, "min": 2, "max": 2, "layer": 1}

RECENT, ENOUGH = 32, 8
"""`spike` compares with the median of so many values, once it has seen so many."""

DEEPEST = 50
"""Parentheses within parentheses, at most."""


class Unknown(Exception):  # noqa: N818
    """A value is not known at this moment; a condition that asks for it does not hold."""


class Values(Protocol):
    """What a condition may ask a step for."""

    def value(self, name: str) -> float:
        """One of `NAMES`. Raises `Unknown`."""
        ...

    def layer(self, layer: str, name: str) -> float:
        """One of `LAYER` for the parameters named so, or within it. Raises `Unknown`."""
        ...


Node = Callable[[Values], Any]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z_])
      | (?P<name>[A-Za-z_]\w*)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign><=|>=|==|!=|[-+*/<>(),.])
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Condition:
    """A condition, understood.

    The words are Python's: numbers, `+ - * /`, comparisons (`0 < loss < 1`), `and`, `or`, `not` and
    parentheses; besides them the names of `NAMES`, `layer("fc1").grad_norm`, `finite(x)`,
    `spike(x, k)` (x is above k times the median of its last 32 values, once there are 8), `abs`,
    `min` and `max`. Dividing by zero gives what floating-point numbers give.

    Args:
        text: the condition.

    Raises:
        ConfigError: with the place that is not understood, and what was expected there.
    """

    def __init__(self, text: str):
        self.text = text
        reader = _Reader(text)
        self._holds = reader.condition()
        self._asked = reader.asked
        self._spikes = reader.spikes

    def holds(self, values: Values) -> bool:
        """Whether it does. Each call is one moment for `spike`."""
        for spike in self._spikes:
            spike.look(values)
        try:
            return bool(self._holds(values))
        except (Unknown, OverflowError):
            return False

    def asked(self, values: Values) -> list[tuple[str, float]]:
        """The names in it, in their order, and what each is now, as far as known."""
        found: list[tuple[str, float]] = []
        for name, node in self._asked.items():
            try:
                found.append((name, node(values)))
            except Unknown:
                continue
        return found


class _Spike:
    """One `spike(x, k)`, with the values that it has seen."""

    def __init__(self, value: Node, times: Node):
        self._value, self._times = value, times
        self._seen: deque[float] = deque(maxlen=RECENT)
        self._answer = False

    def look(self, values: Values) -> None:
        self._answer = False
        try:
            value, times = self._value(values), self._times(values)
        except Unknown:
            return
        if len(self._seen) >= ENOUGH:
            self._answer = value > times * median(self._seen)
        if math.isfinite(value):
            self._seen.append(value)

    def __call__(self, values: Values) -> bool:
        return self._answer


class _Reader:
    """From text to a function, word by word."""

    def __init__(self, text: str):
        self._text = text
        self._words = list(self._split(text))
        self._at = self._depth = 0
        self.asked: dict[str, Node] = {}
        self.spikes: list[_Spike] = []

    def _split(self, text: str) -> Any:
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                self._fail("is not understood from here on", at)
            kind = str(found.lastgroup)
            yield kind, found.group(kind), found.start(kind)
            at = found.end()
        yield "end", "", len(text.rstrip())

    def _fail(self, fact: str, at: int, remedy: str = "") -> NoReturn:
        hint = f". {remedy}" if remedy else ""
        raise ConfigError(f"the condition {fact}{hint}\n  {self._text}\n  {' ' * at}^")

    def _expected(self, what: str) -> NoReturn:
        kind, word, at = self._words[self._at]
        end = "ends" if kind == "end" else f"has {word!r}"
        self._fail(f"{end} where {what} was expected", at)

    def _next(self) -> str:
        word = self._words[self._at][1]
        self._at += 1
        return word

    def _has(self, *words: str) -> bool:
        kind, word, _ = self._words[self._at]
        return kind in ("sign", "name") and word in words

    def _take(self, word: str) -> None:
        if not self._has(word):
            self._expected(f"{word!r}")
        self._at += 1

    def condition(self) -> Node:
        """All of it."""
        if self._words[0][0] == "end":
            self._expected("a comparison")
        node = self._or()
        if self._words[self._at][0] != "end":
            self._expected("the end, 'and', 'or' or an operator")
        return node

    def _or(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail("is nested too deeply", self._words[self._at][2])
        node = self._and()
        while self._has("or"):
            self._at += 1
            node = _either(node, self._and())
        self._depth -= 1
        return node

    def _and(self) -> Node:
        node = self._not()
        while self._has("and"):
            self._at += 1
            node = _both(node, self._not())
        return node

    def _not(self) -> Node:
        negations = 0
        while self._has("not"):
            self._at += 1
            negations += 1
        node = self._comparison()
        if negations:
            inner, odd = node, negations % 2 == 1
            return lambda values: bool(inner(values)) != odd
        return node

    def _comparison(self) -> Node:
        first = self._sum()
        rest: list[tuple[Callable[[Any, Any], bool], Node]] = []
        while self._has(*_COMPARE):
            compare = _COMPARE[self._next()]
            rest.append((compare, self._sum()))
        return _chain(first, rest) if rest else first

    def _sum(self) -> Node:
        node = self._product()
        while self._has("+", "-"):
            act = operator.add if self._next() == "+" else operator.sub
            node = _apply(act, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._has("*", "/"):
            act = operator.mul if self._next() == "*" else divided
            node = _apply(act, node, self._signed())
        return node

    def _signed(self) -> Node:
        negative = signed = False
        while self._has("+", "-"):
            negative ^= self._next() == "-"
            signed = True
        node = self._value()
        if not signed:
            return node
        return (lambda values: -node(values)) if negative else (lambda values: +node(values))

    def _value(self) -> Node:
        kind, word, at = self._words[self._at]
        if kind == "number":
            self._at += 1
            number = int(word) if word.isdigit() and len(word) < 16 else float(word)
            return lambda _: number
        if self._has("("):
            self._at += 1
            node = self._or()
            self._take(")")
            return node
        if kind != "name" or word in ("and", "or", "not"):
            self._expected("a number, a name or '('")
        self._at += 1
        if word in FUNCTIONS:
            self._take("(")
            return self._layer() if word == "layer" else self._call(word, at)
        if word not in NAMES:
            near = difflib.get_close_matches(word, [*NAMES, *FUNCTIONS], n=1, cutoff=0.5)
            hint = (
                f"Did you mean {near[0]}?" if near else f"Known: {', '.join([*NAMES, *FUNCTIONS])}"
            )
            self._fail(f"has a name that nothing has, {word!r}", at, hint)
        return self.asked.setdefault(word, lambda values: values.value(word))

    def _layer(self) -> Node:
        kind, word, _ = self._words[self._at]
        if kind != "text":
            self._expected('the name of a layer in quotes, such as "fc1",')
        self._at += 1
        self._take(")")
        self._take(".")
        what = self._words[self._at][1]
        if what not in LAYER:
            self._expected(f"one of {', '.join(LAYER)}")
        self._at += 1
        layer = word[1:-1]
        return self.asked.setdefault(
            f"layer({word}).{what}", lambda values: values.layer(layer, what)
        )

    def _call(self, word: str, at: int) -> Node:
        arguments = [self._or()]
        while self._has(","):
            self._at += 1
            arguments.append(self._or())
        self._take(")")
        wanted = FUNCTIONS[word]
        if len(arguments) < wanted or (len(arguments) > wanted and word not in ("min", "max")):
            more = " or more" if word in ("min", "max") else ""
            self._fail(f"gives {word} {len(arguments)} values, and it takes {wanted}{more}", at)
        if word == "spike":
            self.spikes.append(_Spike(arguments[0], arguments[1]))
            return self.spikes[-1]
        functions = {"finite": math.isfinite, "abs": abs, "min": min, "max": max}
        return _apply(functions[word], *arguments)


def _apply(act: Callable[..., Any], *nodes: Node) -> Node:
    return lambda values: act(*[node(values) for node in nodes])


def _either(left: Node, right: Node) -> Node:
    return lambda values: left(values) or right(values)


def _both(left: Node, right: Node) -> Node:
    return lambda values: left(values) and right(values)


def _chain(first: Node, rest: Sequence[tuple[Callable[[Any, Any], bool], Node]]) -> Node:
    def compare(values: Values) -> bool:
        left = first(values)
        for holds, node in rest:
            right = node(values)
            if not holds(left, right):
                return False
            left = right
        return True

    return compare


def divided(left: float, right: float) -> float:
    """As floating-point numbers divide: by zero, too."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)
