"""The profiler: where the time of a step goes.

`Run(profile=8)` looks at eight steps with torch.profiler, prints a table of the top operations and
writes `trace.json`, which chrome://tracing and Perfetto show as a time line. Here the lab reads the
trace itself and adds up what each operation took without those inside it. Times differ from machine
to machine; how often each operation runs in a step does not.
"""

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, picture
from fourbeat.labs.play import main

PREDICT = (
    "A network with three linear layers, batches of 256: how many matrix products does one "
    "training step need, forward and backward together? Which operation takes most of the time?"
)

COMPARE = (
    "{products:.0f}: three forward (addmm) and {backward:.0f} backward (mm), two for each layer "
    "but the first, whose input needs no gradient. Over {steps:.0f} steps {operations:.0f} kinds "
    "of operation ran, {per_step:.0f} calls in each step; the picture shows which of them took "
    "the time here."
)

STEPS = 8


def trace() -> list[dict[str, Any]]:
    """The operations of a few steps, as the profiler wrote them."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )
    x, y = torch.randn(256, 128), torch.arange(256) % 10
    optimizer = torch.optim.Adam(model.parameters())
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, profile=STEPS) as run,
    ):
        for _ in run.epochs(1):
            for step in run.train([(x, y)] * (STEPS + 3)):
                rows, label = step.batch
                step.backward(nn.functional.cross_entropy(model(rows), label))
                step.update()
        events = json.loads(Path(place, "trace.json").read_text())["traceEvents"]
    return [event for event in events if event.get("cat") == "cpu_op"]


def own_times(events: list[dict[str, Any]]) -> Counter[str]:
    """Microseconds of each operation without those of the operations within it."""
    total: Counter[str] = Counter()
    for thread in {event["tid"] for event in events}:
        around: list[dict[str, Any]] = []
        mine = (event for event in events if event["tid"] == thread)
        for event in sorted(mine, key=lambda event: (event["ts"], -event["dur"])):
            while around and around[-1]["ts"] + around[-1]["dur"] <= event["ts"]:
                around.pop()
            if around:
                total[around[-1]["name"]] -= event["dur"]
            total[event["name"]] += event["dur"]
            around.append(event)
    return total


def run(directory: Path) -> dict[str, float]:
    """Counts of operations, and `profile.png`."""
    events = trace()
    calls = Counter(event["name"] for event in events)
    times = own_times(events)
    top = times.most_common(8)[::-1]
    with picture(directory, "profile", f"Where {STEPS} steps spent their time") as (axes,):
        whole = sum(times.values())
        axes.barh([name for name, _ in top], [100 * time / whole for _, time in top], color=RIGHT)
        axes.set(xlabel="share of the time in operations (%)")
        axes.grid(visible=False, axis="y")
    forward, backward = calls["aten::addmm"] / STEPS, calls["aten::mm"] / STEPS
    return {
        "steps": STEPS,
        "operations": len(calls),
        "per_step": len(events) / STEPS,
        "products": forward + backward,
        "backward": backward,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
