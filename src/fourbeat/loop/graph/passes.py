"""Steps that are taken as a whole: in one graph where that is possible, beat by beat where it is not."""

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from fourbeat.data.batch import examples
from fourbeat.errors import FourbeatError, first_line
from fourbeat.loop.average import WeightAverage
from fourbeat.loop.graph.ahead import Groups, ahead
from fourbeat.loop.graph.program import (
    Block,
    Forward,
    Program,
    UnpreparedError,
    parts_of,
    steps_for,
    why_not,
)
from fourbeat.loop.lane import Lane, Update
from fourbeat.loop.means import Entry
from fourbeat.loop.precision import Word, autocast
from fourbeat.loop.step import END, Step
from fourbeat.observe.events import Gradients
from fourbeat.observe.stream import Stream

log = logging.getLogger("fourbeat")

Taken = tuple[Step, list[np.ndarray], Gradients | None]
"""A step that is over, the numbers of its rows, and its gradients' norms if anybody listens."""


class Engine(Protocol):
    """What steps are steps of; see `Training`."""

    model: nn.Module
    lanes: Mapping[str, Lane]
    accumulate: int
    average: WeightAverage | None
    word: Word
    stream: Stream

    def watch(self, on: bool) -> None:
        """Have the model's calls remembered, or not: hooks would be part of a compiled graph."""
        ...

    def hold(self) -> None:
        """Stand still before steps that have no moment within, if another process asked for that."""
        ...

    def updated(self, step: Step, lane: Lane, update: Update, entries: list[Entry]) -> None:
        """Count an update."""
        ...


class Whole:
    """Takes the steps of a run whole.

    The first one, and those of which too few of one shape are left, go beat by beat: so do all, once the
    compiler has failed. Which ones is a function of the position in the epoch alone.

    Args:
        engine: of the run.
        compiled: whether to compile them.
        say: takes what keeps them from that.
    """

    def __init__(self, engine: Engine, compiled: bool, say: Callable[[str], None]):
        self._engine = engine
        self._lane = next(iter(engine.lanes.values()))
        self._say = say
        self._program: Program | None = None
        self._off = not compiled
        self._waited: set[int] = set()

    def steps(
        self,
        first: Any,
        fetch: Callable[[], Any],
        rows: list[np.ndarray],
        forward: Forward,
        at: int,
        make: Callable[[Any], Step],
    ) -> Generator[list[Taken]]:
        """Take the steps that begin with a batch; those of one call come together, as they are all done.

        Args:
            first: batch.
            fetch: gives the next one.
            rows: where `fetch` puts the numbers of their rows.
            forward: see `Run.train`.
            at: its number in the pass.
            make: a step of a batch, with the number that is next.
        """
        program = self._made(forward)
        batches = [first]
        if program is not None and at % program.steps == 0:
            while len(batches) < program.steps and (batch := fetch()) is not END:
                batches.append(batch)
        known = [rows]  # of a step that reads more batches, they are put there yet
        if len(batches) > 1:
            known = [[one] for one in rows] if len(rows) == len(batches) else [[] for _ in batches]
        done = 0
        if program is not None and len(batches) == program.steps and program.fits(batches):
            taken = self._block(program, batches, known, make)
            done = len(taken)
            yield taken
        for batch, own in list(zip(batches, known, strict=True))[done:]:
            step = make(batch)
            self._beats(step, forward)
            yield [(step, own, None)]

    def _beats(self, step: Step, forward: Forward) -> None:
        """One after the other."""
        self._engine.watch(True)
        for batch in step.batches:
            with autocast(self._engine.word, self._engine.model):
                loss, logits, weight = parts_of(forward(batch))
            step.backward(loss, logits, weight=weight)
        step.update()

    def _made(self, forward: Forward) -> Program | None:
        """The program, once the optimizer has a state of every parameter.

        It is a function of the training's state: a process that resumes makes the same.
        """
        lane, engine, program = self._lane, self._engine, self._program
        if self._off or (program is not None and program.forward is forward and program.holds()):
            return program
        self._program = None
        if without := stateless(lane.optimizer):
            if self._waited != without:
                self._waited = without  # one step beat by beat makes it
                return None
            reason: str | None = "a parameter gets no gradient"
        else:
            reason = why_not(list(engine.lanes.values()), engine.accumulate, engine.average)
        if reason is not None:
            self._off = True
            self._say(f"steps run beat by beat: {reason}")
            return None
        self._program = Program(
            forward,
            engine.model,
            lane.optimizer,
            lane.rules,
            lambda: autocast(engine.word, engine.model),
            steps_for(lane.parameters()),
        )
        return self._program

    def _block(
        self,
        program: Program,
        batches: Sequence[Any],
        rows: Sequence[list[np.ndarray]],
        make: Callable[[Any], Step],
    ) -> list[Taken]:
        """Take the steps of a block; fewer than all where something is not finite, none if it fails."""
        block, rates = self._called(program, batches)
        found: list[Taken] = []
        if block is None:
            return found
        heard = self._engine.stream.heard[Gradients]
        optimizer = self._lane.optimizer
        for number in range(block.done):
            batch = batches[number]
            step = make(batch)
            count = examples(batch)
            weight = count if block.weights is None else block.weights[number]
            loss = block.losses[number]
            step.losses.append((optimizer, loss, weight))
            update = step.updates[self._lane.name] = Update(
                True, block.norms[number], rates[number]
            )
            entries: list[Entry] = [("loss", loss * weight if weight else 0.0, weight)]
            if block.right is not None:
                right, labels = block.right[number]
                entries.append(("accuracy", right, labels))
            self._engine.updated(step, self._lane, update, entries)
            told = None
            if heard and number == 0:
                total = torch.tensor(block.norms[0])
                told = Gradients(optimizer, program.parameters, block.each[0], total)
            found.append((step, rows[number], told))
        return found

    def _called(
        self, program: Program, batches: Sequence[Any]
    ) -> tuple[Block | None, list[list[float]]]:
        """Do a block's steps, and move schedules for those that were done."""
        lane = self._lane
        self._engine.watch(False)
        self._engine.hold()
        groups, back = ahead(lane, len(batches))
        rates = [[float(group["lr"]) for group in step] for step in groups]
        try:
            if not program.knows(batches):
                self._prepare(program, batches, groups, "as one graph")
            try:
                block = program(batches, groups)
            except UnpreparedError as changed:
                self._prepare(program, batches, groups, f"again, as {changed},")
                block = program(batches, groups)
        except FourbeatError:
            raise
        except Exception as error:  # a compiler may fail in any way
            back()
            self._off, self._program = True, None
            self._say(f"steps run beat by beat: {type(error).__name__}: {first_line(error)}")
            return None, rates
        if block.done < len(batches):
            back()
            for _ in range(block.done):
                lane.end_step()
        return block, rates

    def _prepare(
        self, program: Program, batches: Sequence[Any], groups: Sequence[Groups], how: str
    ) -> None:
        """Compile a block's steps, and tell the seconds."""
        seconds = program.prepare(batches, groups)
        log.warning("compiled %d steps %s in %.1f s", program.steps, how, seconds)
        if program.refusal is not None:
            self._say(f"compiled steps are no CUDA graphs: {program.refusal}")


def stateless(optimizer: Optimizer) -> set[int]:
    """The parameters of which an optimizer keeps nothing yet, though it would."""
    keeping = [g for g in optimizer.param_groups if "betas" in g or g.get("momentum")]
    held = [p for group in keeping for p in group["params"] if p.requires_grad]
    return {id(p) for p in held if not optimizer.state.get(p)}
