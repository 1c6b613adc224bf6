"""Small tables to train on."""

import random

import pytest


def rows_of(n, seed=0):
    """Rows with a number, a whole number, a category, a truth value and a label that they give."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        size, rank = rng.gauss(0, 1), rng.randint(1, 4)
        colour, fresh = rng.choice(["red", "green", "blue"]), rng.choice(["true", "false"])
        score = size + 0.5 * rank + (colour == "red") + (fresh == "true") + rng.gauss(0, 0.5)
        label = "high" if score > 2.5 else "low"
        shown = "" if i % 11 == 0 else f"{size:.4f}"
        rows.append(f"N{i:05d},{shown},{rank},{colour},{fresh},{label}")
    return rows


HEADER = "name,size,rank,colour,fresh,label"


@pytest.fixture
def table(tmp_path):
    """Make a CSV of n rows."""

    def make(n=300, name="table.csv", seed=0):
        file = tmp_path / name
        file.write_text("\n".join([HEADER, *rows_of(n, seed)]) + "\n")
        return file

    return make
