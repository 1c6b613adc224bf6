"""Samples: the same for the same seed, and worth learning."""

import pyarrow.csv as csv
import pytest

from fourbeat.data.samples import write
from fourbeat.errors import ConfigError


@pytest.mark.parametrize("name", ["tickets", "circles"])
def test_a_sample_is_a_function_of_its_seed(tmp_path, name):
    made = []
    for file, seed in (("a.csv", 1), ("b.csv", 1), ("c.csv", 2)):
        rows, target = write(name, tmp_path / file, rows=200, seed=seed)
        made.append((tmp_path / file).read_bytes())
    assert made[0] == made[1] != made[2]
    table = csv.read_csv(tmp_path / "a.csv")
    assert table.num_rows == rows == 200
    assert target in table.column_names


def test_tickets_have_the_columns_of_a_help_desk(tmp_path):
    write("tickets", tmp_path / "t.csv", rows=600)
    table = csv.read_csv(tmp_path / "t.csv")
    assert {"urgency", "sentiment", "customer", "opened", "text", "escalated"} <= set(
        table.column_names
    )
    assert 0.2 < table["escalated"].to_pylist().count("yes") / 600 < 0.6
    assert 0 < table["sentiment"].null_count < 120


def test_digits_are_scikit_learns(tmp_path):
    assert write("digits", tmp_path / "d.csv") == (1797, "digit")
    assert len(set(csv.read_csv(tmp_path / "d.csv")["digit"].to_pylist())) == 10
    with pytest.raises(ConfigError, match="1,797 rows"):
        write("digits", tmp_path / "e.csv", rows=10)


@pytest.mark.parametrize("file", ["t.parquet", "t.csv.gz", "t"])
def test_a_sample_has_the_name_of_what_it_is(tmp_path, file):
    with pytest.raises(ConfigError, match="written as CSV.*Name it .csv"):
        write("circles", tmp_path / file)
    assert not list(tmp_path.iterdir())
