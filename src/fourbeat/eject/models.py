"""The network, layer by layer, with the names that its weights have in the run."""

import math

from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.eject.layers import hidden, last, module, sequential
from fourbeat.eject.part import Part
from fourbeat.eject.table_models import table_network
from fourbeat.eject.text import code
from fourbeat.models.image import LARGEST_MAP


def network(config: ModelConfig, shape: TableShape | ImageShape | SampleShape) -> Part:
    """A built-in network as a class, and the line that makes it."""
    if isinstance(shape, SampleShape):
        (first,), outputs = shape.inputs, shape.outputs or 1
        image = len(first) == 3
        shape = ImageShape(*first, outputs) if image else TableShape(first[0], (), outputs)
    if isinstance(shape, TableShape):
        return table_network(config, shape)
    name, text = (cnn if config.name == "cnn" else image_mlp)(config, shape)
    return Part({}, (text,), f"model = {name}()")


def image_mlp(config: ModelConfig, shape: ImageShape) -> tuple[str, str]:
    """Pixels in a row through hidden layers, if there are any."""
    before = shape.channels * shape.height * shape.width
    if config.name == "linear":
        config = config.model_copy(update={"widths": ()})
    layers = ["nn.Flatten()", *hidden(before, config)]
    layers.append(f"nn.Linear({last(before, config)}, {shape.outputs})")
    name = "Linear" if config.name == "linear" else "MLP"
    about = "Pixels in a row through " + ("one layer." if name == "Linear" else "hidden layers.")
    return name, module(name, about, sequential(layers), IMAGES)


def cnn(config: ModelConfig, shape: ImageShape) -> tuple[str, str]:
    """Blocks of convolution, normalisation, ReLU and pooling; then a linear layer."""
    layers: list[str] = []
    before, height, width = shape.channels, shape.height, shape.width
    for own in config.widths:
        bias = "" if config.norm == "none" else ", bias=False"
        layers.append(f"nn.Conv2d({before}, {own}, 3, padding=1{bias})")
        if config.norm != "none":
            batch = config.norm == "batch"
            layers.append(f"nn.BatchNorm2d({own})" if batch else f"nn.GroupNorm(1, {own})")
        layers.append("nn.ReLU()")
        if min(height, width) >= 2:
            layers.append("nn.MaxPool2d(2)")
            height, width = height // 2, width // 2
        before = own
    cell = math.ceil(height / LARGEST_MAP), math.ceil(width / LARGEST_MAP)
    if cell != (1, 1):
        layers.append(f"nn.AvgPool2d({cell})")
        height, width = height // cell[0], width // cell[1]
    layers += ["nn.Flatten()", f"nn.Dropout({config.dropout})"]
    layers.append(f"nn.Linear({before * height * width}, {shape.outputs})")
    return "CNN", module(
        "CNN", "Blocks of convolutions, then a linear layer.", sequential(layers), IMAGES
    )


IMAGES = code("""
    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)
""")
