"""A distributed sampler that draws the same order in every epoch."""

from typing import Any
from weakref import WeakKeyDictionary, ref

from torch.utils.data import DistributedSampler

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass, samplers
from fourbeat.check.rule import Readers, Rule


def watch(facts: Facts) -> Readers:
    """See a sampler's epoch at the start of each pass."""
    latest: WeakKeyDictionary[Any, tuple[int, ref[Pass]]] = WeakKeyDictionary()
    trained: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def beginning(one: Pass) -> None:
        loader = one.loader()
        for sampler in samplers(loader) if loader is not None else ():
            if not isinstance(sampler, DistributedSampler) or not sampler.shuffle:
                continue
            epoch, before = latest.get(sampler, (None, None))
            latest[sampler] = sampler.epoch, ref(one)
            if before is None or epoch != sampler.epoch or not trained.get(sampler):
                continue
            facts.report(
                RULE.name,
                "error",
                one.place or one.made,
                f"a DistributedSampler is iterated again as epoch {epoch}: it draws the same order as before",
                "Call sampler.set_epoch(epoch) before each epoch.",
                epoch=epoch,
            )

    def giving(one: Pass, _: Any) -> None:
        loader = one.loader()
        if one.trained and loader is not None:
            for sampler in samplers(loader):
                if isinstance(sampler, DistributedSampler):
                    trained[sampler] = 1

    facts.passes.beginning.append(beginning)
    facts.passes.giving.append(giving)
    return {}


RULE = Rule(
    name="distributed-sampler-set-epoch-missing",
    severity="error",
    what="`DistributedSampler.set_epoch` is never called.",
    why="The sampler's order depends on its seed and its epoch alone. Without the call every epoch has "
    "the same order and the same batches.",
    seen="A sampler that shuffles is iterated again with the epoch that it had before, and its rows are "
    "trained on.",
    silent="A single epoch; a sampler that does not shuffle; a new sampler for each epoch.",
    bad="for epoch in range(10):\n    for x, y in loader:\n        ...\n",
    good="for epoch in range(10):\n    sampler.set_epoch(epoch)\n    for x, y in loader:\n        ...\n",
    watch=watch,
)
