"""The run that is written down, as the sections ask for it."""

from dataclasses import dataclass

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.data.record import DataRecord
from fourbeat.errors import RunError
from fourbeat.receipt.model import Receipt


@dataclass(frozen=True, slots=True)
class Subject:
    """A finished, declared run: its configuration, its data's record, its receipt."""

    config: Config
    record: DataRecord
    receipt: Receipt

    @property
    def device(self) -> str:
        """The kind of device that it ran on."""
        return str(self.receipt.environment.get("device", "cpu"))

    @property
    def to(self) -> str:
        """The call that brings a tensor to the device; nothing for the CPU."""
        return "" if self.device == "cpu" else f'.to("{self.device}")'

    @property
    def fused(self) -> bool:
        """Whether the optimizer's step was one kernel."""
        return any(g["fused"] for one in self.receipt.optimizers.values() for g in one.groups)

    @property
    def own_data(self) -> bool:
        """Whether the data is made by the user's own code."""
        return self.config.data.factory is not None

    @property
    def own_model(self) -> bool:
        """Whether the network is."""
        return is_code(self.config.model.name)

    @property
    def steps(self) -> int:
        """Updates in the first epoch, those that fp16 left out among them."""
        return self.receipt.curves[0].step + self.receipt.curves[0].skipped

    @property
    def skipped(self) -> int:
        """Updates that fp16 left out."""
        return sum(epoch.skipped for epoch in self.receipt.curves)

    @property
    def tested(self) -> bool:
        """Whether there are test rows."""
        return "test" in self.receipt.results

    @property
    def ignores(self) -> bool:
        """Whether targets may be labels to be ignored, as class numbers of one's own data may."""
        numbers = (self.receipt.batch or "").endswith("int64")
        return self.own_data and numbers and self.config.data.task == "classification"

    @property
    def share(self) -> str:
        """The expression of what a batch's mean loss divides by."""
        train = self.config.train
        weighted = self.config.data.task == "classification" and train.class_weights is not None
        if not self.ignores and weighted:
            return "loss_fn.weight[target].sum()"
        if not self.ignores:
            # On a GPU a division by a number is not that by a tensor, which the run's loss counts in.
            on_gpu = self.to and self.config.data.task == "classification"
            return f"torch.tensor(len(target)){self.to}" if on_gpu else "len(target)"
        kept = "(target != loss_fn.ignore_index)"
        return (
            f"(loss_fn.weight[target.clamp(min=0)] * {kept}).sum()" if weighted else f"{kept}.sum()"
        )

    @property
    def compiled(self) -> bool:
        """Whether the network ran compiled.

        Raises:
            RunError: if torch.compile failed on the way, so that it ran compiled and eagerly; and for
                compiled steps.
        """
        if self.config.compile is not None and self.config.compile.mode == "step":
            raise RunError(
                "whole steps were compiled: a script of beats gives other bits",
                self.receipt.run.name,
                "Train again without --compile step, then eject",
            )
        events = self.receipt.events
        failures = [e for e in events if e.kind == "compile" and "failed" in e.text]
        if any(event.step for event in failures):
            raise RunError(
                f"torch.compile failed at step {failures[-1].step}: no script can repeat that",
                self.receipt.run.name,
                "Train again without compile, then eject",
            )
        return self.config.compile is not None and not failures
