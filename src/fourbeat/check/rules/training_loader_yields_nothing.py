"""A loader that drops all of its data."""

from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.check.passes import Pass, samplers
from fourbeat.check.rule import Readers, Rule


def watch(facts: Facts) -> Readers:
    """See passes that end without a batch."""

    def ending(one: Pass) -> None:
        loader = one.loader()
        if one.batches or loader is None:
            return
        drops = loader.drop_last or getattr(loader.batch_sampler, "drop_last", False)
        rows = max((length(sampler) for sampler in samplers(loader)), default=0)
        if drops and rows:
            size = getattr(loader.batch_sampler, "batch_size", loader.batch_size)
            facts.report(
                RULE.name,
                "error",
                one.made or one.place,
                f"the loader gives no batch: it has {rows} rows, fewer than the {size} of a batch, and drops "
                "the last, incomplete one",
                "Take a smaller batch, or drop_last=False.",
                rows=rows,
                batch_size=size,
            )

    facts.passes.ending.append(ending)
    return {}


def length(sampler: Any) -> int:
    """Rows that a sampler draws; 0 if it does not say."""
    try:
        return len(sampler)
    except (TypeError, NotImplementedError):
        return 0


RULE = Rule(
    name="training-loader-yields-nothing",
    severity="error",
    what="A DataLoader with `drop_last=True` has fewer rows than a batch takes.",
    why="The loop over it ends at once. No step is made, and the script goes on as if it had trained.",
    seen="A pass ends without a batch, though there are rows.",
    silent="Data that is empty; small data that is kept.",
    bad="loader = DataLoader(sixty_rows, batch_size=64, drop_last=True)\n",
    good="loader = DataLoader(sixty_rows, batch_size=32, drop_last=True)\n",
    watch=watch,
)
