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


def fit(column, values, train, min_count=1, most=5000):
    return encode.fit(column, values, train, min_count, most)


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
    fitted = fit(column("numeric"), chunked(values), train, 1)
    assert fitted.mean == values[train].mean()
    made = encoded(fitted, chunked(values)).numeric[:, 0].numpy()
    varies = values[train].min() < values[train].max()
    expected = (values - values[train].mean()) / ((values[train].std() if varies else 0) or 1.0)
    np.testing.assert_array_equal(made, expected.astype(np.float32))


def test_a_constant_is_not_divided_by_its_rounding_error():
    fitted = fit(column("numeric"), chunked([0.3] * 9 + [5.5]), np.arange(9), 1)
    assert fitted.std == 1.0


def test_missing_numbers_are_zero_beside_an_indicator():
    values = chunked([1.0, None, 3.0])
    fitted = fit(column("numeric"), values, np.arange(3), 1)
    made = encoded(fitted, values)
    assert made.numeric.tolist() == [[-1, 0], [0, 1], [1, 0]]
    assert made.numeric.dtype == torch.float32
    assert made.codes.shape == (3, 0)


def test_missing_only_later_is_the_mean():
    fitted = fit(column("numeric"), chunked([1.0, 3.0]), np.arange(2), 1)
    assert encoded(fitted, chunked([None, 3.0])).numeric.tolist() == [[0], [1]]


def test_categories_unknown_missing_and_rare():
    values = chunked(["a", "a", "b", "b", "rare", None, "later"])
    fitted = fit(column("category", "string"), values, np.arange(6), 2)
    assert (fitted.categories, fitted.rare, fitted.missing) == (("a", "b"), 1, 1)
    made = encoded(fitted, values)
    assert made.codes[:, 0].tolist() == [2, 2, 3, 3, encode.UNKNOWN, encode.MISSING, encode.UNKNOWN]
    assert made.codes.dtype == torch.int64
    assert encode.shape_of([fitted], 2) == encode.TableShape(0, (4,), 2)


def test_whole_numbers_of_few_values_are_categories_as_well():
    values = chunked([1, 2, 3] * 100)
    fitted = fit(column("numeric", "int64"), values, np.arange(300), 1)
    assert fitted.categories == ("1", "2", "3")
    assert encode.shape_of([fitted], 2) == encode.TableShape(1, (5,), 2)
    for same in (chunked([3]), chunked([3.0]), chunked(["3"]), chunked(["3.0"])):
        assert encoded(fitted, same).codes.tolist() == [[4]]
    mixed = encoded(fitted, chunked(["3", "3.0", "3.5", "003"])).codes.flatten()
    assert mixed.tolist() == [4, 4, encode.UNKNOWN, 4]
    finer = fit(column("numeric", "int64"), chunked(range(300)), np.arange(300), 1)
    assert finer.categories is None


def test_a_column_without_a_value_in_training_is_left_out():
    fitted = fit(column("numeric"), chunked([None, None, 1.0]), np.arange(2))
    assert (fitted.used, fitted.reason) == (False, "no value in any training row")


def test_what_float32_cannot_hold_is_named_by_row():
    fitted = fit(column("numeric"), chunked([1.0, 3.0]), np.arange(2), 1)
    with pytest.raises(DataError, match="1e\\+300 is infinite or too large.*row 2"):
        encoded(fitted, chunked([1.0, 1e300]))


def test_columns_are_taken_once_each():
    columns = [
        fit(column("numeric").model_copy(update={"name": n}), chunked([1.0, 2.0]), np.arange(2))
        for n in "ab"
    ]
    held = {"a": chunked([1.0, 2.0]), "b": chunked([3.0, 4.0])}
    encode.encode(columns, held.pop, 2)
    assert held == {}


def test_only_so_many_categories_are_kept_the_most_frequent():
    values = chunked(["a", "b", "b", "c", "c", "c", "d", "d"])
    fitted = fit(column("category", "string"), values, np.arange(8), most=2)
    assert (fitted.categories, fitted.rare) == (("b", "c"), 2)


def test_hashed_categories_know_no_unknown():
    hashed = column("category", "string").model_copy(update={"buckets": 16})
    fitted = fit(hashed, chunked(["a", "b", None]), np.arange(2))
    assert encode.shape_of([fitted], 2) == encode.TableShape(0, (18,), 2)
    codes = encoded(fitted, chunked(["a", "b", None, "never seen", "a"])).codes[:, 0].tolist()
    # CRC-32 of "a" is 0xE8B7BE43, of "b" 0x71BEEFF9.
    assert codes[:3] == [2 + 0x3, 2 + 0x9, encode.MISSING]
    assert 2 <= codes[3] < 18
    assert codes[4] == codes[0]


def test_an_ordered_category_is_its_place_and_its_code():
    sizes = column("ordered", "string").model_copy(update={"order": ("S", "M", "L", "XL")})
    values = chunked(["S", "M", "L", "L", "S", "M", "XL", None])
    fitted = fit(sizes, values, np.arange(6))
    assert fitted.order == ("S", "M", "L")
    assert encode.shape_of([fitted], 2) == encode.TableShape(1, (5,), 2)
    made = encoded(fitted, values)
    places = made.numeric[:, 0]
    assert places[0] < places[1] < places[2]
    assert places[1] == 0  # the middle of three
    # Known from no training row: the mean place, the unknown code.
    assert (places[6], places[7]) == (0, 0)
    assert made.codes[:, 0].tolist() == [4, 3, 2, 2, 4, 3, encode.UNKNOWN, encode.MISSING]


@given(
    arrays(np.float64, st.integers(2, 300), elements=st.floats(allow_nan=False)),
    st.floats(allow_nan=False),
)
def test_quantiles_keep_the_order_and_bound_every_value(values, other):
    asked = column("numeric").model_copy(update={"scale": "quantile"})
    fitted = fit(asked, chunked(values), np.arange(len(values)))
    if not np.isfinite(values).any():
        assert not fitted.used
        return
    everything = np.sort(np.append(values, other))
    made = encoded(fitted, chunked(everything)).numeric[:, 0].numpy()
    assert np.isfinite(made).all()
    assert (np.diff(made) >= 0).all()


def test_quantiles_make_heavy_tails_normal():
    values = np.random.default_rng(0).standard_cauchy(20_000)
    fitted = fit(column("numeric"), chunked(values), np.arange(20_000))
    assert "mapped by its quantiles, for its tails are heavy" in fitted.reason
    made = encoded(fitted, chunked(values)).numeric[:, 0].double()
    assert abs(made.mean()) < 1e-6
    shares = [float((made.abs() < deviations).double().mean()) for deviations in (1, 2)]
    np.testing.assert_allclose(shares, [0.683, 0.954], atol=0.01)
