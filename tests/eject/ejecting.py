"""Small data of every kind, and a process without fourbeat in which ejected scripts run."""

import datetime as dt
import gzip
import json
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

CHILD = """
import contextlib, io, json, runpy, sys, traceback


class NoFourbeat:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "fourbeat":
            raise ImportError("an ejected script has no use for fourbeat")


sys.meta_path.insert(0, NoFourbeat())
sys.path.insert(0, sys.argv[1])
results = {}
for script in sys.argv[2:]:
    out, err = io.StringIO(), io.StringIO()
    code, sys.argv = 0, [script, script + ".pt"]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        code = 1
        err.write(traceback.format_exc())
    results[script] = [code, out.getvalue(), err.getvalue()]
print(json.dumps(results))
"""


def run_scripts(folder, scripts):
    """Run scripts one after the other in one process; gives exit code, stdout, stderr of each."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-W",
            "error",
            "-W",
            "ignore::DeprecationWarning",
            "-c",
            CHILD,
            folder,
            *scripts,
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    return {Path(script): result for script, result in json.loads(done.stdout).items()}


NAMES = "name,size,rank,colour,fresh,bought,maker,part,label,price,hot,worn"


def rows_of(n, seed=0):
    """Rows with a column of each kind, three classes, a quantity and two labels."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        size, rank = rng.gauss(0, 1), rng.randint(1, 3)
        colour, fresh = rng.choice(["red", "green", "blue", ""]), rng.choice(["yes", "no"])
        day = f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        maker = rng.choice(["acme", "bolt", "cork", *[f"m{k}" for k in range(20)]])
        part = rng.choice(["train"] * 4 + ["Validation", "test"])
        score = size + 0.5 * rank + (colour == "red") + (fresh == "yes") + rng.gauss(0, 0.5)
        label = "high" if score > 2.6 else "low" if score < 1 else "middle"
        hot, worn = int(score > 2.2), int(rng.random() < 0.1)
        shown = "" if i % 11 == 0 else f"{size:.4f}"
        price = f"{100 + 20 * score:.2f}"
        cells = (f"N{i}", shown, rank, colour, fresh, day, maker, part, label, price, hot, worn)
        rows.append(",".join(map(str, cells)))
    return rows


def write_table(path, n=330, seed=0, delimiter=","):
    """Write such rows as a text table."""
    text = "\n".join([NAMES, *rows_of(n, seed)]) + "\n"
    path.write_text(text.replace(",", delimiter))
    return path


def write_kinds(path, n=320):
    """Write a Parquet table of the rarer kinds of columns, with gaps."""
    import pyarrow as pa
    from pyarrow import parquet

    rng = random.Random(1)
    size = [rng.gauss(0, 1) for _ in range(n)]
    moments = [dt.datetime(2024, 1, 1) + dt.timedelta(seconds=rng.randint(0, 10**6)) for _ in size]

    def some(values):
        return [None if rng.random() < 0.1 else value for value in values]

    def any_of(*values):
        return [rng.choice(values) for _ in size]

    columns = {
        "count": pa.array(some(any_of(*range(1000)))),
        "truth": pa.array(some(any_of(True, False))),
        "gaps": pa.array([float("nan") if rng.random() < 0.1 else x for x in size]),
        "half": pa.array(np.array(size, np.float16)),
        "cents": pa.array(some([Decimal(f"{x:.2f}") for x in size])),
        "moment": pa.array(some(moments), pa.timestamp("ms")),
        "zoned": pa.array(some(moments), pa.timestamp("ns", "Europe/Berlin")),
        "day": pa.array([moment.date() for moment in moments]),
        "words": pa.array(some(any_of("a", "q\"u'o", "b b", "", "\u00e9")), pa.large_string()),
        "codes": pa.array(any_of(5, 6, 9, None)).dictionary_encode(),
        "few": pa.array(any_of(1.0, 2.5, float("nan"), None)),
        "whole": pa.array(any_of(10, 7, None, 200)),
        "said": pa.array(any_of("yes", "NO", "Yes", None)),
        "typed": pa.array(any_of("1.5", "2", "", None, "-3e2")),
        "dated": pa.array(any_of("2024-01-05", "2023-02-01 10:00:00", None)),
        "label": pa.array([float(int(x > 0) + int(x > 1)) for x in size]),
    }
    parquet.write_table(pa.table(columns), path)


WORDS = ["caf\u00e9", "slow", "login", "Login", "again", "x1", "the", "team", "of"]

SIGNS = list("\u670d\u52a1\u5f88\u597d\u7269\u6d41\u592a\u6162\u4e86\u5ba2")


def write_schema(path, n=320):
    """Dates day first and in two formats, an order, heavy tails, infinities, many categories."""
    random = np.random.default_rng(5)
    kind = random.integers(0, 3, n)
    days = [
        dt.date(2020, 1, 1) + dt.timedelta(days=int(d)) for d in random.integers(0, 700, n) + kind
    ]
    heavy = random.standard_cauchy(n) + kind
    heavy[::50] = [np.inf if i % 2 else -np.inf for i in range(len(heavy[::50]))]
    sizes = [["1 - small", "2 - middle", "3 - large", "?"][i] for i in random.integers(0, 4, n)]
    lines = ["opened;closed;packed;size;grade;heavy;far;shop;town;guest;words;label"]
    for i in range(n):
        day = days[i]
        cells = [
            f"{day.day}/{day.month}/{day.year} 0{i % 10}:30",
            f"{day:%d.%m.%y}" if i % 3 else f"{day:%d.%m.%Y %H:%M}",
            f"{day:%Y%m%d}",
            sizes[i],
            ["low", "medium", "", "high"][(kind[i] + i) % 4],
            f"{heavy[i]}",
            f"{random.normal() if i else 1e4:.5f}",
            f"shop {(random.integers(0, 40) + kind[i]) % 40}",
            f"town {(random.integers(0, 9) + kind[i]) % 12}" if i % 11 else "",
            f"guest {random.integers(0, 200)}" if i % 9 else "?",
            " ".join(["Oh!", *random.choice(WORDS, 4 + kind[i]), "fin"]) if i % 13 else "?",
            f"{'abc'[kind[i]]}",
        ]
        lines.append(";".join(cells))
    path.write_text("\n".join(lines) + "\n")


def write_written(path, n=320):
    """Write numbers as people do, times of day, and dates of months, quarters and seconds."""
    rng = np.random.default_rng(9)
    kind = rng.integers(0, 3, n)
    price = rng.lognormal(7, 1, n) * (1 + kind)
    lines = ["price;cost;owed;share;weight;level;clock;month;quarter;ts;sent;zip;ok;note;label"]
    for i in range(n):
        day = dt.datetime(2020, 1, 1) + dt.timedelta(int(rng.integers(0, 900) + kind[i]))
        people = f"{price[i]:,.2f}"
        german = people.replace(",", "_").replace(".", ",").replace("_", ".")
        cells = [
            f"${people}" if i % 9 else "",
            f"{german} \u20ac" if i % 7 else "n. a.",
            f"({people})" if i % 5 == 0 else people,
            f"{rng.normal(kind[i]):.1f}%",
            f"{rng.normal(70, 9) + kind[i]:.1f} kg",
            f"{rng.normal(kind[i]):.3f}".replace(".", ","),
            f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}" if i % 8 else "",
            f"{day:%b-%Y}" if i % 7 else "n. a.",
            f"{day:%Y}-Q{(day.month + 2) // 3}" if i % 6 else "",
            str(int((day - dt.datetime(1970, 1, 1)).total_seconds()) * 1000) if i % 9 else "",
            f"{day:%a, %d %b %Y %H:%M:%S GMT}",
            f"{rng.choice([501, 10115, 2138]):05}" if i % 8 else "",
            ["ja", "Nein"][int(rng.random() < 0.3 + 0.2 * kind[i])],
            "".join(rng.choice(SIGNS, 6 + kind[i])) + " ok",
            "abc"[kind[i]],
        ]
        lines.append(";".join(cells))
    path.write_text("\n".join(lines) + "\n")


def write_odd(folder):
    """Write text tables with line breaks, with a rare class, and of different types."""
    rng = random.Random(2)
    size = [rng.gauss(0, 1) for _ in range(300)]
    broken = ["x", "two\nlines", "sem;i", ""]
    lines = [f'{x:.3f};"{rng.choice(broken)}";{int(x > 0)}' for x in size]
    (folder / "broken.csv").write_text("\n".join(['"a;b";c;"y"', *lines]) + "\n")
    classes = ["one", "two", "six"] * 4 + ["all"] * 288
    lines = [f"{x:.3f},{rng.choice('xyz')},{y}" for x, y in zip(size, classes, strict=True)]
    (folder / "rare.csv").write_text("\n".join(["a,c,y", *lines]) + "\n")
    lines = [f"{int(10 * x)},{rng.choice(['07', 'x8'])},{int(x > 0)}" for x in size]
    (folder / "whole.csv").write_text("\n".join(["a,z,y", *lines]) + "\n")
    lines = [f"{int(x > 0)},{10 * x:.2f},{rng.choice(['07', '08'])},1" for x in size[:50]]
    (folder / "parts.csv").write_text("\n".join(["y,a,z,more", *lines]) + "\n")
    names = [f"a column with a long name {k}" for k in range(30)]
    rows = [[rng.choice("xyz") for _ in names] for _ in range(200)]
    truths = [
        ("yes" if i % 3 else "No", "t" if i < 2 else "f", "true" if i % 7 else "false")
        for i in range(200)
    ]
    lines = [",".join([*row, *said]) for row, said in zip(rows, truths, strict=True)]
    text = "\n".join([",".join([*names, "a", "b", "c"]), *lines]) + "\n"
    (folder / "rare labels.csv").write_text(text)


def write_idx(path, array):
    """Write an array of bytes as IDX, gzipped where the name says so."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    data = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
    return path


def stripes(n, seed=0, size=12):
    """Grey images, uint8 of shape (n, size, size), and which third of each is bright."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = rng.integers(0, 120, (n, size, size))
    for image, label in zip(images, labels, strict=True):
        image[label * size // 3 : (label + 1) * size // 3] += 100
    return images.astype(np.uint8), labels


def write_folder(folder, n=60, seed=0, colour=False):
    """Write PNGs into a sub-folder for each class; of two sizes, some of them transparent."""
    image_of = pytest.importorskip("PIL.Image").fromarray
    images, labels = stripes(n, seed)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = folder / ("top", "middle", "bottom")[label]
        place.mkdir(parents=True, exist_ok=True)
        if colour:
            image = np.stack([image, image // 2, 255 - image], axis=2)
        picture = image_of(image)
        if colour and number % 5 == 0:
            picture.putalpha(90)
        if colour and number % 7 == 0:
            picture = picture.resize((15, 14))
        picture.save(place / f"{number:03d}.png")
    return folder


def write_odd_folder(folder, n=60):
    """Write images of 8 and 16 bits, turned and grey, hidden ones and ones in deeper folders."""
    image_of = pytest.importorskip("PIL.Image").fromarray
    images, labels = stripes(n)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = folder / f"class {label}" / ("deep" if number % 4 == 0 else "")
        place.mkdir(parents=True, exist_ok=True)
        if number % 3 == 0:
            image_of(image.astype(np.uint16) * 256).save(place / f"{number}.png")
            continue
        picture = image_of(image)
        marks = picture.getexif()
        marks[0x0112] = 1 + number % 8  # the orientation
        picture.save(place / f"{number}.png", exif=marks)
    (folder / "class 0" / ".hidden.png").write_bytes(b"no image")
    (folder / "read me.txt").write_text("no image either")
    return folder


CODE = """
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset


class Rings(Dataset):
    classes = ["inner", "outer"]

    def __init__(self, rows, seed):
        made = torch.Generator().manual_seed(seed)
        self.y = torch.randint(0, 2, (rows,), generator=made)
        angle = torch.rand(rows, generator=made) * 6.2832
        radius = 1.0 + self.y + 0.1 * torch.randn(rows, generator=made)
        self.x = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, row):
        moved = 0.01 * torch.randn(2) + 0.01 * float(np.random.rand())
        return self.x[row] + moved, self.y[row]


class Stream(IterableDataset):
    def __init__(self, rows, seed):
        self.rings = Rings(rows, seed)

    def __iter__(self):
        return iter([self.rings[row] for row in range(len(self.rings))])


def one(rows=200):
    return Rings(rows, 0)


def sides():
    return {"train": Rings(160, 0), "validation": Rings(40, 1), "test": Rings(30, 2)}


def stream():
    return {"train": Stream(160, 0), "validation": Stream(40, 1)}


def loaders():
    order = torch.Generator().manual_seed(3)
    return {
        "train": DataLoader(Rings(160, 0), batch_size=10, shuffle=True, generator=order),
        "validation": DataLoader(Rings(40, 1), batch_size=10, shuffle=True, generator=order),
    }


def quantity():
    rings = Rings(160, 0)
    part = TensorDataset(rings.x, rings.x.norm(dim=1, keepdim=True))
    return {"train": part, "validation": part}


def pictures():
    made = torch.Generator().manual_seed(5)
    x, y = torch.rand(90, 1, 9, 9, generator=made), torch.arange(90) % 3
    x[torch.arange(90), 0, y] += 1
    part = TensorDataset(x, y)
    part.classes = ["a", "b", "c"]
    return {"train": part, "validation": part}


def ignored():
    rings = Rings(160, 0)
    rings.y[::5] = -100
    return {"train": rings, "validation": Rings(40, 1)}


def net(shape, width=8, **options):
    (first,) = shape.inputs
    outputs = shape.outputs or options.get("outputs")
    return nn.Sequential(
        nn.Linear(first[0], width), nn.ReLU(), nn.Dropout(0.2), nn.Linear(width, outputs)
    )


class OfTable(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(n, 2) for n in shape.cardinalities)
        self.unused = nn.Linear(1, 1)
        self.out = nn.Linear(shape.numeric + 2 * len(self.tables), shape.classes)

    def forward(self, numeric, codes):
        embedded = [table(codes[:, i]) for i, table in enumerate(self.tables)]
        return self.out(torch.cat([numeric, *embedded], 1) + 0.01 * torch.randn(1))


def wide(shape):
    class Wide(nn.Module):
        def __init__(self):
            super().__init__()
            self.tables = nn.ModuleList(nn.Embedding(n, 3) for n in shape.cardinalities)

        def forward(self, numeric, codes):
            return sum(table(codes[:, i]) for i, table in enumerate(self.tables))

    return Wide()


def of_images(shape):
    pixels = shape.channels * shape.height * shape.width
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, shape.outputs))
"""
