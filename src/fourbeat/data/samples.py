"""Tables to begin with: two that are made here, the same for the same seed, and one bundled."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from fourbeat.data.keyed import permutation
from fourbeat.errors import ConfigError, DataError

TARGETS = {"tickets": "escalated", "circles": "ring", "digits": "digit"}

PRODUCTS = ("billing", "login", "mobile app", "exports", "search", "integrations")
PLANS = ("free", "team", "business", "enterprise")
CHANNELS = ("email", "chat", "phone", "web form")
OPENINGS = {
    "calm": ("Question about", "A small thing with", "How do I change", "Feedback on"),
    "upset": (
        "Still waiting for a fix of",
        "Third time this week:",
        "Unacceptable:",
        "Lost work in",
    ),
}
CLOSINGS = (
    "since this morning",
    "for one colleague",
    "for the whole team",
    "on the new version",
    "",
)


def write(name: str, path: Path, *, rows: int | None = None, seed: int = 0) -> tuple[int, str]:
    """Write a sample as CSV.

    Args:
        name: `tickets`, `circles` or `digits`.
        path: the file, named .csv.
        rows: how many; digits come as they are.
        seed: of the random numbers.

    Returns:
        The number of rows, and the column to predict.
    """
    if path.suffix.lower() != ".csv":
        raise ConfigError("a sample is written as CSV", str(path), "Name it .csv")
    if name == "digits":
        if rows is not None:
            raise ConfigError("digits has 1,797 rows, no more and no fewer", "--rows")
        table = digits()
    else:
        generator = np.random.Generator(np.random.PCG64(seed))
        table = (tickets if name == "tickets" else circles)(rows or 3000, generator)
    if path.is_dir():
        raise DataError("this is a folder", str(path), "Give the file's name")
    beside = path.with_name(f".{path.name}.tmp")
    try:
        csv.write_csv(table, str(beside))
        beside.replace(path)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror or error}", str(path)) from None
    finally:
        beside.unlink(missing_ok=True)
    return table.num_rows, TARGETS[name]


def tickets(rows: int, rng: np.random.Generator) -> pa.Table:
    """Support tickets and whether they were escalated.

    Escalation follows urgency, sentiment, plan, product, channel, the hour, and a temper of each
    customer's own, with noise; one ticket in twelve has no recorded sentiment.
    """
    urgency = rng.integers(1, 5, rows)
    sentiment = np.clip(rng.normal(-0.1, 0.5, rows), -1, 1).round(2)
    customers = max(rows // 12, 4)
    customer = rng.zipf(1.6, rows) % customers
    temper = rng.normal(0, 0.7, customers)
    plan = rng.choice(len(PLANS), rows, p=(0.4, 0.3, 0.2, 0.1))
    product = rng.integers(0, len(PRODUCTS), rows)
    channel = rng.integers(0, len(CHANNELS), rows)
    minutes = np.sort(rng.integers(0, 180 * 24 * 60, rows))
    opened = np.datetime64("2025-01-06T00:00") + minutes.astype("timedelta64[m]")
    hour = (minutes // 60) % 24
    night = (hour < 7) | (hour > 19)
    weight = np.array([0.6, 0.9, -0.2, 0.3, -0.4, 0.1])
    logit = (
        1.1 * (urgency - 2.8)
        - 2.2 * sentiment
        + 0.5 * plan
        + weight[product]
        + np.array([0.0, -0.3, 0.6, 0.1])[channel]
        + 0.7 * (night & (urgency >= 3))
        + temper[customer]
        - 2.0
    )
    escalated = rng.random(rows) < 1 / (1 + np.exp(-logit))
    unknown = rng.random(rows) < 1 / 12
    texts = [
        ticket_text(rng, s < -0.3, PRODUCTS[p]) for s, p in zip(sentiment, product, strict=True)
    ]
    columns: dict[str, Any] = {
        "ticket": [f"T{number:06d}" for number in range(1, rows + 1)],
        "opened": pa.array(opened.astype("datetime64[s]")),
        "customer": [f"customer {number}" for number in customer],
        "plan": [PLANS[i] for i in plan],
        "product": [PRODUCTS[i] for i in product],
        "channel": [CHANNELS[i] for i in channel],
        "urgency": urgency,
        "sentiment": pa.array(sentiment, mask=unknown),
        "text": texts,
        "escalated": np.where(escalated, "yes", "no"),
    }
    return pa.table(columns)


def ticket_text(rng: np.random.Generator, upset: bool, product: str) -> str:
    """A subject line."""
    openings = OPENINGS["upset" if upset else "calm"]
    closing = CLOSINGS[rng.integers(len(CLOSINGS))]
    number = rng.integers(1000, 9999)
    return (
        f"{openings[rng.integers(len(openings))]} {product} {closing}".strip() + f" (ref {number})"
    )


def circles(rows: int, rng: np.random.Generator) -> pa.Table:
    """Two concentric circles with noise: no straight line separates them."""
    inner = np.arange(rows) % 2 == 0
    angle = rng.uniform(0, 2 * np.pi, rows)
    radius = np.where(inner, 0.5, 1.0) + rng.normal(0, 0.08, rows)
    columns: dict[str, Any] = {
        "x": (radius * np.cos(angle)).round(4),
        "y": (radius * np.sin(angle)).round(4),
        "ring": np.where(inner, "inner", "outer"),
    }
    return pa.table(columns)


def digits() -> pa.Table:
    """scikit-learn's 8 by 8 handwritten digits, in an order that is mixed once and for all."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ConfigError(
            "the digits come with scikit-learn, which is not installed",
            "sample digits",
            "pip install 'fourbeat[sklearn]'",
        ) from None
    bunch: Any = load_digits()
    order = permutation(len(bunch.target), 0).numpy()
    pixels = bunch.data[order].astype(np.int64)
    columns: dict[str, Any] = {
        f"pixel_{i // 8}_{i % 8}": pixels[:, i] for i in range(pixels.shape[1])
    }
    return pa.table({**columns, "digit": bunch.target[order]})
