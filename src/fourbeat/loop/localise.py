"""Where a value first stopped being finite: inputs, logits, loss, gradients or parameters.

Nothing of this runs while all is well, but for one look at the loss and one at the gradients'
norm; on a GPU a fused optimizer looks for itself (see `gate`). Then the calls of the step are made again, module by module, from the same random numbers.
"""

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fourbeat.data.batch import examples
from fourbeat.errors import Finding, NonFiniteError
from fourbeat.loop.calling import eagerly, unwrapped
from fourbeat.loop.calls import Call, Calls
from fourbeat.loop.finite import broken, extreme, is_mask, named_tensors, rows_of, size
from fourbeat.loop.lane import Lane
from fourbeat.loop.modes import left_alone
from fourbeat.loop.step import Step
from fourbeat.observe.stream import Stream

log = logging.getLogger("fourbeat")

GREW = 10.0
"""A parameter whose root mean square grew by this factor within a pass was updated too far."""

SMALL = 1e-2
"""Growth from below this root mean square, such as from zeros, is learning."""


@dataclass(frozen=True, slots=True)
class Late:
    """A step on a GPU, kept until the host knows that it was sound.

    Attributes:
        step: with its batches.
        calls: of the model.
        losses: one a batch.
        norms: of the gradients, by parameter.
        closed: whether the gate of its update was closed; see `Gate`.
    """

    step: Step
    calls: tuple[Call, ...]
    losses: Sequence[Tensor]
    norms: Sequence[tuple[Tensor, Tensor]]
    closed: Callable[[], bool]


class Localiser:
    """Finds the first value that is not finite, and raises.

    Args:
        model: that is trained.
        stream: told of its calls.
    """

    def __init__(self, model: nn.Module, stream: Stream):
        self.model = unwrapped(model)
        self.calls = Calls(model, stream)
        self._sizes: dict[str, Tensor] = {}

    def begin(self) -> None:
        """Note how large the parameters are; read only if something goes wrong."""
        named = self.model.named_parameters()
        self._sizes = {name: size(p) for name, p in named if not is_lazy(p)}

    def refuse(
        self,
        step: Step,
        lane: Lane,
        autocast: AbstractContextManager[object],
        loss: Tensor | None,
        logits: Any,
    ) -> NoReturn:
        """Say what is not finite.

        Args:
            step: that was stopped, before its update.
            lane: whose loss or gradients these are.
            autocast: as the forward pass had it.
            loss: if it is what was seen, with its graph; None for the gradients.
            logits: as given to `backward`.

        Raises:
            NonFiniteError: always.
        """
        finding = (
            self._inputs(step)
            or self._logits(step, autocast, self.calls.last, logits)
            or self._loss(step, loss, logits)
            or self._gradients(lane)
        )
        raise NonFiniteError(finding, f"step {step.number}")

    def refuse_late(self, late: Late, autocast: AbstractContextManager[object]) -> NoReturn:
        """The same of a step whose graph and gradients are gone; its update was not done.

        Raises:
            NonFiniteError: always.
        """
        loss = next((loss for loss in late.losses if broken(loss) is not None), None)
        finding = (
            self._inputs(late.step)
            or self._logits(late.step, autocast, late.calls, None)
            or self._loss(late.step, loss, None)
            or self._late_gradients(late)
        )
        raise NonFiniteError(finding, f"step {late.step.number}")

    def check_parameters(self, step: int) -> None:
        """Refuse weights that the last update made NaN or infinite.

        Raises:
            NonFiniteError: naming the first of them.
        """
        for name, tensor in self.model.named_parameters():
            bad = broken(tensor)
            if bad is not None:
                finding = self._tensor("parameters", name, bad, tensor)
                raise NonFiniteError(finding, f"step {step}")

    # One beat after the other.

    def _inputs(self, step: Step) -> Finding | None:
        for number, batch in enumerate(step.read):
            for name, tensor in named_tensors(batch, "batch"):
                bad = broken(tensor)
                if bad is not None and not is_mask(tensor):
                    where = f"{name} of batch {number + 1}" if len(step.read) > 1 else name
                    return Finding(
                        beat="inputs",
                        name=where,
                        rows=rows_of(bad, len(tensor)),
                        count=int(bad.sum()),
                        total=tensor.numel(),
                        cause="data",
                        look="Look at these rows where they come from; fill them, or leave them out",
                    )
        return None

    def _logits(
        self,
        step: Step,
        autocast: AbstractContextManager[object],
        calls: Iterable[Call],
        logits: Any,
    ) -> Finding | None:
        with left_alone(self.model), eagerly(self.model), autocast:
            for call in calls:
                found = self._replay(call)
                if found is not None:
                    return self._forward(step, *found)
        for name, tensor in named_tensors(logits, "logits"):
            if broken(tensor) is not None:
                return self._forward(step, name, None, tensor)
        return None

    def _replay(self, call: Call) -> tuple[str, nn.Module | None, Tensor] | None:
        """The first module whose output, or input, is not finite."""
        first: list[tuple[str, nn.Module | None, Tensor]] = []
        called = unwrapped(call.module)

        def look(name: str, module: nn.Module | None, values: Any) -> None:
            for _, tensor in named_tensors(values, ""):
                if not first and broken(tensor) is not None:
                    first.append((name, module, tensor))

        def before(name: str) -> Any:
            def hook(module: nn.Module, args: Any) -> None:
                look(f"the input of {name or 'the model'}", None, args)

            return hook

        def after(name: str) -> Any:
            def hook(module: nn.Module, args: Any, output: Any) -> None:
                look(name, module, output)

            return hook

        hooks = [
            handle
            for short, module in called.named_modules()
            for name in [".".join(filter(None, (call.name, short)))]
            for handle in (
                module.register_forward_pre_hook(before(name)),
                module.register_forward_hook(after(name)),
            )
        ]
        call.rewind()
        try:
            called(*call.args, **call.kwargs)
        except Exception:  # a module that cannot be called twice hides nothing of the error
            log.debug("the call of %r could not be made again", call.name, exc_info=True)
        finally:
            for handle in hooks:
                handle.remove()
        return first[0] if first else None

    def _forward(self, step: Step, name: str, module: nn.Module | None, output: Tensor) -> Finding:
        bad = broken(output)
        assert bad is not None
        own = [] if module is None else [*module.named_parameters(), *module.named_buffers()]
        for short, tensor in own:
            wrong = broken(tensor)
            if wrong is not None and not is_mask(tensor):
                return self._tensor("logits", ".".join(filter(None, (name, short))), wrong, tensor)
        kind = type(module).__name__ if module is not None else ""
        whole = Finding(
            beat="logits",
            name=name or "the model's output",
            module=kind,
            rows=rows_of(bad, examples(step.read[0])),
            count=int(bad.sum()),
            total=output.numel(),
            cause="unstable forward",
            look="Look at what this module computes for these rows: a division, logarithm or root",
        )
        return self._explained(step, whole, output)

    def _loss(self, step: Step, loss: Tensor | None, logits: Any) -> Finding | None:
        if loss is None:
            return None
        rows: tuple[int, ...] = ()
        if isinstance(logits, Tensor) and logits.requires_grad and loss.requires_grad:
            (gradient,) = torch.autograd.grad(
                loss, logits, retain_graph=True, materialize_grads=True
            )
            bad = broken(gradient)
            if bad is not None:
                rows = rows_of(bad, len(logits))
        whole = Finding(
            beat="loss",
            name=f"the loss is {loss.item()}",
            rows=rows,
            count=1,
            total=1,
            cause="unstable loss",
            look="Logits are finite: look for log(0), a division by zero or an overflow in the loss",
        )
        return self._explained(step, whole, logits if isinstance(logits, Tensor) else None)

    def _late_gradients(self, late: Late) -> Finding:
        names = self._names()
        wrong = [(p, norm) for p, norm in late.norms if broken(norm) is not None]
        # Backward goes from the last parameter to the first. None is wrong where the sum overflows,
        # and what overflows by its size is infinite.
        parameter, norm = wrong[-1] if wrong else max(late.norms, key=lambda pair: float(pair[1]))
        return Finding(
            beat="gradients",
            name=f"the gradient of {named(parameter, names)} has the norm {norm.item():.3g}",
            count=1,
            total=1,
            cause="unstable backward" if norm.isnan() else "oversized update",
            look="Values and loss are finite: look for a root, a norm or a power at zero between "
            "here and the loss, or lower the learning rate",
        )

    def _names(self) -> dict[int, str]:
        """The names of the model's parameters, by their identity."""
        return {id(p): name for name, p in self.model.named_parameters()}

    def _gradients(self, lane: Lane) -> Finding:
        names = self._names()
        order = {key: place for place, key in enumerate(names)}
        held = sorted(lane.parameters(), key=lambda p: order.get(id(p), len(order)))
        there = [(named(p, names), p.grad) for p in held if p.grad is not None]
        wrong = [(n, g, bad) for n, g in there if (bad := broken(g)) is not None]
        if not wrong:
            largest = max(there, key=lambda pair: float(pair[1].abs().max()))
            return Finding(
                beat="gradients",
                name=largest[0],
                count=0,
                total=largest[1].numel(),
                cause="oversized update",
                look=f"The norm overflows: values up to {float(largest[1].abs().max()):.1e}. "
                "Lower the learning rate, or scale the loss",
            )
        name, gradient, bad = wrong[-1]  # backward goes from the last parameter to the first
        more = f"; {len(wrong)} of {len(there)} parameters have one" if len(wrong) > 1 else ""
        scaled = lane.scaler is not None
        return Finding(
            beat="gradients",
            name=name,
            count=int(bad.sum()),
            total=gradient.numel(),
            cause="overflow in fp16" if scaled else "unstable backward",
            look=f"Values and loss are finite{more}: "
            + (
                "use bf16, or lower the learning rate"
                if scaled
                else "look for a root, a norm or a power at zero between here and the loss"
            ),
        )

    # What lies behind it.

    def _explained(self, step: Step, found: Finding, output: Tensor | None) -> Finding:
        """The same finding with a likelier cause than the operation itself, if there is one."""
        grown = self._grown()
        if grown is not None:
            name, before, now = grown
            look = (
                f"{name} grew from {before:.2g} to {now:.2g} (root mean square) in this pass: "
                "lower the learning rate, warm it up, or clip the gradients"
            )
            return found.because("oversized update", look)
        for batch in step.read:
            for name, tensor in named_tensors(batch, "batch"):
                far = extreme(tensor)
                if far is not None:
                    look = f"{name} holds values up to {float(tensor.abs().max()):.1e}: check them"
                    return found.because("data", look, rows_of(far, len(tensor)))
        if output is not None and output.dtype == torch.float16:
            return found.because(
                "overflow in fp16", "fp16 ends at 65,504: use precision='bf16', or scale down"
            )
        return found

    def _grown(self) -> tuple[str, float, float] | None:
        """The parameter that grew most in this pass, if one grew too far."""
        worst: tuple[str, float, float] | None = None
        most = GREW
        parameters = dict(self.model.named_parameters())
        for name, before in self._sizes.items():
            old, new = float(before), float(size(parameters[name]))
            ratio = new / max(old, SMALL)
            if ratio > most or math.isnan(ratio):
                worst, most = (name, old, new), ratio
        return worst

    def _tensor(self, beat: Any, name: str, bad: Tensor, tensor: Tensor) -> Finding:
        parameter = name in dict(self.model.named_parameters())
        return Finding(
            beat=beat,
            name=name,
            module="parameter" if parameter else "buffer",
            count=int(bad.sum()),
            total=tensor.numel(),
            cause="oversized update" if parameter else "bad buffer",
            look="Its last update was too large: lower the learning rate, or clip the gradients"
            if parameter
            else "Gradients do not reach a buffer: look at what writes it",
        )


def named(parameter: Tensor, names: dict[int, str]) -> str:
    """A parameter's name; its shape, if it is none of the model's."""
    return names.get(id(parameter), f"a parameter of shape {tuple(parameter.shape)}")
