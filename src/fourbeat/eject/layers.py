"""Layers and modules as text, with the names that their weights have in the run."""

from collections.abc import Sequence

from fourbeat.config.options import ModelConfig
from fourbeat.eject.text import WIDTH, Code, code, indented, joined, literal, one_line

EMBEDDINGS = code("""
    for table in self.categories:
        nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(table.weight[0])  # of values that are not known from training
""")


BAGS = code("""
    for table in self.texts:
        nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(table.weight[0])  # of the code that fills up
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


def bags(texts: Sequence[int], width: int) -> str:
    """The tables of columns of free text, none where there are no such columns."""
    if not texts:
        return ""
    tables = [
        Code(f'nn.EmbeddingBag({count}, {width}, mode="mean", padding_idx=0)') for count in texts
    ]
    line = f"self.texts = nn.ModuleList({one_line(tables)})"
    if len(line) > WIDTH - 8:
        line = joined("self.texts = nn.ModuleList(", indented(literal(tables, 0)), ")")
    return joined(line, BAGS)


LOOKED_UP = code('''
    def looked_up(model: nn.Module, codes: Tensor) -> list[Tensor]:
        """What the tables have: of each category, and the mean of each text's words."""
        found = [table(codes[:, i]) for i, table in enumerate(model.categories)]
        words = codes[:, len(found) :].split(2 * WORDS, dim=1)
        return [*found, *(bag(part) for bag, part in zip(model.texts, words, strict=True))]
''')


def sequential(layers: Sequence[str]) -> str:
    """`self.layers`, a layer a line; one alone in the same line."""
    if len(layers) == 1:
        return f"self.layers = nn.Sequential({layers[0]})"
    return joined("self.layers = nn.Sequential(", *(f"    {layer}," for layer in layers), ")")


def module(name: str, about: str, parts: str, forward: str, given: str = "") -> str:
    """A class of `nn.Module`.

    Args:
        given: the arguments of its making.
    """
    head = code(f'''
        class {name}(nn.Module):
            """{about}"""

            def __init__(self{given and f", {given}"}) -> None:
                super().__init__()
    ''')
    return f"{head}\n{indented(parts, 2)}\n\n{indented(forward)}"
