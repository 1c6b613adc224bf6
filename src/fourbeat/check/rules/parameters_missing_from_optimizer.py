"""Trainable parameters that get gradients and that no optimizer holds."""

from weakref import ref

from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.check.census import Known, shapes, unchanged
from fourbeat.check.facts import Facts
from fourbeat.check.orphans import Kind, kinds
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Ended
from fourbeat.observe.steps import parameters
from fourbeat.sanity.parameters import missing as without_optimizer


def watch(facts: Facts) -> Readers:
    """After some steps, list the parameters that belong in the optimizer."""
    missing: dict[int, tuple[Known, str, Kind]] = {}
    maker: dict[int, Place | None] = {}

    def judge(optimizer: Optimizer) -> None:
        census = facts.census
        if not any(
            id(p) in census.reached and isinstance(p, nn.Parameter) for p in parameters(optimizer)
        ):
            return
        missing.clear()
        for known, kind in kinds(census):
            p = known.parameter()
            if p is None or known.loaded or known.reached < 3 or not unchanged(known):
                continue
            if kind not in ("missing", "replaced") or _fixed(facts, p):
                continue
            missing[id(known)] = (known, shapes([p]), kind)
            maker[id(known)] = facts.ledger.made(optimizer)

    def ended(_: Ended) -> None:
        found = [(known, shape, kind) for known, shape, kind in missing.values() if not known.held]
        for replaced in (False, True):
            some = [(k, shape) for k, shape, kind in found if (kind == "replaced") == replaced]
            if some:
                report([known for known, _ in some], [shape for _, shape in some], replaced)

    def report(found: list[Known], some: list[str], replaced: bool) -> None:
        used = next((known.used for known in found if known.used is not None), None)
        told = without_optimizer(some)
        facts.report(
            RULE.name,
            "note" if replaced else "warning",
            maker[id(found[0])] or used,
            told.message,
            told.fix,
            **told.evidence,
            used_at=str(used or "unknown"),
        )

    facts.census.judges.append(judge)
    return {Ended: ended}


def _fixed(facts: Facts, parameter: Tensor) -> bool:
    """Whether its module was put into evaluation mode: a judge or a teacher that is to stay."""
    weak = ref(parameter)
    return any(
        not module.training
        for module in facts.births.modules()
        if any(p is weak() for p in module.parameters(recurse=False))
    )


RULE = Rule(
    name="parameters-missing-from-optimizer",
    severity="warning",
    what="Parameters that require gradients, and get them, are in no optimizer.",
    why="They are computed with and differentiated, and never move: part of the network stays random. "
    "It happens where a part was forgotten, filtered out by name, or replaced after the optimizer was "
    "made.",
    seen="The loss reaches them in step after step, together with an optimizer's own parameters; no "
    "optimizer ever held them, and their values stay the same bits.",
    silent="Parameters that are updated by hand or by a later optimizer; loaded weights; parts in "
    "evaluation mode; frozen parameters; a fixed network through which an input is optimised.",
    bad="optimizer = Adam(decoder.parameters())  # the encoder is trained, too\n",
    good="optimizer = Adam([*encoder.parameters(), *decoder.parameters()])\n",
    watch=watch,
)
