"""The same trainings in fourbeat."""

import tempfile
from pathlib import Path
from typing import Any

from recording import stand_still
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.loop import session
from fourbeat.loop.recording import Recording
from loops.plain import evaluated, optimizer_of
from loops.turns import Turns
from loops.workloads import Workload

RECORDINGS: list[Recording] = []


class Remembered(Recording):
    """A recorder whose clock can be told that other contenders had their turn."""

    def __init__(self, *args: Any):
        super().__init__(*args)
        RECORDINGS.append(self)


session.Recording = Remembered


class Timed(fb.TensorLoader):
    """A loader that tells when a pass begins, when a step is done and when the pass is over."""

    turns: Turns

    def numbered(self, *args: Any) -> Any:
        """See `TensorLoader.numbered`; the step before is done when the next batch is asked for."""
        self.turns.starts()
        for number, found in enumerate(super().numbered(*args)):
            if number:
                self.turns.step()
            yield found
        self.turns.step()
        self.turns.ends()


def timed(workload: Workload, x: Tensor, y: Tensor, turns: Turns) -> Timed:
    """The loader over tensors on the device."""
    on = [tensor.to(workload.device) for tensor in (x, y)]
    loader = Timed(*on, batch_size=workload.batch, shuffle=True)
    loader.turns = turns
    return loader


def parts(workload: Workload, rows: int, turns: Turns):
    """What every way of training is given: the network, and options of a run."""
    turns.waited = lambda seconds: [stand_still(one, seconds) for one in RECORDINGS]
    model = workload.model()
    optimizer, scheduler = optimizer_of(workload, model, rows, fused=True)
    options: dict[str, Any] = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    if workload.recipe == "full":
        options |= {"precision": "bf16", "clip_norm": 1.0, "schedule": "step"}
    return model, options


def loop(workload: Workload, x: Tensor, y: Tensor, turns: Turns, *, record: float = 0.02):
    """The loop in one's own hands, within `fourbeat.Run`."""
    model, options = parts(workload, len(x), turns)
    loader, loss_fn = timed(workload, x, y, turns), nn.CrossEntropyLoss()
    with (
        tempfile.TemporaryDirectory() as folder,
        fb.Run(Path(folder) / "run", **options, record=record) as run,
    ):
        for epoch in run.epochs(workload.epochs):
            for step in run.train(loader):
                inputs, target = step.batch
                logits = model(inputs)
                step.backward(loss_fn(logits, target), logits)
                step.update()
            epoch.close()
    return evaluated(model)


def over_data_loader(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """The same over the lesson's own DataLoader, whose batches come from the CPU."""
    model, options = parts(workload, len(x), turns)
    loader = DataLoader(TensorDataset(x, y), batch_size=workload.batch, shuffle=True)
    loss_fn = nn.CrossEntropyLoss()
    with tempfile.TemporaryDirectory() as folder, fb.Run(Path(folder) / "run", **options) as run:
        for epoch in run.epochs(workload.epochs):
            turns.starts()
            for step in run.train(loader):
                inputs, target = step.batch
                logits = model(inputs)
                step.backward(loss_fn(logits, target), logits)
                step.update()
                turns.step()
            turns.ends()
            epoch.close()
    return evaluated(model)


def unrecorded(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """The same without the flight recorder."""
    return loop(workload, x, y, turns, record=0.0)


def fit(workload: Workload, x: Tensor, y: Tensor, turns: Turns, **more: Any):
    """The default loop."""
    model, options = parts(workload, len(x), turns)
    with tempfile.TemporaryDirectory() as folder:
        fb.fit(
            options.pop("model"),
            timed(workload, x, y, turns),
            loss_fn=nn.CrossEntropyLoss(),
            epochs=workload.epochs,
            out=Path(folder) / "run",
            **options,
            **more,
        )
    return evaluated(model)


def compiled(workload: Workload, x: Tensor, y: Tensor, turns: Turns):
    """The default loop with whole steps compiled."""
    return fit(workload, x, y, turns, compile="step")
