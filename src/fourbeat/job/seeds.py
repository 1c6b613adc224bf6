"""Which runs of a series of seeds can be trained together, and their training."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fourbeat.config.options import Config, RecordConfig
from fourbeat.job.member import Member
from fourbeat.job.placing import device_named
from fourbeat.job.plan import plan_of, read
from fourbeat.job.together import train_stacked
from fourbeat.job.train import Outcome, deterministic, refuse_findings
from fourbeat.job.tune import of_threads
from fourbeat.receipt.publish import refuse_strangers

log = logging.getLogger("fourbeat")

STACKED = ("linear", "mlp")
"""Networks of tables that `models.stacked` knows."""


def why_apart(config: Config) -> str | None:
    """What of a declaration keeps its seeds from being trained in one pass; None for nothing."""
    train, name = config.train, config.model.name
    if config.image is not None or config.data.factory is not None:
        return "only rows of a table are trained together"
    if config.data.stream:
        return "the table is not in memory"
    if name not in STACKED:
        return f"{name} is not stacked, only {' and '.join(STACKED)}"
    if name == "mlp" and config.model.norm == "batch":
        # The biases before it have no gradient but rounding errors, and Adam makes whole steps of those.
        return "with batch normalisation a rounding error grows, and seeds would not equal their single runs"
    if device_named(train.device).type != "cpu":
        return f"dropout on {device_named(train.device)} cannot be drawn for each seed as its own run does"
    if train.precision != "fp32":
        return f"{train.precision} rounds a stack's products too differently"
    if config.compile is not None:
        return "a compiled model is not stacked"
    if train.accumulate > 1:
        return "batches are accumulated"
    if train.average is not None:
        return "weights are averaged"
    if config.scheduler.name == "plateau":
        return "the learning rate follows each seed's own metric"
    if train.checkpoint_every is not None:
        return "checkpoints were asked for, and a stack writes none"
    if config.record.budget > RecordConfig().budget:
        return "steps are to be recorded, and those of a stack are not"
    return None


def train_together(
    configs: Mapping[Path, Config], *, frame: Any = None, strict: bool = False
) -> dict[Path, Outcome]:
    """Train runs that differ in their seed alone, and seal each when it has come to its end.

    Args:
        configs: by the directory of the run; see `why_apart`. They name the same rows.
        frame: a frame in memory, in place of `config.data.path`.
        strict: see `train`.

    Returns:
        What came of each; one that met a value that is not finite is left out, to be trained alone.

    Raises:
        FourbeatError: of any kind, as `train` does.
    """
    one = next(iter(configs.values()))
    for path in configs:
        refuse_strangers(path)
    done: dict[Path, Outcome] = {}
    with deterministic(strict=one.train.deterministic), of_threads(one.speed.threads):
        data = read(one, frame)
        members = [Member(plan_of(config, data), path) for path, config in configs.items()]
        if strict:
            refuse_findings(members[0].plan.record)
        for member in train_stacked(members):
            if member.broken:
                log.warning("%s: not finite together; it is trained alone", member.directory.name)
            else:
                done[member.directory] = member.publish(len(configs))
    return done
