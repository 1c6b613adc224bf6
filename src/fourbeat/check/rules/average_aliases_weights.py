"""An average of weights that is the weights."""

from collections import Counter

from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Operation
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters

INTO = frozenset(("add_", "lerp_"))
"""What moves a tensor towards another."""


def watch(facts: Facts) -> Readers:
    """See weights that are changed by themselves under another name."""
    counts: Counter[Place] = Counter()

    def operation(event: Operation) -> None:
        if getattr(event.function, "__name__", "") not in INTO or len(event.arguments) < 2:
            return
        one, other = event.arguments[:2]
        if not isinstance(one, Tensor) or not isinstance(other, Tensor):
            return
        share = event.named.get("alpha", 1)
        if isinstance(share, int | float) and share < 0:
            return  # weights that are to become smaller
        if one.shape != other.shape or one.numel() < 2 or not memory(one) == memory(other) != 0:
            return
        where = memory(one)
        live = any(
            memory(p) == where for each in facts.ledger.optimizers() for p in parameters(each)
        )
        place = here()
        if not live or place is None:
            return
        counts[place] += 1
        if counts[place] == 2:
            facts.report(
                RULE.name,
                "error",
                place,
                "the average shares the memory of the weights that it is to be the average of: it is the "
                "weights, and changing it changes them",
                "Begin with a copy: p.detach().clone(), or copy.deepcopy(model).",
            )

    return {Operation: operation}


def memory(tensor: Tensor) -> int:
    """Where a tensor's values lie; 0 for one that has none of its own, as a sparse one."""
    try:
        return tensor.data_ptr()
    except RuntimeError:
        return 0


RULE = Rule(
    name="average-aliases-weights",
    severity="error",
    what="A moving average of the weights was begun with references to the live weights.",
    why="`p.data` and `state_dict()` copy nothing. The average is always the latest weights, and each "
    "update of it writes into the model.",
    seen="In the first steps a weight that an optimizer holds is changed in place by a tensor that lies at "
    "the same place in memory.",
    silent="Averages with a memory of their own; tied weights.",
    bad="shadow = {n: p.data for n, p in model.named_parameters()}\n",
    good="shadow = {n: p.detach().clone() for n, p in model.named_parameters()}\n",
    watch=watch,
)
