"""fourbeat: the training system for PyTorch in which the loop stays yours."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from fourbeat.check.python import checking
    from fourbeat.checkpoint.rng import seed_everything
    from fourbeat.data.loader import TensorLoader
    from fourbeat.errors import FourbeatError
    from fourbeat.job.predict import load
    from fourbeat.job.python import loaders, train
    from fourbeat.loop.average import EMA, SWA
    from fourbeat.loop.compiled import Compile
    from fourbeat.loop.contract import check_batch
    from fourbeat.loop.fit import fit
    from fourbeat.loop.groups import held, parameter_groups
    from fourbeat.loop.look import activations, gradients, shapes
    from fourbeat.loop.overfit import overfit
    from fourbeat.loop.range_test import lr_range_test
    from fourbeat.loop.run import Run
    from fourbeat.loop.validate import validate
    from fourbeat.receipt.weights import weights_sha256
    from fourbeat.record.history import history
    from fourbeat.record.incidents import explain
    from fourbeat.reproduce.branch import branch
    from fourbeat.reproduce.replay import replay

__all__ = [
    "EMA",
    "SWA",
    "Compile",
    "FourbeatError",
    "Run",
    "TensorLoader",
    "activations",
    "branch",
    "check_batch",
    "checking",
    "explain",
    "fit",
    "gradients",
    "held",
    "history",
    "load",
    "loaders",
    "lr_range_test",
    "overfit",
    "parameter_groups",
    "replay",
    "seed_everything",
    "shapes",
    "train",
    "validate",
    "weights_sha256",
]

#: Where each public name lives; imported at first use, so that `import fourbeat` stays light.
_HOMES = {
    "EMA": "fourbeat.loop.average",
    "SWA": "fourbeat.loop.average",
    "Compile": "fourbeat.loop.compiled",
    "FourbeatError": "fourbeat.errors",
    "Run": "fourbeat.loop.run",
    "TensorLoader": "fourbeat.data.loader",
    "activations": "fourbeat.loop.look",
    "branch": "fourbeat.reproduce.branch",
    "check_batch": "fourbeat.loop.contract",
    "checking": "fourbeat.check.python",
    "explain": "fourbeat.record.incidents",
    "fit": "fourbeat.loop.fit",
    "gradients": "fourbeat.loop.look",
    "held": "fourbeat.loop.groups",
    "history": "fourbeat.record.history",
    "load": "fourbeat.job.predict",
    "loaders": "fourbeat.job.python",
    "lr_range_test": "fourbeat.loop.range_test",
    "overfit": "fourbeat.loop.overfit",
    "parameter_groups": "fourbeat.loop.groups",
    "replay": "fourbeat.reproduce.replay",
    "seed_everything": "fourbeat.checkpoint.rng",
    "shapes": "fourbeat.loop.look",
    "train": "fourbeat.job.python",
    "validate": "fourbeat.loop.validate",
    "weights_sha256": "fourbeat.receipt.weights",
}


def __getattr__(name: str) -> Any:
    if name == "step":  # the step that `fourbeat pause` has stopped at
        return import_module("fourbeat.pause.current").step()
    if name not in _HOMES:
        raise AttributeError(f"module 'fourbeat' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
