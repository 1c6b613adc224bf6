"""A rate that is cut because things get better."""

import ast
import re
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from torch.optim.lr_scheduler import ReduceLROnPlateau

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.check.sources import Sources, calls
from fourbeat.finding import Place
from fourbeat.observe.events import Stepped
from fourbeat.observe.finer import Ended, Scheduling
from fourbeat.observe.place import here

SCORES = re.compile(
    r"acc|score|f1|auc|r2|iou|dice|bleu|rouge|precision|recall|reward|psnr|ssim|corr|hits|map\b|==|argmax",
    re.I,
)
"""Names of what should rise."""

LOSSES = re.compile(
    r"loss|err|mse|mae|nll|perplex|ppl|entropy|elbo|wer\b|cer\b|divergence|kl|crit", re.I
)
"""Names of what should fall."""


@dataclass(slots=True)
class _Run:
    """Of one scheduler: its mode, the metrics it was given, the mean training losses, the cuts."""

    mode: str
    place: Place | None
    metrics: list[float] = field(default_factory=list[float])
    losses: list[float] = field(default_factory=list[float])
    cuts: int = 0


def watch(facts: Facts) -> Readers:
    """Gather the metrics of each scheduler, and the training losses between them."""
    known: WeakKeyDictionary[Any, _Run] = WeakKeyDictionary()
    runs: list[_Run] = []
    losses: list[float] = []

    def stepped(event: Stepped) -> None:
        losses.extend(loss for _, loss, _ in event.losses if isinstance(loss, float))
        del losses[:-64]

    def scheduling(event: Scheduling) -> None:
        scheduler = event.scheduler
        if not isinstance(scheduler, ReduceLROnPlateau) or event.metric is None:
            return
        run = known.get(scheduler)
        if run is None:
            run = known[scheduler] = _Run(scheduler.mode, here())
            runs.append(run)
        run.metrics.append(float(event.metric))
        run.losses.append(sum(losses) / len(losses) if losses else 0.0)
        run.cuts += sum(event.after) < sum(event.before)
        losses.clear()

    def ended(_: Any) -> None:
        for run in runs:
            if len(run.metrics) < 4 or not run.cuts or run.place is None:
                continue
            rises = agreement(run.metrics, list(range(len(run.metrics))))
            if abs(rises) < 0.3 or (rises > 0) != (run.mode == "min"):
                continue
            kind = meaning(facts.sources, run.place)
            follows = agreement(run.metrics, run.losses)
            wrong = kind == ("score" if run.mode == "min" else "loss")
            # What falls as the training loss does is a loss; what rises as it falls may be overfitting.
            likely = run.mode == "max" and not kind and follows > 0.7
            if not wrong and not likely:
                continue
            other = {"min": "max", "max": "min"}[run.mode]
            facts.report(
                RULE.name,
                "error" if wrong else "warning",
                made(facts.sources, run.place) or run.place,
                f"the scheduler waits for its metric to go {'down' if run.mode == 'min' else 'up'}, and it "
                f"gets better by going the other way: from {run.metrics[0]:.3g} to {run.metrics[-1]:.3g}, "
                f"while the rate is cut {run.cuts} times",
                f'Make the scheduler with mode="{other}".',
                given_at=str(run.place),
                cuts=run.cuts,
                metric_at_first=run.metrics[0],
                metric_at_last=run.metrics[-1],
            )

    return {Stepped: stepped, Scheduling: scheduling, Ended: ended}


def agreement(one: list[float], other: list[float] | list[int]) -> float:
    """How far two rows of numbers rise and fall together, from -1 to 1, pair by pair."""
    signs = [
        ((a > b) - (a < b)) * ((c > d) - (c < d))
        for i, (a, c) in enumerate(zip(one, other, strict=True))
        for b, d in list(zip(one, other, strict=True))[:i]
    ]
    return sum(signs) / len(signs) if signs else 0.0


def made(sources: Sources, place: Place) -> Place | None:
    """Where the scheduler of a file was made, if but one is made there."""
    tree = sources.tree(place.file)
    found = [
        node
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ReduceLROnPlateau")
    ]
    if len(found) != 1:
        return None
    line = found[0].lineno
    return Place(place.file, line, found[0].end_lineno or line)


def meaning(sources: Sources, place: Place) -> str:
    """Whether a metric is a `score` or a `loss`, by what it is called and computed from; "" if unknown."""
    tree = sources.tree(place.file)
    if tree is None:
        return ""
    given: ast.expr | None = None
    for node in calls(sources, place, "step"):
        given = node.args[0] if node.args else None
        given = given or next((k.value for k in node.keywords if k.arg == "metrics"), None)
    if given is None:
        return ""
    texts = [ast.unparse(given)]
    if isinstance(given, ast.Name | ast.Attribute):
        # The latest line before that gives the name a value.
        values = [
            (node.lineno, ast.unparse(node.value))
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and texts[0] in [ast.unparse(target) for target in node.targets]
            and node.lineno < place.line
        ]
        texts += [text for _, text in sorted(values)[-1:]]
    for text in texts:
        score, loss = bool(SCORES.search(text)), bool(LOSSES.search(text))
        if text.startswith(("-", "1 -", "1.0 -")) and not score:
            continue
        if score != loss:
            return "score" if score else "loss"
    return ""


RULE = Rule(
    name="plateau-scheduler-wrong-mode",
    severity="error",
    what="`ReduceLROnPlateau` waits for an accuracy to fall, or for a loss to rise.",
    why="Each improvement counts as none, and the rate is cut while the training goes well, until it "
    "stands still.",
    seen="The metric moves against the mode, the rate is cut, and the metric is a score by its name or "
    "its formula while the mode is `min`, or a loss while it is `max`, or falls as the training loss "
    "does.",
    silent="A validation loss that rises because of overfitting; a metric that is flat.",
    bad="scheduler = ReduceLROnPlateau(optimizer)\n...\nscheduler.step(accuracy)\n",
    good='scheduler = ReduceLROnPlateau(optimizer, mode="max")\n...\nscheduler.step(accuracy)\n',
    watch=watch,
)
