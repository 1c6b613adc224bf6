"""From a name to a network: `linear`, `mlp`, `cnn`, or `module:factory`."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from torch import nn

from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.errors import ConfigError
from fourbeat.models.image import CNN, ImageMLP
from fourbeat.models.tabular import MLP, Linear

BUILT_IN = ("linear", "mlp", "cnn")
LOOKED_FOR = "It is looked for from the current folder"


def build(config: ModelConfig, shape: TableShape | ImageShape) -> nn.Module:
    """The network that the configuration names, with fresh weights from torch's generator.

    `module:factory` is imported with the current folder on the path and called as
    `factory(shape, **options)`; what it returns is called as `model(numeric)`, or as
    `model(numeric, codes)` when the table has category columns, or as `model(images)`, and gives
    `shape.outputs` numbers for each row.

    Raises:
        ConfigError: if the name means nothing, or the factory fails.
    """
    if config.name in BUILT_IN:
        return (
            for_images(config, shape) if isinstance(shape, ImageShape) else for_table(config, shape)
        )
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


def for_table(config: ModelConfig, shape: TableShape) -> nn.Module:
    """A built-in network for rows of a table."""
    if config.name == "linear":
        return Linear(shape)
    if config.name == "mlp":
        return MLP(shape, config.widths, config.dropout, config.norm)
    raise ConfigError("the CNN is for images", "model.name", "For a table: linear, mlp")


def for_images(config: ModelConfig, shape: ImageShape) -> nn.Module:
    """A built-in network for images."""
    sizes = (shape.channels, shape.height, shape.width, shape.outputs)
    if config.name == "linear":
        return ImageMLP(*sizes, widths=())
    make = CNN if config.name == "cnn" else ImageMLP
    return make(*sizes, config.widths, config.dropout, config.norm)


def is_code(name: str) -> bool:
    """Whether a name means code of the user's own, `module:factory`."""
    return ":" in name


def file_of(name: str) -> Path | None:
    """Where the module of a `module:factory` is, without running it; None if it has no file.

    The packages that a dotted name stands in are imported, as Python finds it by them.

    Raises:
        ConfigError: if there is no such module.
    """
    here_first()
    module_name = name.partition(":")[0]
    try:
        found = importlib.util.find_spec(module_name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise ConfigError(f"no module {module_name!r}", "model.name", LOOKED_FOR)
    return Path(found.origin) if found.has_location and found.origin else None


def here_first() -> None:
    """Let modules be found in the current folder."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)


def factory(name: str) -> Callable[..., Any]:
    """Import `module:factory`."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise ConfigError(
            f"no model {name!r}",
            "model.name",
            "Known: linear, mlp, cnn for images, or your own as module:factory",
        )
    here_first()
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and module_name.startswith(str(error.name)):
            fact, remedy = f"no module {module_name!r}", LOOKED_FOR
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
