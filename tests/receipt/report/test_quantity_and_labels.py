"""The report of a quantity and of several labels: pictures and tables of the receipt's figures."""

import pytest

from fourbeat.data.record import DataRecord, FileRecord, LabelRecord, QuantityRecord, SplitRecord
from fourbeat.receipt.code import CodeRecord
from fourbeat.receipt.model import ModelRecord, Receipt, RunRecord, TrainingRecord
from fourbeat.receipt.report.page import html


def receipt(results, **data):
    return Receipt(
        run=RunRecord(name="r", status="finished", seed=1),
        config=None,
        model=ModelRecord(name="MLP", architecture="MLP()", parameters=1, trainable=1),
        optimizers={},
        training=TrainingRecord(),
        data=DataRecord(
            files=[FileRecord(name="t.csv", role="data", path=None, sha256="ab" * 32, rows=9)],
            columns=[],
            classes=[],
            split=SplitRecord(method="random", seed=1, rows={"train": 90}, rows_sha256={}),
            **data,
        ),
        environment={},
        code=CodeRecord(),
        results=results,
    )


ERRORS = {
    "examples": 500,
    "rmse": 2.5,
    "pairs": [[10, 12], [20, 19.5], [35, 30]],
    "residuals": [[-5, 0, 2], [0, 5, 1]],
    "quantiles": [[0.0, -5.0], [0.5, -0.5], [1.0, 2.0]],
}


def quantity(results):
    record = QuantityRecord(mean=20, std=5, low=1, high=40)
    return html(receipt(results, task="regression", target="<price>", quantity=record))


def test_a_quantity_is_a_picture_and_its_errors():
    page = quantity({"test": ERRORS})
    assert page.count('class="point"') == 3
    assert page.count('class="bar"') == 2
    assert "true 20.0000, predicted 19.5000" in page
    assert "-5.0000 to 0.0000: 2 rows" in page
    assert "3 of 500 rows, evenly spread" in page
    assert "error of &lt;price&gt;" in page
    assert "have an error up to" in page
    assert "a quantity, 20 ± 5 in training" in page
    assert 'id="classes"' not in page
    assert "Further results" not in page


@pytest.mark.parametrize(
    "broken",
    [
        {"pairs": [], "residuals": [], "quantiles": []},
        {"pairs": [["NaN", "Infinity"]], "residuals": [["NaN", 1, 2]]},
        {"pairs": "none", "residuals": [[1, [2], 3]]},
        {"pairs": [[5, 5]], "residuals": [[-1, 1, 1]]},
    ],
)
def test_what_cannot_be_drawn_is_said(broken):
    page = quantity({"test": {**ERRORS, **broken}})
    drawn = broken["pairs"] == [[5, 5]]
    assert page.count("No value can be drawn.") == (0 if drawn else 2)


def test_labels_are_a_table_each():
    labels = [LabelRecord(name="wet", ones=9), LabelRecord(name="<hot>", ones=45)]
    counts = {"label_counts": [[6, 2, 2, 10], [0, 0, 0, 20]], "label_auc": [0.875, "NaN"]}
    made = receipt({"test": counts}, task="multilabel", target=["wet", "<hot>"], labels=labels)
    page = html(made)
    assert "wet, &lt;hot&gt; (2 labels, each 0 or 1)" in page
    row = page[page.index(">wet</th><td") :]
    for cell in (">8<", ">8<", ">0.750<", ">0.750<", ">0.750<", ">0.800<", ">0.8750<"):
        assert cell in row
    assert ">1.000<" in page
    assert page.count("AUC") == 1
    assert "Further results" not in page
    assert ">0.100<" in page  # 9 of the 90 training rows
    made.results["test"]["label_counts"] = [[1, 2], [3, 4]]
    assert 'id="labels"' not in html(made)
