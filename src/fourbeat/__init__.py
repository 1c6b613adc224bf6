"""fourbeat: the training system for PyTorch in which the loop stays yours."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fourbeat.checkpoint.rng import seed_everything
    from fourbeat.data.loader import TensorLoader
    from fourbeat.errors import FourbeatError
    from fourbeat.job.predict import load
    from fourbeat.job.train import train_table as train
    from fourbeat.loop.contract import check_batch
    from fourbeat.loop.fit import fit
    from fourbeat.loop.groups import held, parameter_groups
    from fourbeat.loop.run import Run
    from fourbeat.loop.validate import validate
    from fourbeat.receipt.weights import weights_sha256

__all__ = [
    "FourbeatError",
    "Run",
    "TensorLoader",
    "check_batch",
    "fit",
    "held",
    "load",
    "parameter_groups",
    "seed_everything",
    "train",
    "validate",
    "weights_sha256",
]

#: Where each public name lives; imported at first use, so that `import fourbeat` stays light.
_HOMES = {
    "FourbeatError": "fourbeat.errors",
    "Run": "fourbeat.loop.run",
    "TensorLoader": "fourbeat.data.loader",
    "check_batch": "fourbeat.loop.contract",
    "fit": "fourbeat.loop.fit",
    "held": "fourbeat.loop.groups",
    "load": "fourbeat.job.predict",
    "parameter_groups": "fourbeat.loop.groups",
    "seed_everything": "fourbeat.checkpoint.rng",
    "train": "fourbeat.job.train:train_table",
    "validate": "fourbeat.loop.validate",
    "weights_sha256": "fourbeat.receipt.weights",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fourbeat' has no attribute {name!r}")
    module, _, other = _HOMES[name].partition(":")
    return getattr(import_module(module), other or name)
