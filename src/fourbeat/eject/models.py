"""The network, layer by layer, with the names that its weights have in the run."""

import math
from collections.abc import Sequence

from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.eject.part import Part
from fourbeat.eject.text import WIDTH, Code, code, indented, joined, literal, one_line
from fourbeat.models.image import LARGEST_MAP
from fourbeat.models.tabular import embedding_width

EMBEDDINGS = code("""
    for table in self.categories:
        nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(table.weight[0])  # of values that are not known from training
""")


def network(config: ModelConfig, shape: TableShape | ImageShape | SampleShape) -> Part:
    """A built-in network as a class, and the line that makes it."""
    if isinstance(shape, SampleShape):
        (first,), outputs = shape.inputs, shape.outputs or 1
        image = len(first) == 3
        shape = ImageShape(*first, outputs) if image else TableShape(first[0], (), outputs)
    if isinstance(shape, ImageShape):
        make = cnn if config.name == "cnn" else image_mlp
        name, text = make(config, shape)
    else:
        name, text = linear(shape) if config.name == "linear" else mlp(config, shape)
    return Part({}, (text,), f"model = {name}()")


def linear(shape: TableShape) -> tuple[str, str]:
    """A weight for each number and each category."""
    sizes = [(count, shape.outputs) for count in shape.cardinalities]
    weights = code(f"""
        self.bias = nn.Parameter(torch.zeros({shape.outputs}))
        self.weight = nn.Parameter(torch.zeros({shape.numeric}, {shape.outputs}))
    """)
    forward = (
        code("""
            def forward(self, numeric: Tensor, codes: Tensor) -> Tensor:
                outputs = numeric @ self.weight + self.bias
                for column, table in enumerate(self.categories):
                    outputs = outputs + table(codes[:, column])
                return outputs
        """)
        if sizes
        else code("""
            def forward(self, numeric: Tensor) -> Tensor:
                return numeric @ self.weight + self.bias
        """)
    )
    about = "A weight for each number" + (" and for each category." if sizes else ".")
    return "Linear", module("Linear", about, joined(weights, embeddings(sizes)), forward)


def mlp(config: ModelConfig, shape: TableShape) -> tuple[str, str]:
    """Hidden layers over numbers and embedded categories."""
    sizes = [(count, embedding_width(count)) for count in shape.cardinalities]
    before = shape.numeric + sum(width for _, width in sizes)
    layers = [*hidden(before, config), f"nn.Linear({last(before, config)}, {shape.outputs})"]
    if not sizes:
        forward = code("""
            def forward(self, numeric: Tensor) -> Tensor:
                return self.layers(numeric)
        """)
        return "MLP", module("MLP", "Numbers through hidden layers.", sequential(layers), forward)
    forward = code("""
        def forward(self, numeric: Tensor, codes: Tensor) -> Tensor:
            embedded = [table(codes[:, i]) for i, table in enumerate(self.categories)]
            embedded = self.dropout(torch.cat(embedded, dim=1))
            return self.layers(torch.cat([numeric, embedded], dim=1))
    """)
    parts = joined(
        embeddings(sizes), f"self.dropout = nn.Dropout({config.dropout})", sequential(layers)
    )
    about = "Numbers and embedded categories side by side, through hidden layers."
    return "MLP", module("MLP", about, parts, forward)


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


def hidden(before: int, config: ModelConfig) -> list[str]:
    """The hidden layers of an MLP."""
    layers: list[str] = []
    for width in config.widths:
        layers.append(f"nn.Linear({before}, {width})")
        if config.norm != "none":
            name = "BatchNorm1d" if config.norm == "batch" else "LayerNorm"
            layers.append(f"nn.{name}({width})")
        layers += ["nn.ReLU()", f"nn.Dropout({config.dropout})"]
        before = width
    return layers


def last(before: int, config: ModelConfig) -> int:
    """Inputs of an MLP's last layer."""
    return config.widths[-1] if config.widths else before


def embeddings(sizes: Sequence[tuple[int, int]]) -> str:
    """The tables of category columns, none where there are no such columns."""
    if not sizes:
        return ""
    tables = [Code(f"nn.Embedding({count}, {width})") for count, width in sizes]
    line = f"self.categories = nn.ModuleList({one_line(tables)})"
    if len(line) > WIDTH - 8:
        line = joined("self.categories = nn.ModuleList(", indented(literal(tables, 0)), ")")
    return joined(line, EMBEDDINGS)


def sequential(layers: Sequence[str]) -> str:
    """`self.layers`, a layer a line; one alone in the same line."""
    if len(layers) == 1:
        return f"self.layers = nn.Sequential({layers[0]})"
    return joined("self.layers = nn.Sequential(", *(f"    {layer}," for layer in layers), ")")


def module(name: str, about: str, parts: str, forward: str) -> str:
    """A class of `nn.Module`."""
    head = code(f'''
        class {name}(nn.Module):
            """{about}"""

            def __init__(self) -> None:
                super().__init__()
    ''')
    return f"{head}\n{indented(parts, 2)}\n\n{indented(forward)}"
