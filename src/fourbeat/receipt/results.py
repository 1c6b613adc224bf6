"""What a receipt says of a declared run's results beside the metrics: intervals, decision, baselines."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A part of the receipt: unknown keys are errors; NaN and infinities are texts in JSON."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="strings")


Table = dict[str, dict[str, float]]
"""Figures by name of the data (`validation`, `test`) and of the metric."""


class IntervalRecord(Record):
    """How the intervals in `results` were made: percentiles over resamples of whole rows.

    Attributes:
        level: share of resamples between both ends.
        resamples: how many.
        seed: of the resamples.
        rows: by name of the data, rows that were resampled; fewer than there are where they are many.
    """

    level: float
    resamples: int
    seed: int
    rows: dict[str, int]


class DecisionRecord(Record):
    """How answers become decisions, where that was declared. Chosen on validation rows alone.

    Attributes:
        goal: what the threshold is for, in words; None without one.
        thresholds: the probability from which on it is the last class, or each label. Empty for the
            likeliest class, and a half.
        met: for each threshold whether its floor was reached on the validation rows.
        results: at the threshold, or each label's, by name of the data.
        temperatures: what the logits were divided by, one, or one a label. Empty for none.
        calibration: of probabilities without (`before`) and with temperature, by name of the data.
        notes: what is to be known of it, in words.
    """

    goal: str | None = None
    thresholds: list[float] = []
    met: list[bool] = []
    results: dict[str, list[dict[str, float]]] = {}
    temperatures: list[float] = []
    calibration: dict[str, Table] = {}
    notes: list[str] = []


class RescoredRecord(Record):
    """The results again, without the rows or columns that findings of the data name.

    Attributes:
        rule: of the finding.
        columns: that it names; of guilty columns all together.
        model: `network`; without columns a baseline, since the network was trained with them.
        data: the rows that measure, `test` or `validation`.
        rows: that are left of them.
        results: figures by name; empty where no row is left.
    """

    rule: str
    columns: list[str] = []
    model: str = "network"
    data: str
    rows: int
    results: dict[str, float] = {}


class BaselineRecord(Record):
    """A simple model on the identical split.

    Attributes:
        name: `majority`, `mean`, `linear` or `boosting`.
        said: what it is, in words.
        results: metrics by name of the data.
    """

    name: str
    said: str
    results: Table


Worth = Literal["worth it", "not worth it", "no difference seen"]


class VerdictRecord(Record):
    """The network against the baseline that was the best on the validation rows.

    Attributes:
        metric: that was compared.
        data: on whose rows.
        against: the baseline's name.
        difference: the network's value minus the baseline's.
        interval: of 95 % of that, by a bootstrap of pairs; None for too few rows.
        worth: the verdict.
        text: the same in a sentence.
    """

    metric: str
    data: str
    against: str
    difference: float
    interval: tuple[float, float] | None
    worth: Worth
    text: str


class BaselinesRecord(Record):
    """The simple models beside the network.

    Attributes:
        rows: training rows that they were made of.
        of: training rows that there are; more than `rows` where they were made of a sample.
        models: with their results.
        verdict: None where nothing could be compared.
        notes: what was left out, in words.
    """

    rows: int
    of: int
    models: list[BaselineRecord]
    verdict: VerdictRecord | None = None
    notes: list[str] = []
