"""From a name to a network: `linear`, `mlp`, `tabm`, `cnn`, or `module:factory`."""

from torch import nn

from fourbeat.code import factory, is_code
from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.errors import ConfigError
from fourbeat.models.image import CNN, ImageMLP
from fourbeat.models.tabm import TabM
from fourbeat.models.tabular import MLP, Linear

BUILT_IN = ("linear", "mlp", "tabm", "cnn")


def build(config: ModelConfig, shape: TableShape | ImageShape | SampleShape) -> nn.Module:
    """The network that the configuration names, with fresh weights from torch's generator.

    `module:factory` is imported with the current folder on the path and called as
    `factory(shape, **options)`; what it returns is called as `model(numeric)`, or as
    `model(numeric, codes)` when the table has category columns, or as `model(images)`, and gives
    `shape.outputs` numbers for each row.

    Raises:
        ConfigError: if the name means nothing, or the factory fails.
    """
    if config.name in BUILT_IN:
        if isinstance(shape, SampleShape):
            return for_samples(config, shape)
        return (
            for_images(config, shape) if isinstance(shape, ImageShape) else for_table(config, shape)
        )
    if not is_code(config.name):
        raise ConfigError(
            f"no model {config.name!r}",
            "model.name",
            "Known: linear, mlp, tabm, cnn for images, or your own as module:factory",
        )
    make = factory(config.name, "model.name")
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
    if config.numeric == "piecewise" and len(shape.edges) != shape.numeric:
        raise ConfigError(
            "bins are quantiles of a table's training rows, and there is no table",
            "model.numeric",
            "Use plain or periodic",
        )
    if config.name == "mlp":
        return MLP(shape, config.widths, config.dropout, config.norm, config.numeric)
    if config.name == "tabm":
        if config.norm == "batch":
            raise ConfigError(
                "batch normalisation would mix TabM's members", "model.norm", "Use layer or none"
            )
        if not config.widths:
            raise ConfigError("TabM's members differ in hidden layers", "model.widths", "Give one")
        return TabM(
            shape, config.widths, config.dropout, config.norm, config.numeric, config.members
        )
    raise ConfigError("the CNN is for images", "model.name", "For a table: linear, mlp, tabm")


def for_images(config: ModelConfig, shape: ImageShape) -> nn.Module:
    """A built-in network for images."""
    if config.name == "tabm":
        raise ConfigError("TabM is for tables", "model.name", "For images: linear, mlp, cnn")
    if config.numeric != "plain":
        raise ConfigError(
            "an image's pixels are taken as they are", "model.numeric", "Leave it out"
        )
    sizes = (shape.channels, shape.height, shape.width, shape.outputs)
    if config.name == "linear":
        return ImageMLP(*sizes, widths=())
    make = CNN if config.name == "cnn" else ImageMLP
    return make(*sizes, config.widths, config.dropout, config.norm)


def for_samples(config: ModelConfig, shape: SampleShape) -> nn.Module:
    """A built-in network for samples of one vector or one image, if their classes are known."""
    (first, *others), outputs = shape.inputs, shape.outputs
    if others or len(first) not in (1, 3) or not shape.dtypes[0].is_floating_point:
        raise ConfigError(
            f"the built-in networks take one float input, a vector or an image, not {shape.said}",
            "model.name",
            "Give your own as module:factory",
        )
    if outputs is None:
        raise ConfigError(
            "the number of outputs is not known",
            "data.classes",
            "Name the classes, or give the model as module:factory",
        )
    if len(first) == 3:
        return for_images(config, ImageShape(*first, outputs))
    return for_table(config, TableShape(first[0], (), outputs))
