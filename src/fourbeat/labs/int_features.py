"""Whole numbers as features: the int64 column.

pandas and NumPy read a column of whole numbers as int64. A linear layer refuses it with a message
about "mat1 and mat2"; fourbeat says that the features are int64 and what to write. The cast is not
the end of it: float32 counts only to 16,777,216 one by one, and numbers that large stop a network
from learning. Standardised by the training rows, as `fb.train` does with a table, they are fine.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "An int64 tensor goes into nn.Linear: an error, or a silent cast? How many of the whole "
    "numbers from 16,777,216 to 16,777,235 are still different in float32? Does a network learn "
    "from years and prices as they are?"
)

COMPARE = (
    "An error: fourbeat named the dtype {caught:.0f} of 1 times. Of 20 such numbers "
    "{distinct:.0f} are left. From the values as they are, the network reaches an accuracy of "
    "{raw:.3f}, from standardised ones {scaled:.3f}. fb.train said of {columns:.0f} of 2 "
    "whole-number columns that they are numeric, and kept their mean and deviation in the "
    "receipt."
)


def table() -> tuple[Tensor, Tensor]:
    """A year and a price, int64 of shape (600, 2); 1 where it is newer than its price tells."""
    source = torch.Generator().manual_seed(0)
    year = torch.randint(1990, 2025, (600,), generator=source)
    price = torch.randint(1_000, 60_000, (600,), generator=source)
    return torch.stack([year, price], 1), ((year - 2007) / 10 > (price - 30_000) / 17_000).long()


def train(x: Tensor, y: Tensor) -> list[float]:
    """Accuracy of each epoch on the training rows."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = fb.TensorLoader(x, y, batch_size=60, shuffle=True)
    loss_fn = nn.CrossEntropyLoss()
    with TemporaryDirectory() as place:
        run = fb.fit(
            model, loader, loss_fn=loss_fn, optimizer=optimizer, epochs=40, out=f"{place}/run"
        )
    return [epoch.train["accuracy"] for epoch in run.receipt.curves]


def kinds(x: Tensor, y: Tensor) -> list[str]:
    """What `fb.train` took the columns of a CSV file for."""
    with TemporaryDirectory() as place:
        file = Path(place, "cars.csv")
        lines = [f"{a},{b},{c}" for (a, b), c in zip(x.tolist(), y.tolist(), strict=True)]
        file.write_text("\n".join(["year,price,bargain", *lines]))
        done = fb.train(file, "bargain", out=f"{place}/run", settings={"train.epochs": 1})
        data = done.receipt.data
        return [column.type for column in data.columns if column.mean is not None] if data else []


def run(directory: Path) -> dict[str, float]:
    """Figures of all three, and `int_features.png`."""
    x, y = table()
    caught = 0
    try:
        fb.check_batch(nn.Linear(2, 2), (x, y), nn.CrossEntropyLoss())
    except fb.FourbeatError as error:
        caught = int("int64" in str(error))
    floats = x.float()
    raw, scaled = train(floats, y), train((floats - floats.mean(0)) / floats.std(0), y)
    whole = torch.arange(2**24, 2**24 + 20)
    with picture(directory, "int_features", "Whole numbers as features", columns=2) as panels:
        left, right = panels
        start = whole - 2**24
        left.plot(start, start, "o", color=QUIET, markersize=4, label="int64")
        left.step(
            start, whole.float().long() - 2**24, where="mid", color=WRONG, label="cast to float32"
        )
        left.set(
            xlabel="number - 16,777,216",
            ylabel="what is kept - 16,777,216",
            xticks=range(0, 21, 4),
            yticks=range(0, 21, 4),
        )
        left.set_title("Above 2²⁴ float32 skips every other number")
        left.legend()
        right.plot(range(1, 41), raw, color=WRONG, label="years and prices as they are")
        right.plot(range(1, 41), scaled, color=RIGHT, label="standardised")
        right.set(xlabel="epoch", ylabel="accuracy on the training rows", ylim=(0.4, 1.02))
        right.set_title("After the cast: scale")
        right.legend(loc="lower right")
    return {
        "caught": caught,
        "distinct": len(whole.float().unique()),
        "raw": raw[-1],
        "scaled": scaled[-1],
        "columns": kinds(x, y).count("numeric"),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
