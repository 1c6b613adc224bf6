"""Measure every workload, and write `docs/benchmarks.md` with its picture; of a GPU `docs/benchmarks-gpu.md`.

A workload that was measured before is taken from the results' file, unless it is named again.
Run: python benchmarks/report.py [WORKLOAD …] [--device cpu] [--threads 1] [--results FILE]
"""

import argparse
import json
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import matplotlib
import torch
from loops.workloads import WORKLOADS
from speed import CONTENDERS, DEVICES, Result, demand, measure

matplotlib.use("svg")
from matplotlib import pyplot

DOCS = Path(__file__).parents[1] / "docs"

TITLES = {
    "tickets": "ticket MLP 2-8-2, batch 32",
    "fashion": "Fashion-MNIST MLP 784-256-256-10, batch 64",
    "cnn": "Fashion-MNIST CNN, batch 64 (6,400 of the images)",
    "table": "table 20-128-64-4, batch 256",
    "table-full": "the same with AdamW, cosine, clipping, bf16",
}

PACKAGES = ("torch", "lightning", "accelerate", "pytorch-ignite", "skorch", "keras", "jax")

HEAD = """# How long a training step takes{where}

The time of a training step as a share of the lesson's loop: a `DataLoader` over a dataset, Adam as it comes,
`loss.item()` in every step. Every contender trains the same network on the same rows in a process of its own;
they take turns block by block, and the figures are medians over the blocks (quartiles in brackets). What comes
between two passes over the data is not counted, and neither is the first block, with what is compiled or
cached in it. fourbeat records every step (`record=0.02`, as it does by default) unless it says otherwise.
*Accuracy* is that on held-out rows at the end of the training; contenders draw their random numbers in another order,
and Keras begins with other weights.

{notes}This page was written by `python benchmarks/report.py{option}`, on {machine}, {threads}, with {versions}.
"""

GPU = """On a GPU the host runs ahead, so the GPU is waited for wherever a clock is read: where a pass or a block begins
or ends, and nowhere else. The lesson, the peers and fourbeat over a DataLoader move each batch to the GPU; the
hand-tuned loop and fourbeat's other ways keep all rows there. *Memory* is the largest that torch's tensors took on
the GPU, these rows included. *Busy* is the share of the time in which the GPU ran a kernel, in the last block of
each contender: the profiler looks at that one, and it is not counted in the times. Neither is known of JAX, which
trains on the device that it finds by itself.

"""

FILES = {"cpu": ("benchmarks", "results.json"), "cuda": ("benchmarks-gpu", "results-gpu.json")}
"""By device, the page's name in `docs` and the file of results."""


def versions() -> str:
    """Of what took part."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package).partition('+')[0]}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def machine(device: str) -> str:
    """What was measured."""
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    if device == "cpu":
        return cpu
    return f"{torch.cuda.get_device_name()} (CUDA {torch.version.cuda}) beside {cpu}"


def head(device: str, threads: int) -> str:
    """What the page says before its figures."""
    return HEAD.format(
        where="" if device == "cpu" else " on a GPU",
        notes="" if device == "cpu" else GPU,
        option="" if device == "cpu" else f" --device {device}",
        machine=machine(device),
        threads="one thread" if threads == 1 else f"{threads} threads",
        versions=versions(),
    ).strip()


def row(name: str, result: Result, device: str) -> str:
    """A contender's line in a table."""
    bold = "**" if name.startswith("fourbeat") else ""
    memory = "" if result.megabytes is None else f"{result.megabytes:,.0f} MiB"
    busy = "" if result.busy is None else f"{result.busy:.0%}"
    text = (
        f"| {bold}{name}{bold} | {result.ratio:.2f} | {result.low:.2f} to {result.high:.2f} "
        f"| {result.accuracy:.4f} | {memory} |"
    )
    return text if device == "cpu" else f"{text} {busy} |"


def table(title: str, step: float, results: dict[str, Result], device: str) -> str:
    """One workload, for people."""
    more = ("", "") if device == "cpu" else (" busy |", " ---: |")
    lines = [
        f"## {title[0].upper()}{title[1:]}",
        "",
        f"The lesson's step: {step * 1e6:,.0f} us.",
        "",
        "| | time | quartiles | accuracy | memory |" + more[0],
        "| --- | ---: | --- | ---: | ---: |" + more[1],
    ]
    ranked = sorted(results.items(), key=lambda item: item[1].ratio)
    return "\n".join([*lines, *(row(name, result, device) for name, result in ranked)])


def picture(found: dict[str, tuple[float, dict[str, Result]]], path: Path) -> None:
    """A bar for each contender, a panel for each workload."""
    pyplot.rcParams |= {"font.size": 9, "svg.hashsalt": "fourbeat", "font.family": "sans-serif"}
    heights = [len(results) for _, results in found.values()]
    figure, axes = pyplot.subplots(
        *(len(found), 1),
        figsize=(7.5, 0.24 * sum(heights) + 0.55 * len(found)),
        gridspec_kw={"height_ratios": heights},
        squeeze=False,
        layout="constrained",
    )
    for axis, (name, (_, results)) in zip(axes[:, 0], found.items(), strict=True):
        ranked = sorted(results.items(), key=lambda item: -item[1].ratio)
        names, ratios = [label for label, _ in ranked], [result.ratio for _, result in ranked]
        colours = ["#c2410c" if label.startswith("fourbeat") else "#94a3b8" for label in names]
        bars = axis.barh(names, ratios, color=colours, height=0.72)
        axis.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
        axis.axvline(1, color="#475569", linewidth=0.8, linestyle=":")
        axis.set_title(TITLES[name], loc="left", fontsize=10, fontweight="bold")
        axis.set_xlim(0, max(ratios) * 1.12)
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(axis="y", length=0)
        axis.margins(y=0.01)
    figure.get_layout_engine().set(h_pad=0.1)
    figure.supxlabel("time of a training step; the lesson's loop = 1", fontsize=9)
    figure.savefig(path, metadata={"Date": None})


def read(path: Path, device: str) -> dict[str, Any]:
    """The results in a file; those of another device are refused."""
    if not path.exists():
        return {"device": device}
    known = json.loads(path.read_text())
    if known.setdefault("device", "cpu") != device:
        raise SystemExit(
            f"{path} holds results of device {known['device']}, not of {device}; "
            "name another file with --results"
        )
    return known


def main() -> None:
    """Measure what was asked for, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*", default=[])
    parser.add_argument("--device", choices=DEVICES, default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    demand(asked.device)
    page, usual = FILES[asked.device]
    results = asked.results or Path(usual)
    known = read(results, asked.device)
    for name in WORKLOADS:
        if name in asked.workloads or name not in known:
            step, done = measure(name, list(CONTENDERS), asked.threads, asked.device)
            known[name] = [step, {label: asdict(result) for label, result in done.items()}]
            results.write_text(json.dumps(known, indent=1))
    found = {
        name: (known[name][0], {label: Result(**one) for label, one in known[name][1].items()})
        for name in WORKLOADS
    }
    tables = [table(TITLES[name], *one, asked.device) for name, one in found.items()]
    parts = [head(asked.device, asked.threads), f"![the same as a picture]({page}.svg)", *tables]
    (DOCS / f"{page}.md").write_text("\n\n".join(parts) + "\n")
    picture(found, DOCS / f"{page}.svg")


if __name__ == "__main__":
    main()
