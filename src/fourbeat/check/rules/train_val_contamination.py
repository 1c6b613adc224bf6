"""Rows that are trained on, and judged by."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any
from weakref import WeakKeyDictionary, ref

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.rows import prints
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Calling, Differentiating, Ended
from fourbeat.observe.place import stack

MOST = 60_000
"""Rows of one model that are known again."""

CALLS = 600
"""Calls in training whose rows are looked at, from the start; evaluations are seldom, and all are."""


@dataclass(slots=True)
class _Look:
    """One evaluation: rows that came from one line, up to the next training call."""

    updates: int
    rows: set[int] = field(default_factory=set[int])
    known: int = 0
    within: float = 0.0


@dataclass(slots=True)
class _Model:
    """Of one model: its rows in training, those that it met in an evaluation first, and how often.

    Attributes:
        roles: rows in training, by the number of their call among those of a backward: labelled data and
            other data are given to a model apart.
        repeats: rows that were trained on again.
        telling: calls in a row whose rows could be told apart.
        gaps: updates between evaluations, by the lines that led to them.
        looks: evaluations by the lines that led to them: the latest, and whether one had the same rows.
    """

    trained: set[int] = field(default_factory=set[int])
    roles: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    met: set[int] = field(default_factory=set[int])
    waiting: list[list[int]] = field(default_factory=list[list[int]])
    repeats: int = 0
    telling: int = 0
    calls: int = 0
    gaps: dict[tuple[Place, ...], list[int]] = field(
        default_factory=dict[tuple[Place, ...], list[int]]
    )
    looks: dict[tuple[Place, ...], tuple[_Look, bool]] = field(
        default_factory=dict[tuple[Place, ...], tuple[_Look, bool]]
    )
    open: dict[tuple[Place, ...], _Look] = field(default_factory=dict[tuple[Place, ...], _Look])

    def close(self) -> None:
        """The evaluation is over."""
        for key, look in self.open.items():
            before = self.looks.get(key)
            same = before is not None and before[0].rows == look.rows
            look.known = sum(1 for row in look.rows if row in self.trained and row not in self.met)
            look.within = max(
                (len(own & look.rows) / len(own) for own in self.roles.values()), default=0.0
            )
            self.looks[key] = look, same
            if len(self.met) < MOST:
                self.met |= {row for row in look.rows if row not in self.trained}
        self.open.clear()


def watch(facts: Facts) -> Readers:
    """Know the rows of training again in evaluations of the same model."""
    models: WeakKeyDictionary[nn.Module, _Model] = WeakKeyDictionary()
    waiting: list[ref[nn.Module]] = []
    all_models: list[_Model] = []

    def calling(event: Calling) -> None:
        module = event.module
        if not event.inputs or not isinstance(event.inputs[0], Tensor):
            return
        model = models.get(module)
        if model is None:
            if next(module.parameters(), None) is None:
                return
            model = models[module] = _Model()
            all_models.append(model)
        if event.grad:
            model.calls += 1
            if model.calls > CALLS or len(model.trained) > MOST or not module.training:
                return
            if model.open:
                model.close()
            rows = prints(event.inputs[0], telling=model.telling > 3)
            model.telling = model.telling + 1 if rows is not None else 0
            if rows is not None:
                model.waiting.append(rows)
                del model.waiting[:-64]
                waiting.append(ref(module))
        elif model.trained:
            rows = prints(event.inputs[0])
            if rows is not None:
                key, updates = tuple(stack()), facts.modes.updates
                before = model.open.get(key) or model.looks.get(key, (None,))[0]
                if before is not None and before.updates != updates:
                    gaps = model.gaps.setdefault(key, [])
                    gaps.append(updates - before.updates)
                    del gaps[:-32]
                look = model.open.setdefault(key, _Look(updates))
                look.updates = updates
                look.rows.update(rows)

    def differentiating(event: Differentiating) -> None:
        if not event.accumulates:
            return
        for one in waiting:
            module = one()
            model = models.get(module) if module is not None else None
            if model is None:
                continue
            for role, rows in enumerate(model.waiting):
                new = set(rows)
                model.repeats += len(new & model.trained)
                model.trained |= new
                model.roles.setdefault(min(role, 3), set()).update(new)
            model.waiting.clear()
        waiting.clear()

    def ended(_: Any) -> None:
        for model in all_models:
            model.close()
            for key, (look, same) in model.looks.items():
                # Rows that are drawn anew for each evaluation are no validation data.
                once = key not in model.gaps and model.repeats > 0.3 * len(model.trained)
                if not key or not (same or once):
                    continue
                # With each update or two: a part of the step, as a target is.
                if median(model.gaps.get(key, [99])) <= 3:
                    continue
                n = len(look.rows)
                # Nearly all of an evaluation's rows: the training data is judged, and that is known.
                # Nearly all of the training's rows, or all of one role: everything is judged, to be shown.
                # Unless nothing else is ever judged, and it is a part of the training data alone.
                apart = any(2 * one.known < len(one.rows) for one, _ in model.looks.values())
                few = look.known < max(3, 0.02 * n) or (look.known > 0.97 * n and apart)
                if n < 10 or few or look.within > 0.97:
                    continue
                facts.report(
                    RULE.name,
                    "error",
                    key[0],
                    f"{look.known} of the {n} rows of this evaluation were trained on: it shows what the "
                    "model has learned by heart",
                    "Split the rows once, before anything else is done with them, and keep the parts apart.",
                    rows=n,
                    rows_trained_on=look.known,
                )

    return {Calling: calling, Differentiating: differentiating, Ended: ended}


RULE = Rule(
    name="train-val-contamination",
    severity="error",
    what="A part of the validation data is training data, too.",
    why="The model is judged by rows that it has seen: the result is too good, and says little about new "
    "data.",
    seen="Inputs of a model are known again by their values. A part of an evaluation's rows, neither few "
    "nor nearly all, was trained on by the same model before.",
    silent="Accuracy on training data; an evaluation of all data; rows that were met in an evaluation "
    "first and trained on later; new models for new folds; inputs with few values, where rows are alike "
    "by chance.",
    bad="train = TensorDataset(x[:800], y[:800])\nval = TensorDataset(x[600:], y[600:])\n",
    good="train = TensorDataset(x[:800], y[:800])\nval = TensorDataset(x[800:], y[800:])\n",
    watch=watch,
)
