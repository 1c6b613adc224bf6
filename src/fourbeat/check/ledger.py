"""The life of gradients: fed by backwards, cleared, consumed by steps, or dropped unseen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, ref

from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.root import Root, root_of
from fourbeat.finding import Place
from fourbeat.observe.events import Clip, Unscale, Updated, Updating
from fourbeat.observe.finer import (
    Calling,
    Clearing,
    Differentiated,
    Differentiating,
    Made,
    Passed,
)
from fourbeat.observe.place import here, stack
from fourbeat.observe.steps import parameters
from fourbeat.sanity.parameters import is_zero


@dataclass(slots=True, eq=False)
class Run:
    """One backward.

    Attributes:
        number: of it, from 1.
        frames: the user's lines that led to it, the innermost first.
        inputs: a print of what the models had been given since the run before.
        root: what the end of its graph tells.
        fed: the optimizers whose parameters it gave gradients to.
        consumed: those that stepped on what it gave.
    """

    number: int
    frames: list[Place]
    inputs: tuple[Any, ...]
    root: Root
    fed: set[int] = field(default_factory=set[int])
    consumed: set[int] = field(default_factory=set[int])

    @property
    def place(self) -> Place | None:
        """Where it was called."""
        return self.frames[0] if self.frames else None


@dataclass(slots=True)
class Life:
    """What is in one parameter's gradient.

    Attributes:
        runs: that fed it.
        taken: how many of them a step has taken.
        version: of the gradient after the last of them; -2 if it was clipped since.
    """

    runs: list[Run] = field(default_factory=list[Run])
    taken: int = 0
    version: int = -1


@dataclass(slots=True)
class Clear:
    """Gradients were cleared.

    Attributes:
        place: where; None where it was not by `zero_grad`.
        dropped: runs that nobody had stepped on.
    """

    place: Place | None
    dropped: list[Run]


@dataclass(slots=True)
class Step:
    """One step of an optimizer, and what had happened to its gradients since the last one.

    Attributes:
        owner: the optimizer whose it is.
        key: that tells it from other optimizers, also when it is gone.
        number: of its steps, from 1.
        frames: the user's lines that led to it, the innermost first.
        runs: backwards whose gradients it takes.
        stale: whether it takes some that a step had taken already, with others on top.
        clears: since the last step, in order.
        fed: runs that fed it since the last step, whatever became of them.
        passes: ends of DataLoader passes since the last step.
        edited: whether gradients were changed after the last backward, by other than clipping.
        even: whether all parameters with gradients take them from the same runs.
    """

    owner: ref[Optimizer]
    key: int
    number: int
    frames: list[Place]
    runs: list[Run]
    stale: bool
    clears: list[Clear]
    fed: list[Run]
    passes: int
    edited: bool
    even: bool

    @property
    def place(self) -> Place | None:
        """Where it was called."""
        return self.frames[0] if self.frames else None

    @property
    def averages(self) -> bool:
        """Whether losses were divided by the number of runs that fed it: they were to be accumulated."""
        count = len(self.fed)
        return count > 1 and any(
            abs(count * factor - 1) < 1e-3 for run in self.runs for factor in run.root.factors
        )

    @property
    def dropped(self) -> list[Run]:
        """Runs that were cleared away before this step, and that no step ever took."""
        return [run for clear in self.clears for run in clear.dropped if not run.consumed]


@dataclass(slots=True)
class Account:
    """What has happened to one optimizer.

    Attributes:
        made: where it was made.
        key: that tells it from other optimizers, also when it is gone.
        number: of its steps by now.
        stale: steps that took what a step had taken before, with others on top.
        between: steps before which gradients were cleared, but for the first.
        cleared: where they were cleared for the last of these; None where it was not by `zero_grad`.
        last: step that was stale.
        clears: since its last step, in order.
        fed: runs that fed it since then.
        passes: ends of DataLoader passes since then.
    """

    made: Place | None
    key: int
    number: int = 0
    stale: int = 0
    between: int = 0
    cleared: Place | None = None
    last: Step | None = None
    clears: list[Clear] = field(default_factory=list[Clear])
    fed: list[Run] = field(default_factory=list[Run])
    passes: int = 0


class Tally:
    """How often something was seen of each optimizer, and the last step of it."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[int, Step]] = {}

    def add(self, step: Step) -> int:
        """It was seen again; gives how often by now."""
        count = self.count(step) + 1
        self._found[step.key] = count, step
        return count

    def count(self, step: Step) -> int:
        """How often it was seen of a step's optimizer."""
        return self._found.get(step.key, (0, step))[0]

    def all(self) -> list[tuple[int, Step]]:
        """Count and last step of each optimizer."""
        return list(self._found.values())


class Ledger:
    """Follows every gradient of every optimizer's.

    Attributes:
        steps: told of each step, just before it.
        runs: backwards by now.
        accounts: of every optimizer that ever was.
    """

    def __init__(self) -> None:
        self.steps: list[Callable[[Step], None]] = []
        self.runs = 0
        self.accounts: list[Account] = []
        self._accounts: WeakKeyDictionary[Optimizer, Account] = WeakKeyDictionary()
        self._lives: dict[int, tuple[ref[Tensor], Life]] = {}
        self._before: dict[int, tuple[Tensor | None, int]] = {}
        self._run: Run | None = None
        self._closing: Step | None = None
        self._inputs: list[Any] = []
        self.readers: dict[type[Any], Callable[[Any], None]] = {
            Made: self._made,
            Clearing: self._clearing,
            Differentiating: self._differentiating,
            Differentiated: self._differentiated,
            Updating: self._updating,
            Updated: self._updated,
            Passed: self._passed,
            Clip: self._clip,
            Unscale: self._unscale,
            Calling: self._calling,
        }

    def optimizers(self) -> list[Optimizer]:
        """Those that exist."""
        return list(self._accounts)

    @property
    def root_place(self) -> Place | None:
        """Where the backward was called that is going on."""
        return self._run.place if self._run is not None else None

    def made(self, optimizer: Optimizer | None) -> Place | None:
        """Where an optimizer was made; None for one that is gone."""
        known = None if optimizer is None else self._accounts.get(optimizer)
        return None if known is None else known.made

    def _made(self, event: Made) -> None:
        self._account(event.optimizer)

    def _account(self, optimizer: Optimizer) -> Account:
        known = self._accounts.get(optimizer)
        if known is None:
            known = self._accounts[optimizer] = Account(here(), len(self.accounts))
            self.accounts.append(known)
        return known

    def _calling(self, event: Calling) -> None:
        if event.grad and len(self._inputs) < 8:
            self._inputs += [print_of(one) for one in event.inputs if isinstance(one, Tensor)]

    def _life(self, p: Tensor) -> Life:
        number, lives = id(p), self._lives
        known = lives.get(number)
        if known is None or known[0]() is not p:
            known = lives[number] = (ref(p, lambda _: lives.pop(number, None)), Life())
        return known[1]

    def _clearing(self, event: Clearing) -> None:
        self._clear(event.parameters, here())

    def _clear(self, cleared: Sequence[Tensor], place: Place | None) -> None:
        dropped: dict[int, Run] = {}
        ids: set[int] = set()
        for p in cleared:
            life = self._life(p)
            ids.add(id(p))
            if not life.taken:
                dropped.update((run.number, run) for run in life.runs)
            life.runs, life.taken = [], 0
        for optimizer, account in self._accounts.items():
            if any(id(p) in ids for p in parameters(optimizer)):
                own = [run for run in dropped.values() if id(optimizer) in run.fed]
                account.clears.append(Clear(place, own))

    def _missing(self) -> None:
        """See gradients that were set to None, or to zero, by hand."""
        for optimizer, account in self._accounts.items():
            gone: list[Tensor] = []
            for p in parameters(optimizer):
                life = self._life(p)
                if life.runs and (p.grad is None or (life.taken and is_zero(p.grad))):
                    gone.append(p)
            if gone and len(gone) == sum(bool(self._life(p).runs) for p in parameters(optimizer)):
                dropped = {
                    run.number: run
                    for p in gone
                    if not self._life(p).taken
                    for run in self._life(p).runs
                }
                account.clears.append(Clear(None, list(dropped.values())))
            for p in gone:
                life = self._life(p)
                life.runs, life.taken = [], 0

    def _differentiating(self, event: Differentiating) -> None:
        if not event.accumulates:
            return
        self._missing()
        self.runs += 1
        self._run = Run(self.runs, stack(), tuple(self._inputs), root_of(event.roots))
        self._inputs = []
        self._before = {
            id(p): (p.grad, -1 if p.grad is None else p.grad._version)
            for optimizer in self._accounts
            for p in parameters(optimizer)
        }

    def _differentiated(self, event: Differentiated) -> None:
        run, self._run = self._run, None
        if run is None or not event.done:
            return
        for optimizer, account in self._accounts.items():
            fed = False
            for p in parameters(optimizer):
                grad = p.grad
                if grad is None:
                    continue
                before, version = self._before.get(id(p), (None, -1))
                life = self._life(p)
                life.version = grad._version
                if before is grad and version == grad._version:
                    continue
                life.runs.append(run)
                fed = True
            if fed:
                run.fed.add(id(optimizer))
                account.fed.append(run)
        self._before.clear()

    def _updating(self, event: Updating) -> None:
        optimizer = event.optimizer
        account = self._account(optimizer)
        self._missing()
        runs: dict[int, Run] = {}
        every: dict[int, Run] = {}
        ways: set[tuple[int, ...]] = set()
        stale = edited = False
        for p in parameters(optimizer):
            life = self._life(p)
            stale |= 0 < life.taken < len(life.runs)
            every.update((run.number, run) for run in life.runs)
            fresh = {run.number: run for run in life.runs[life.taken :]}
            runs.update(fresh)
            ways.add(tuple(fresh))
            if p.grad is not None and life.runs:
                edited |= life.version not in (-2, p.grad._version)
        # A parameter that left the model keeps what was taken long ago: only without news does that count.
        runs = runs or every
        for run in every.values():
            run.consumed.add(id(optimizer))
        account.number += 1
        step = Step(
            ref(optimizer),
            account.key,
            account.number,
            stack(),
            list(runs.values()),
            stale,
            account.clears,
            account.fed,
            account.passes,
            edited,
            len(ways - {()}) < 2,
        )
        if stale:
            account.stale, account.last = account.stale + 1, step
        if account.clears and account.number > 1:
            account.between, account.cleared = account.between + 1, account.clears[-1].place
        account.clears, account.fed, account.passes = [], [], 0
        self._closing = step if event.closure else None
        if not event.closure:
            for tell in self.steps:
                tell(step)
        for p in parameters(optimizer):
            life = self._life(p)
            life.taken = len(life.runs)

    def _updated(self, event: Updated) -> None:
        """What a closure's backward gave is taken, too."""
        step, self._closing = self._closing, None
        stale = False
        for p in parameters(event.optimizer):
            life = self._life(p)
            stale |= 0 < life.taken < len(life.runs)
            if life.runs:
                life.taken = len(life.runs)
                for run in life.runs:
                    run.consumed.add(id(event.optimizer))
        if step is not None and stale:
            account = self._account(event.optimizer)
            account.stale, account.last = account.stale + 1, step

    def _clip(self, event: Clip) -> None:
        for p in event.parameters:
            self._life(p).version = -2

    def _unscale(self, event: Unscale) -> None:
        for p in parameters(event.optimizer):
            self._life(p).version = -1 if p.grad is None else p.grad._version

    def _passed(self, _: Passed) -> None:
        for account in self._accounts.values():
            account.passes += 1


def print_of(given: Tensor) -> tuple[Any, ...]:
    """What tells one batch from another: the shape and a few values, where they are at hand."""
    try:
        some = given.detach().reshape(-1)[:8].tolist() if given.device.type == "cpu" else id(given)
    except RuntimeError:  # a tensor without values, as within vmap
        some = id(given)
    return tuple(given.shape), str(some)
