"""A stream that every worker reads as a whole."""

from collections import Counter
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

from torch.utils.data import IterableDataset

from fourbeat.check.code import codes, names
from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass
from fourbeat.check.rows import prints
from fourbeat.check.rule import Readers, Rule
from fourbeat.data.batch import tensors
from fourbeat.observe.finer import Given

MOST = 20_000
"""Rows that are compared, of the first pass over a dataset alone."""


def watch(facts: Facts) -> Readers:
    """Count how often each row comes in a pass."""
    counts: WeakKeyDictionary[Pass, Counter[Any]] = WeakKeyDictionary()

    def giving(one: Pass, event: Given) -> None:
        loader = one.loader()
        if one.batches == 0:
            if loader is None or loader.num_workers < 2 or one.number > 1:
                return
            if not isinstance(loader.dataset, IterableDataset) or loader.worker_init_fn is not None:
                return
            if any(shares(code) for code in codes(loader.dataset).values()):
                return
            counts[one] = Counter()
        count = counts.get(one)
        if count is None or count.total() > MOST:
            return
        for tensor in tensors(event.batch):
            found = prints(tensor) or whole(tensor)
            if found is not None:
                count.update(found)
                return

    def ending(one: Pass) -> None:
        count, loader = counts.pop(one, None), one.loader()
        if not count or loader is None:
            return
        workers = loader.num_workers
        same = sum(1 for times in count.values() if times == workers)
        if len(count) < 8 or same < 0.9 * len(count):
            return
        facts.report(
            RULE.name,
            "error",
            one.made or one.place,
            f"each of the {workers} workers reads the whole stream: every row comes {workers} times in an "
            "epoch",
            "In __iter__ take the share of torch.utils.data.get_worker_info().id.",
            rows=count.total(),
            different_rows=len(count),
            workers=workers,
        )

    facts.passes.giving.append(giving)
    facts.passes.ending.append(ending)
    return {}


def shares(code: CodeType) -> bool:
    """Whether code knows of workers."""
    return any(
        "worker" in name or ("shard" in name and name.strip("_") not in ("shard", "shards"))
        for name in names(code)
    )


def whole(tensor: Any) -> list[Any] | None:
    """Rows as they are, where they are short."""
    if tensor.ndim < 1 or tensor.numel() > 64 * max(1, len(tensor)):
        return None
    rows = tensor.reshape(len(tensor), -1).tolist()
    return (
        [tuple(row) for row in rows] if len({tuple(row) for row in rows}) > len(rows) // 2 else None
    )


RULE = Rule(
    name="iterable-dataset-duplicated-across-workers",
    severity="error",
    what="An `IterableDataset` does not share its rows out among the loader's workers.",
    why="Each worker has a copy of the dataset and reads all of it. An epoch is as many times longer as "
    "there are workers, and each row counts as often.",
    seen="In the first pass nine rows of ten come exactly as often as there are workers, and neither the "
    "dataset's code nor a `worker_init_fn` knows of workers.",
    silent="Datasets that ask for their worker; rows that are in the data several times.",
    bad="def __iter__(self):\n    yield from self.rows\n",
    good="def __iter__(self):\n    info = get_worker_info()\n"
    "    yield from itertools.islice(self.rows, info.id, None, info.num_workers)\n",
    watch=watch,
)
