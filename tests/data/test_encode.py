"""Tensors by the training rows' statistics alone; defined values for all that was not seen."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fourbeat.data import encode
from fourbeat.data.column import Column
from fourbeat.errors import DataError


def column(type_, source="double"):
    return Column(name="c", type=type_, source=source, reason="")


def chunked(values, kind=None):
    return pa.chunked_array([pa.array(values, kind)])


def encoded(fitted, values):
    return encode.encode([fitted], {"c": values}.__getitem__, len(values))


@given(
    arrays(
        np.float64, st.integers(2, 50), elements=st.floats(-1e6, 1e6).map(lambda v: round(v, 6))
    ),
    st.integers(1, 49),
)
def test_numbers_are_standardised_by_the_training_rows_only(values, cut):
    train = np.arange(min(cut, len(values)))
    fitted = encode.fit(column("numeric"), chunked(values), train, 1)
    assert fitted.mean == values[train].mean()
    made = encoded(fitted, chunked(values)).numeric[:, 0].numpy()
    varies = values[train].min() < values[train].max()
    expected = (values - values[train].mean()) / ((values[train].std() if varies else 0) or 1.0)
    np.testing.assert_array_equal(made, expected.astype(np.float32))


def test_a_constant_is_not_divided_by_its_rounding_error():
    fitted = encode.fit(column("numeric"), chunked([0.3] * 9 + [5.5]), np.arange(9), 1)
    assert fitted.std == 1.0


def test_missing_numbers_are_zero_beside_an_indicator():
    values = chunked([1.0, None, 3.0])
    fitted = encode.fit(column("numeric"), values, np.arange(3), 1)
    made = encoded(fitted, values)
    assert made.numeric.tolist() == [[-1, 0], [0, 1], [1, 0]]
    assert made.numeric.dtype == torch.float32
    assert made.codes.shape == (3, 0)


def test_missing_only_later_is_the_mean():
    fitted = encode.fit(column("numeric"), chunked([1.0, 3.0]), np.arange(2), 1)
    assert encoded(fitted, chunked([None, 3.0])).numeric.tolist() == [[0], [1]]


def test_categories_unknown_missing_and_rare():
    values = chunked(["a", "a", "b", "b", "rare", None, "later"])
    fitted = encode.fit(column("category", "string"), values, np.arange(6), 2)
    assert (fitted.categories, fitted.rare, fitted.missing) == (("a", "b"), 1, 1)
    made = encoded(fitted, values)
    assert made.codes[:, 0].tolist() == [2, 2, 3, 3, encode.UNKNOWN, encode.MISSING, encode.UNKNOWN]
    assert made.codes.dtype == torch.int64
    assert encode.shape_of([fitted], 2) == encode.TableShape(0, (4,), 2)


def test_whole_numbers_of_few_values_are_categories_as_well():
    values = chunked([1, 2, 3] * 100)
    fitted = encode.fit(column("numeric", "int64"), values, np.arange(300), 1)
    assert fitted.categories == ("1", "2", "3")
    assert encode.shape_of([fitted], 2) == encode.TableShape(1, (5,), 2)
    for same in (chunked([3]), chunked([3.0]), chunked(["3"]), chunked(["3.0"])):
        assert encoded(fitted, same).codes.tolist() == [[4]]
    mixed = encoded(fitted, chunked(["3", "3.0", "3.5", "003"])).codes.flatten()
    assert mixed.tolist() == [4, 4, encode.UNKNOWN, 4]
    finer = encode.fit(column("numeric", "int64"), chunked(range(300)), np.arange(300), 1)
    assert finer.categories is None


def test_every_value_missing_in_training_is_said():
    with pytest.raises(DataError, match="missing in the training rows"):
        encode.fit(column("numeric"), chunked([None, None, 1.0]), np.arange(2), 1)


def test_what_float32_cannot_hold_is_named_by_row():
    fitted = encode.fit(column("numeric"), chunked([1.0, 3.0]), np.arange(2), 1)
    with pytest.raises(DataError, match="1e\\+300 is infinite or too large.*row 2"):
        encoded(fitted, chunked([1.0, 1e300]))


def test_columns_are_taken_once_each():
    columns = [
        encode.fit(
            column("numeric").model_copy(update={"name": n}), chunked([1.0, 2.0]), np.arange(2), 1
        )
        for n in "ab"
    ]
    held = {"a": chunked([1.0, 2.0]), "b": chunked([3.0, 4.0])}
    encode.encode(columns, held.pop, 2)
    assert held == {}
