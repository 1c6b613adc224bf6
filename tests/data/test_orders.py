"""Which categories have an order."""

import itertools

import pandas as pd
import pyarrow as pa
import pytest

from fourbeat.config.columns import ColumnConfig
from fourbeat.data.orders import order_of
from fourbeat.data.schema import infer
from fourbeat.data.source import read
from fourbeat.errors import DataError


@pytest.mark.parametrize(
    "order",
    [
        ("1 - High", "2 - Medium", "3 - Low", "10 - None"),
        ("2. second", "11. eleventh", "100. last"),
        ("<5", "5-17", "18 to 64", "65+"),
        ("under 18", "18-64", "over 64"),
        ("XS", "M", "XXL"),
        ("very low", "Low", "HIGH"),
        ("never", "sometimes", "always"),
        ("Low", "Med", "High", "Very High"),
        ("low", "mid", "high"),
        ("niedrig", "mittel", "hoch"),
        ("< 1 year", "1 year", "2 years", "10+ years"),
        ("<6 months", "6-12 months", "over 12 months"),
        ("<$10k", "$10k-$25k", "$25k-$50k", "$50k-$100k", ">$100k"),
        ("under $500", "$500-$1k", "$1,000-$2,500", "$2.5k+"),
    ],
)
def test_order_whatever_the_order_they_come_in(order):
    for texts in itertools.permutations(order):
        found = order_of(texts)
        assert found is not None
        assert found[0] == order


@pytest.mark.parametrize(
    "texts",
    [
        ("low", "high"),  # two have no order that matters
        ("red", "green", "blue"),
        ("Category 1", "Category 2", "Category 3"),
        ("1 - a", "1 - b", "2 - c"),
        ("low", "high", "blue"),
        ("small", "high", "good"),
        ("low", "Low ", "high"),
        ("1 year", "2 months", "3 days"),
        ("1 apple", "2 pears", "3 plums"),
        ("1a", "2b", "3c"),
        ("00501", "02138", "10115"),
        tuple(f"{i} - x" for i in range(50)),
    ],
)
def test_no_order(texts):
    assert order_of(texts) is None


SIZES = ["one", "two", "three", "two", "one"] * 8


def test_a_frame_may_have_the_order():
    frame = pd.DataFrame({"y": [i % 2 for i in range(40)]})
    frame["c"] = pd.Categorical(SIZES, ["one", "two", "three"], ordered=True)
    column = infer(read(frame), "y")[0]
    assert (column.type, column.order) == ("ordered", ("one", "two", "three"))
    frame["c"] = pd.Categorical(SIZES, ["one", "two", "three"])
    assert infer(read(frame), "y")[0].type == "category"


def test_it_may_be_said():
    table = read(pa.table({"c": SIZES, "y": [i % 2 for i in range(40)]}))
    order = ("one", "two", "three", "four")
    assert infer(table, "y", told={"c": ColumnConfig(order=order)})[0].order == order
    with pytest.raises(DataError, match=r"'two' has no place in the order.*Give all"):
        infer(table, "y", told={"c": ColumnConfig(order=("one", "three"))})
    with pytest.raises(DataError, match=r"no order is known.*data.columns.c.order="):
        infer(table, "y", told={"c": ColumnConfig(type="ordered")})
