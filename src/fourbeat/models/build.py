"""From a name to a network: `linear`, `mlp`, or `module:factory`."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from torch import nn

from fourbeat.config import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.errors import ConfigError
from fourbeat.models.tabular import MLP, Linear


def build(config: ModelConfig, shape: TableShape) -> nn.Module:
    """The network that the configuration names, with fresh weights from torch's generator.

    `module:factory` is imported with the current folder on the path and called as
    `factory(shape, **options)`; what it returns is called as `model(numeric)`, or as
    `model(numeric, codes)` when the table has category columns.

    Raises:
        ConfigError: if the name means nothing, or the factory fails.
    """
    if config.name == "linear":
        return Linear(shape)
    if config.name == "mlp":
        return MLP(shape, config.widths, config.dropout, config.norm)
    make = factory(config.name)
    try:
        model = make(shape, **config.options)
    except Exception as error:
        raise ConfigError(
            f"the model factory failed: {type(error).__name__}: {error}",
            config.name,
            f"It is called as factory({shape}, **model.options)",
        ) from error
    if not isinstance(model, nn.Module):
        raise ConfigError(
            f"the factory returned {type(model).__name__}, not a torch.nn.Module", config.name
        )
    return model


def factory(name: str) -> Callable[..., Any]:
    """Import `module:factory`."""
    module_name, colon, attribute = name.partition(":")
    if not colon or not module_name or not attribute:
        raise ConfigError(
            f"no model {name!r}",
            "model.name",
            "Known: linear, mlp, or your own as module:factory",
        )
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and module_name.startswith(str(error.name)):
            fact, remedy = f"no module {module_name!r}", "It is looked for from the current folder"
        else:
            fact = f"module {module_name!r} cannot be imported: {type(error).__name__}: {error}"
            remedy = "--debug shows where"
        raise ConfigError(fact, "model.name", remedy) from error
    found = getattr(module, attribute, None)
    if found is None:
        raise ConfigError(f"module {module_name!r} has no {attribute!r}", "model.name")
    if not callable(found):
        raise ConfigError(f"{name!r} cannot be called", "model.name")
    return cast(Callable[..., Any], found)
