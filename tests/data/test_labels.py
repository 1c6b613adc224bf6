"""Labels of any type become class numbers, by a mapping that is said."""

import pyarrow as pa
import pytest

from fourbeat.data import labels
from fourbeat.errors import DataError


def mapping(values, declared=None, relabel=None):
    texts = labels.texts(pa.chunked_array([pa.array(values)]), relabel or {}, "t.csv")
    classes = labels.classes_of(texts, declared, "t.csv")
    return classes, labels.encode(texts, classes, "t.csv").tolist()


@pytest.mark.parametrize(
    ("values", "classes", "numbers"),
    [
        (["yes", "no", "no", "yes"], ["no", "yes"], [1, 0, 0, 1]),
        ([True, False, False, True], ["false", "true"], [1, 0, 0, 1]),
        ([-1, 1, 1, -1], ["-1", "1"], [0, 1, 1, 0]),
        ([10, 9, 9, 10], ["9", "10"], [1, 0, 0, 1]),
        ([1.0, 2.0, 2.0, 1.0], ["1", "2"], [0, 1, 1, 0]),
        ([0.5, 1.5, 1.5, 0.5], ["0.5", "1.5"], [0, 1, 1, 0]),
        (["é", "a,b", "é", "a,b"], ["a,b", "é"], [1, 0, 1, 0]),
    ],
)
def test_any_type_of_label(values, classes, numbers):
    assert mapping(values) == (classes, numbers)


def test_a_declared_order():
    values = ["standard", "escalate"] * 2
    assert mapping(values, ["standard", "escalate"]) == (["standard", "escalate"], [0, 1, 0, 1])
    with pytest.raises(DataError, match=r"labels \['escalate'\] are not among"):
        mapping(values, ["standard", "other"])


def test_labels_can_be_renamed():
    values = ["<=50K", ">50K", "<=50K.", ">50K."]
    renamed = {"<=50K.": "<=50K", ">50K.": ">50K"}
    assert mapping(values, relabel=renamed) == (["<=50K", ">50K"], [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["a"] * 5, "one class only, 'a'"),
        (["a", None, "b", None], r"2 rows have no label \(t.csv, row 2, 4\)"),
        ([i + 0.5 for i in range(30)], "a quantity, not a class"),
        ([f"id{i}" for i in range(9)], "9 different values in 9 rows: not classes"),
    ],
)
def test_what_is_no_label(values, message):
    with pytest.raises(DataError, match=message):
        mapping(values)
