"""What a step did, as files that anything can read."""

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from fourbeat.data.batch import walk
from fourbeat.errors import RunError, first_line
from fourbeat.reproduce.seen import Seen


def described(seen: Seen) -> dict[str, Any]:
    """A step in plain values: numbers, and the norms of each parameter."""
    rows = seen.rows
    return {
        "step": seen.number,
        "epoch": seen.epoch,
        "loss": None if seen.loss is None else seen.loss.item(),
        "losses": [{"optimizer": name, "loss": loss.item()} for name, loss in seen.losses],
        "grad_norm": seen.grad_norms,
        "lr": seen.rates,
        "rows": None if rows is None else rows.tolist(),
        "seconds": seen.seconds,
        "parameters": {
            name: {
                "weight": norms.weight,
                "gradient": norms.gradient,
                "update": norms.update,
                "ratio": norms.ratio,
                "nonfinite": norms.nonfinite,
            }
            for name, norms in seen.layers.items()
        },
    }


def dump(seen: Seen, folder: Path) -> Path:
    """Write `step-<n>.safetensors`, and its description beside it.

    Its tensors are named `batch.…`, `output.…`, `weight.…`, `gradient.…` and `update.…`.

    Raises:
        RunError: if it cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for kind, value in (("batch", seen.batches), ("output", [out for _, out in seen.outputs])):
        tensors |= {".".join(map(str, (kind, *way))): tensor for way, tensor in walk(value)}
    for kind, found in (
        ("weight", seen.weights),
        ("gradient", seen.gradients),
        ("update", seen.updates),
    ):
        tensors |= {f"{kind}.{name}": tensor for name, tensor in found.items()}
    whole = {name: t.detach().to_dense().cpu().contiguous() for name, t in tensors.items()}
    path = folder / f"step-{seen.number}.safetensors"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file({name: t.clone() for name, t in whole.items()}, path)
        text = json.dumps(described(seen), indent=2)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    except (OSError, SafetensorError) as error:
        why = getattr(error, "strerror", None) or first_line(error)
        raise RunError(
            f"the step cannot be written: {why}", str(folder), "Name another folder, or make room"
        ) from None
    return path
