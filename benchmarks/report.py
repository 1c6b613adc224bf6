"""Measure every workload, and write `docs/benchmarks.md` with its picture.

A workload that was measured before is taken from the results' file, unless it is named again.
Run: python benchmarks/report.py [WORKLOAD …] [--threads 1] [--results FILE]
"""

import argparse
import json
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import matplotlib
from loops.workloads import WORKLOADS
from speed import CONTENDERS, Result, measure

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

HEAD = """# How long a training step takes

The time of a training step as a share of the lesson's loop: a `DataLoader` over a dataset, Adam as it comes,
`loss.item()` in every step. Every contender trains the same network on the same rows in a process of its own;
they take turns block by block, and the figures are medians over the blocks (quartiles in brackets). What comes
between two passes over the data is not counted, and neither is the first block, with what is compiled or
cached in it. fourbeat records every step (`record=0.02`, as it does by default) unless it says otherwise.
*Accuracy* is that on held-out rows at the end of the training; contenders draw their random numbers in another order,
and Keras begins with other weights.

This page was written by `python benchmarks/report.py`, on {cpu}, {threads}, with {versions}.
"""


def versions() -> str:
    """Of what took part."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package).partition('+')[0]}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def table(title: str, step: float, results: dict[str, Result]) -> str:
    """One workload, for people."""
    lines = [
        f"## {title[0].upper()}{title[1:]}",
        "",
        f"The lesson's step: {step * 1e6:,.0f} us.",
        "",
        "| | time | quartiles | accuracy | memory |",
        "| --- | ---: | --- | ---: | ---: |",
    ]
    for name, result in sorted(results.items(), key=lambda item: item[1].ratio):
        bold = "**" if name.startswith("fourbeat") else ""
        lines.append(
            f"| {bold}{name}{bold} | {result.ratio:.2f} | {result.low:.2f} to {result.high:.2f} "
            f"| {result.accuracy:.4f} | {result.megabytes:,.0f} MiB |"
        )
    return "\n".join(lines)


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


def main() -> None:
    """Measure what was asked for, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path, default=Path("results.json"))
    asked = parser.parse_args()
    known = json.loads(asked.results.read_text()) if asked.results.exists() else {}
    for name in WORKLOADS:
        if name in asked.workloads or name not in known:
            step, results = measure(name, list(CONTENDERS), asked.threads)
            known[name] = [step, {label: asdict(result) for label, result in results.items()}]
            asked.results.write_text(json.dumps(known, indent=1))
    found = {
        name: (known[name][0], {label: Result(**one) for label, one in known[name][1].items()})
        for name in WORKLOADS
    }
    threads = "one thread" if asked.threads == 1 else f"{asked.threads} threads"
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    head = HEAD.format(cpu=cpu, threads=threads, versions=versions())
    tables = [table(TITLES[name], *one) for name, one in found.items()]
    text = "\n\n".join([head.strip(), "![the same as a picture](benchmarks.svg)", *tables]) + "\n"
    (DOCS / "benchmarks.md").write_text(text)
    picture(found, DOCS / "benchmarks.svg")


if __name__ == "__main__":
    main()
