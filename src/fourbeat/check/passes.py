"""Passes of DataLoaders: what was given, where, and whether it was trained on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, ref

from torch.optim import Optimizer
from torch.utils.data import DataLoader

from fourbeat.finding import Place
from fourbeat.observe.events import Updated
from fourbeat.observe.finer import Given, LoaderMade, Passed, Passing
from fourbeat.observe.place import here


@dataclass(slots=True, eq=False, weakref_slot=True)
class Pass:
    """One pass of a DataLoader.

    Attributes:
        loader: whose.
        dataset: a number for its dataset.
        made: where the loader was.
        place: where the pass began.
        number: of this pass among those over the dataset, from 1.
        began: updates of any optimizer when it did.
        batches: given by now.
        trained: updates between its batches.
        optimizer: that made the latest of them.
        ends: how often it was found at its end.
    """

    loader: Callable[[], DataLoader[Any] | None]
    dataset: int
    made: Place | None
    place: Place | None
    number: int
    began: int
    batches: int = 0
    trained: int = 0
    optimizer: ref[Optimizer] | None = None
    ends: int = 0


@dataclass(slots=True)
class Passes:
    """Follows every DataLoader.

    Attributes:
        beginning: told of each pass, as it begins.
        giving: told of each batch, before it is counted.
        ending: told each time a pass is found at its end.
        updates: of any optimizer.
    """

    beginning: list[Callable[[Pass], None]] = field(default_factory=list[Callable[[Pass], None]])
    giving: list[Callable[[Pass, Given], None]] = field(
        default_factory=list[Callable[[Pass, Given], None]]
    )
    ending: list[Callable[[Pass], None]] = field(default_factory=list[Callable[[Pass], None]])
    updates: int = 0
    _made: WeakKeyDictionary[Any, Place | None] = field(
        default_factory=WeakKeyDictionary[Any, Place | None]
    )
    _of: WeakKeyDictionary[Any, Pass] = field(default_factory=WeakKeyDictionary[Any, Pass])
    _open: list[ref[Pass]] = field(default_factory=list["ref[Pass]"])
    _made_numbers: int = 0
    _numbers: dict[int, tuple[Any, int, int]] = field(
        default_factory=dict[int, tuple[Any, int, int]]
    )

    @property
    def readers(self) -> dict[type[Any], Callable[[Any], None]]:
        """Of the events that it is made of."""
        return {
            LoaderMade: self._loader_made,
            Passing: self._passing,
            Given: self._given,
            Passed: self._passed,
            Updated: self._updated,
        }

    def _loader_made(self, event: LoaderMade) -> None:
        self._made[event.loader] = here()

    def _dataset(self, dataset: Any) -> tuple[int, int]:
        """A number for a dataset that no other has, and how many passes over it began."""
        key = id(dataset)
        known = self._numbers.get(key)
        if known is None or known[0]() is not dataset:
            try:
                same: Any = ref(dataset)
            except TypeError:  # a list, which cannot be told from the next one at its place
                same = type(dataset)
            self._made_numbers += 1
            known = same, self._made_numbers, 0
        self._numbers[key] = known[0], known[1], known[2] + 1
        return known[1], known[2] + 1

    def _passing(self, event: Passing) -> None:
        loader = event.loader
        dataset, number = self._dataset(loader.dataset)
        # A loader that is made in the head of a loop is gone once it has begun: it is held as long as
        # the pass is, unless it holds the pass itself.
        holds = ref(loader) if loader.persistent_workers else lambda: loader
        one = Pass(holds, dataset, self._made.get(loader), here(), number, began=self.updates)
        self._of[event.iterator] = one
        self._open = [each for each in self._open if each() is not None][-8:]
        self._open.append(ref(one))
        for tell in self.beginning:
            tell(one)

    def _given(self, event: Given) -> None:
        one = self._of.get(event.iterator)
        if one is None:
            return
        for tell in self.giving:
            tell(one, event)
        one.batches += 1

    def _passed(self, event: Passed) -> None:
        one = self._of.get(event.iterator)
        if one is None:
            return
        one.ends += 1
        for tell in self.ending:
            tell(one)

    def _updated(self, event: Updated) -> None:
        if not event.done:
            return
        self.updates += 1
        for each in self._open:
            one = each()
            if one is not None and one.batches and not one.ends:
                one.trained += 1
                one.optimizer = ref(event.optimizer)


def samplers(loader: Any) -> list[Any]:
    """What draws the rows of a loader."""
    found = [loader.sampler, loader.batch_sampler]
    found += [getattr(one, "sampler", None) for one in found if one is not None]
    return list({id(one): one for one in found if one is not None}.values())


def more(iterator: Any) -> bool:
    """Whether a pass has more than one batch."""
    try:
        return len(iterator) > 1
    except (TypeError, NotImplementedError):
        return True
