"""The report: everything of the receipt, escaped, in one file that needs nothing else."""

import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from fourbeat.data.column import Column
from fourbeat.data.record import DataRecord, FileRecord
from fourbeat.data.split import SplitRecord
from fourbeat.receipt.code import CodeRecord
from fourbeat.receipt.model import (
    EpochRecord,
    EventRecord,
    ModelRecord,
    OptimizerRecord,
    Receipt,
    RunRecord,
    SelectionRecord,
    TrainingRecord,
)
from fourbeat.receipt.report.page import html

EVIL = "<b>&\"'</style><script>alert(1)</script>"
VOID = {"meta"}


class Page(HTMLParser):
    """A page read back: its tags in balance, its attributes, and the texts of each element."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.cells: list[list[str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))
        if "td" in self.open or "th" in self.open:
            self.cells[-1][-1] += data

    def values(self, name: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [value for _, attribute, value in self.attributes if attribute == name]

    def of(self, tag: str) -> list[str]:
        """The texts directly within a tag."""
        return [text for within, text in self.texts if within == tag]

    @property
    def text(self) -> str:
        """All that is read, without the style sheet."""
        return " ".join(text for tag, text in self.texts if tag != "style")


def receipt(**changed: Any) -> Receipt:
    """A run without data or configuration, as a loop in Python leaves it."""
    fields: dict[str, Any] = {
        "run": RunRecord(name="fit", status="finished", seed=3, steps=40, epochs=4),
        "config": None,
        "model": ModelRecord(
            name="Net", architecture="Net(\n  (a): Linear()\n)", parameters=1234, trainable=1000
        ),
        "optimizers": {"main": OptimizerRecord(name="SGD", groups=[{"lr": 0.1, "momentum": None}])},
        "training": TrainingRecord(),
        "data": None,
        "environment": {"torch": "2.11", "variables": {"MKL_CBWR": "AVX2"}},
        "code": CodeRecord(),
        "curves": epochs(4),
        "selection": SelectionRecord(
            metric="loss", direction="min", epoch=3, step=30, value=0.4321
        ),
        "results": {"test": {"examples": 1500, "loss": 0.51, "accuracy": 0.875}},
        "weights_sha256": "ab" * 32,
    }
    return Receipt(**(fields | changed))


def epochs(count: int) -> list[EpochRecord]:
    return [
        EpochRecord(
            epoch=n,
            step=10 * n,
            lr=[0.1],
            train={"loss": 1 / n, "accuracy": 0.5},
            validation={"loss": 1.1 / n},
        )
        for n in range(1, count + 1)
    ]


def data(columns: list[Column], classes: list[str]) -> DataRecord:
    return DataRecord(
        files=[FileRecord(name="t.csv", role="data", path="/t.csv", sha256="cd" * 32, rows=1200)],
        target="kind",
        columns=columns,
        classes=classes,
        split=SplitRecord(
            method="stratified",
            seed=7,
            rows={"train": 900, "validation": 300},
            rows_sha256={"train": "12" * 32, "validation": "34" * 32},
        ),
        notes=["Left out id."],
    )


def column(name: str, **changed: Any) -> Column:
    fields: dict[str, Any] = {
        "type": "numeric",
        "source": "double",
        "reason": "numbers",
        "mean": 1.5,
        "std": 2.0,
    }
    return Column(name=name, **(fields | changed))


def headings(page: Page) -> list[str]:
    return page.of("h2")


def test_a_run_without_data_has_no_sections_of_data():
    page = Page(html(receipt()))
    assert headings(page) == ["Results", "Curves", "Model", "Optimizer", "Reproducibility"]
    links = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    ids = [value for tag, name, value in page.attributes if tag == "section" and name == "id"]
    assert links == [f"#{name}" for name in ids]
    assert not {"Events", "Limits", "Code", "Notes"} & set(page.of("h3"))


def test_a_run_that_has_not_begun_is_a_page_too():
    page = Page(html(receipt(curves=[], selection=None, results={}, weights_sha256=None)))
    assert headings(page) == ["Model", "Optimizer", "Reproducibility"]


def test_a_declared_run_has_every_section():
    config = {"seed": 0, "train": {"epochs": 60, "deep": {"er": [1, 2]}}, "model": {"name": "mlp"}}
    results = {"test": {"examples": 4, "loss": 0.1, "confusion": [[2, 1], [0, 1]]}}
    page = Page(
        html(receipt(data=data([column("a")], ["no", "yes"]), config=config, results=results))
    )
    assert headings(page) == [
        "Results",
        "Curves",
        "Classes",
        "Data",
        "Model",
        "Optimizer",
        "Configuration",
        "Reproducibility",
    ]
    assert ["deep.er", "[1, 2]"] in page.cells
    assert ["seed", "0"] in page.cells
    assert ["yes", "1"] in page.cells
    assert ["t.csv", "data", "1,200", "cd" * 32] in page.cells
    assert ["train", "900", "0.750", "12" * 32] in page.cells
    assert "Method: stratified, seed 7." in page.text
    assert "Left out id." in page.of("li")


def test_figures_are_those_of_the_receipt():
    page = Page(html(receipt()))
    for text in ("0.4321", "0.8750", "1,500 examples", "of 4, at step 30", "ab" * 32):
        assert text in page.text
    assert "1,234, of which 1,000 are trained" in page.text
    assert "Net(\n  (a): Linear()\n)" in page.of("pre")
    assert ["test", "1,500", "0.5100", "0.8750"] in page.cells
    assert ["momentum", "–"] in page.cells  # noqa: RUF001
    assert "variables.MKL_CBWR" in page.of("dt")
    assert ["2", "20", "0.5000", "0.5500", "0.5000", "0.1000"] in page.cells


def test_the_parameters_of_a_group_are_read_like_those_of_the_model():
    groups = [{"lr": 0.002, "parameters": 11984}]
    page = Page(html(receipt(optimizers={"main": OptimizerRecord(name="SGD", groups=groups)})))
    assert ["parameters", "11,984"] in page.cells
    assert ["lr", "0.002"] in page.cells


def test_a_learning_rate_that_never_moved_is_said_in_words():
    def page_of(*rates: list[float]) -> Page:
        curve = [e.model_copy(update={"lr": lr}) for e, lr in zip(epochs(2), rates, strict=True)]
        return Page(html(receipt(curves=curve)))

    page = page_of([0.002], [0.002])
    assert "The learning rate was 0.002 in every epoch." in page.text
    assert "chart-lr-title" not in page.values("id")
    said = "The learning rate was 0.1000 (group 0), 0.002 (group 1) in every epoch."
    assert said in page_of([0.1, 0.002], [0.1, 0.002]).text
    for moving in (page_of([0.1], [0.2]), page_of([0.1, 0.2], [0.1, 0.3])):
        assert "chart-lr-title" in moving.values("id")
        assert "in every epoch" not in moving.text


@pytest.mark.parametrize(
    ("status", "said"),
    [("finished", None), ("stopped", "before its last epoch"), ("failed", "ValueError: no <b>")],
)
def test_status(status: str, said: str | None):
    error = "ValueError: no <b>" if status == "failed" else None
    run = RunRecord.model_validate({"name": "r", "status": status, "seed": None, "error": error})
    page = Page(html(receipt(run=run)))
    assert status in page.of("span")
    warnings = [v for v in page.values("class") if v.startswith("warning")]
    assert len(warnings) == (said is not None)
    assert said is None or said in page.text


def test_inexact_is_branded():
    exact, inexact = html(receipt()), html(receipt(inexact=["threads: 2, now <1>"]))
    assert "INEXACT" not in Page(exact).text
    page = Page(inexact)
    assert "INEXACT" in page.of("span")
    assert "threads: 2, now <1>" in page.of("li")


def evil() -> Receipt:
    """A receipt whose every text is markup."""
    columns = [column(EVIL, source=EVIL, reason=EVIL)]
    made = data(columns, [EVIL, "other"])
    made.files[0].name = made.files[0].role = made.target = EVIL
    made.notes = [EVIL]
    return receipt(
        run=RunRecord(name=EVIL, status="failed", seed=0, error=EVIL),
        config={EVIL: EVIL, "section " + EVIL: {EVIL: [EVIL]}},
        model=ModelRecord(name=EVIL, architecture=EVIL, parameters=1, trainable=1),
        optimizers={
            EVIL: OptimizerRecord(name=EVIL, groups=[{EVIL: EVIL}], scheduler=EVIL, schedule=EVIL)
        },
        data=made,
        environment={EVIL: EVIL},
        code=CodeRecord(script=EVIL, git_commit=EVIL),
        batch=EVIL,
        curves=[
            EpochRecord(
                epoch=1, step=1, lr=[0.1, 0.2], train={EVIL: 1.0}, validation={EVIL: math.nan}
            )
        ],
        selection=SelectionRecord(metric=EVIL, direction="max", epoch=1, step=1, value=1.0),
        results={
            EVIL: {"examples": 3, EVIL: 1.0, "list" + EVIL: [EVIL], "confusion": [[1, 1], [0, 1]]}
        },
        events=[EventRecord(kind=EVIL, step=1, text=EVIL)],
        inexact=[EVIL],
        limits=[EVIL],
        weights_sha256=EVIL,
        last_weights_sha256=EVIL,
    )


def test_every_text_is_escaped():
    text = html(evil())
    page = Page(text)
    assert "<script" not in text
    assert "<b>" not in text
    assert page.text.count(EVIL) > 40
    tags = {tag for tag, _, _ in page.attributes} | {tag for tag, _ in page.texts}
    assert not tags & {"script", "b"}
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_control_characters_are_shown_and_not_sent():
    page = html(receipt(limits=["a\x00b\x1bc"]))
    assert "a␀b␛c" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page)


@pytest.mark.parametrize("made", [receipt(), evil()], ids=["plain", "evil"])
def test_the_page_asks_for_nothing(made: Receipt):
    page = Page(html(made))
    names = {name for _, name, _ in page.attributes}
    assert not names & {"src", "srcset", "action", "data", "xlink:href"}
    assert all(value.startswith("#") for value in page.values("href"))
    assert not {"script", "link", "img", "iframe", "object", "base"} & {
        tag for tag, _, _ in page.attributes
    }
    style = "".join(page.of("style"))
    assert "color-scheme" in style
    assert not re.search(r"url\(|@import|https?:|//", style)
    policy = [v for v in page.values("content") if "default-src 'none'" in v]
    assert len(policy) == 1


def test_ids_are_unique_and_references_resolve():
    page = Page(html(evil()))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    named = [name for value in page.values("aria-labelledby") for name in value.split()]
    assert named
    assert set(named) <= set(ids)


def test_same_receipt_same_page():
    made = receipt(
        curves=[
            EpochRecord(epoch=1, step=1, lr=[0.1], train={"loss": math.nan}, validation={}),
            EpochRecord(epoch=2, step=2, lr=[0.1], train={"loss": math.inf}, validation={}),
        ],
        results={"test": {"examples": 2, "loss": math.nan, "odd": [math.inf, math.nan]}},
        data=data([column("a")], ["no", "yes"]),
    )
    once = html(made)
    assert html(made.model_copy(deep=True)) == once
    again = html(Receipt.model_validate_json(made.model_dump_json()))
    assert Page(again).cells == Page(once).cells
    sealed = made.model_copy(update={"artifacts": {"report.html": "00"}, "seal": "11"})
    assert html(sealed) == once  # the report cannot hold its own hash


def test_results_that_are_not_numbers_stay_in_the_page():
    results = {"test": {"examples": 2, "loss": math.nan, "each": [0.25, 0.5], "confusion": 0.125}}
    page = Page(html(receipt(results=results)))
    assert "[0.25, 0.5]" in page.of("code")
    assert ["test", "2", "NaN", "0.1250"] in page.cells
    assert "Classes" not in headings(page)


@pytest.mark.parametrize("broken", [[], [[1, 2]], [[1], [2]], [["x"]], [[-1]], [1, 2], [[True]]])
def test_what_is_no_square_of_counts_is_no_confusion_matrix(broken: Any):
    page = Page(html(receipt(results={"test": {"examples": 1, "confusion": broken}})))
    assert "Classes" not in headings(page)
    assert "test confusion" in page.of("dt")


def test_confusion_matrix_and_classes():
    results = {"test": {"examples": 10, "confusion": [[6, 2], [0, 2]]}}
    page = Page(html(receipt(results=results, data=data([column("a")], ["no", "yes"]))))
    assert ["no", "6", "2"] in page.cells
    assert ["no", "8", "1.000", "0.750", "0.857"] in page.cells
    assert ["yes", "2", "0.500", "1.000", "0.667"] in page.cells
    assert [v for v in page.values("class") if v in ("right", "wrong", "zero")] == [
        "right",
        "wrong",
        "zero",
        "right",
    ]
    assert page.values("style") == ["--share:0.87", "--share:0.50", "--share:1.00"]


def test_a_class_that_never_was_has_no_ratios():
    page = Page(html(receipt(results={"test": {"confusion": [[3, 0], [0, 0]]}})))
    assert ["1", "0", "–", "–", "–"] in page.cells  # noqa: RUF001


def test_ten_classes_are_a_matrix_and_thirty_are_pairs():
    def page(size: int) -> Page:
        matrix = [[50 if i == j else 0 for j in range(size)] for i in range(size)]
        matrix[2][1], matrix[0][3] = 9, 4
        return Page(html(receipt(results={"test": {"confusion": matrix}})))

    ten, thirty = page(10), page(30)
    assert ["2", "0", "9", "50", *["0"] * 7] in ten.cells
    assert ["2", "1", "9", "0.153"] not in ten.cells
    assert ["2", "1", "9", "0.153"] in thirty.cells
    assert not any(len(row) > 20 for row in thirty.cells)
    found = [
        row for row in thirty.cells if row in (["2", "1", "9", "0.153"], ["0", "3", "4", "0.074"])
    ]
    assert found == [["2", "1", "9", "0.153"], ["0", "3", "4", "0.074"]]
    assert ["29", "50", "1.000", "1.000", "1.000"] in thirty.cells


def test_columns():
    columns = [
        column("n", missing=1234),
        column("day", type="datetime", source="date32", mean=20000.2, std=3.0),
        column("far", type="datetime", mean=1e12, std=3.0),
        column("id", type="id", mean=None, std=None),
        column("c", type="category", mean=None, std=None, categories=("a", "b"), rare=5),
    ]
    cells = {row[0]: row[1:] for row in Page(html(receipt(data=data(columns, ["x"])))).cells}
    assert cells["n"] == ["numeric", "double", "1,234", "1.5 ± 2", "numbers"]
    assert cells["day"][3] == "2024-10-04 ± 3 days"
    assert cells["far"][3] == "1e12 ± 3"
    assert cells["id"][2:4] == ["–", "–"]  # noqa: RUF001
    assert cells["c"][3] == "2 categories, 5 rare ones unknown"


def test_many_columns_fold():
    def folds(count: int) -> list[str]:
        columns = [column(f"c{i}") for i in range(count)]
        page = Page(html(receipt(data=data(columns, ["x", "y"]))))
        assert sum(row[0].startswith("c") and row[1] == "numeric" for row in page.cells) == count
        return page.of("summary")

    assert "200 columns" in folds(200)
    assert "3 columns" not in folds(3)


def test_every_wide_thing_scrolls_by_itself():
    page = Page(html(evil()))
    tables = html(evil()).count("<thead>")
    boxes = [v for v in page.values("class") if v.split()[0] == "scroll"]
    assert len(boxes) == tables > 5


def schemes() -> Iterator[tuple[str, dict[str, str]]]:
    """The colours of each scheme."""
    css = files("fourbeat.receipt.report").joinpath("report.css").read_text(encoding="utf-8")
    found = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): ([^;]+);", found[0]))
    yield "light", light
    yield "dark", light | dict(re.findall(r"--([\w-]+): ([^;]+);", found[1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG has it, of `#rrggbb` or `r g b`."""
    if colour.startswith("#"):
        channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    else:
        channels = [int(part) for part in colour.split()]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "colours"), list(schemes()), ids=["light", "dark"])
def test_colours_have_contrast(name: str, colours: dict[str, str]):
    for text in ("ink", "quiet", "link", "good", "careful", "bad"):
        for ground in ("paper", "panel"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (name, text, ground)
    for shade in ("right-shade", "wrong-shade"):
        assert contrast(colours["ink"], colours[shade]) >= 4.5, (name, shade)
    for line in ("train", "validation"):
        assert contrast(colours[line], colours["paper"]) >= 3, (name, line)
