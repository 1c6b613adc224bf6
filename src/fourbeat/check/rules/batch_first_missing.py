"""A recurrent or an attention layer that takes the batch for the sequence."""

from typing import Any

from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor
from fourbeat.check.probe import rows_see_others
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.finer import Called, Calling, Operation
from fourbeat.observe.place import here

_RECURRENT = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})
_ATTENTION = "multi_head_attention_forward"

_PROBES = 2
"""Calls of models that are tried on a copy."""


def watch(facts: Facts) -> Readers:
    """Look at what such layers are given, and at the shape of the model's answer."""
    found: dict[Place, tuple[int, int]] = {}
    probes = 0

    def calling(_: Calling) -> None:
        found.clear()

    def operation(event: Operation) -> None:
        name = getattr(event.function, "__name__", "")
        if name not in _RECURRENT and name != _ATTENTION:
            return
        layer = facts.modes.layer() if facts.modes.layer is not None else None
        given: Any = event.arguments[0] if event.arguments else None
        if not isinstance(layer, nn.RNNBase | nn.MultiheadAttention) or layer.batch_first:
            return
        if isinstance(given, Tensor) and given.dim() == 3 and (place := here()) is not None:
            found.setdefault(place, (given.shape[0], given.shape[1]))

    def called(event: Called) -> None:
        nonlocal probes
        given, answer = next(each_tensor(event.inputs), None), next(each_tensor(event.output), None)
        if not found or not event.grad or given is None or answer is None or not answer.dim():
            return
        if isinstance(event.module, nn.RNNBase | nn.MultiheadAttention):
            return
        rows = len(answer)
        for place, (first, second) in list(found.items()):
            # The first dimension is the batch's up to the end, and the second is gone: it was time.
            if not given.dim() or not first == rows == len(given) or second in (1, rows):
                continue
            if second in answer.shape or probes >= _PROBES:
                continue
            probes += 1
            if rows_see_others(facts, event.module, event.inputs):
                facts.report(
                    RULE.name,
                    "error",
                    place,
                    f"the layer takes a batch of {rows} rows for a sequence of {rows} steps, and its {second} steps "
                    "for rows: each row's answer depends on the others",
                    "Build the layer with batch_first=True, or give it x.transpose(0, 1).",
                    rows=rows,
                    steps=second,
                )
        found.clear()

    return {Calling: calling, Operation: operation, Called: called}


RULE = Rule(
    name="batch-first-missing",
    severity="error",
    what="A recurrent or attention layer without `batch_first=True` is given (batch, time, features).",
    why="By default these layers read (time, batch, features). No shape is wrong, but they pass their state from "
    "row to row of the batch, or let its rows attend to each other, and never see the order of time. The training loss may even fall.",
    seen="Such a layer is given as many steps as the model is given and answers rows; the other dimension is gone "
    "from the answer, so it was time; and a copy of the model answers the second half of a batch otherwise "
    "without the first half.",
    silent="Sequences with time first; sequences of one row; layers with batch_first; rows that attend to each "
    "other on purpose.",
    bad="self.gru = nn.GRU(8, 32)\n...\nh, _ = self.gru(x)  # x is (batch, time, 8)\nreturn self.out(h[:, -1])\n",
    good="self.gru = nn.GRU(8, 32, batch_first=True)\n",
    watch=watch,
)
