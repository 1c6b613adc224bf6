"""The networks for tables."""

from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.eject import bins
from fourbeat.eject.layers import LOOKED_UP, bags, embeddings, hidden, last, module, sequential
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined
from fourbeat.models.tabular import TEXT_WIDTH, embedding_width

MEMBER_LINEAR = code('''
    class MemberLinear(nn.Module):
        """A linear map a member: of shared weights, with scales and bias of its own."""

        def __init__(self, members: int, before: int, after: int, first: bool = False) -> None:
            super().__init__()
            bound = 1 / math.sqrt(before)
            signs = torch.randint(0, 2, (members, before)) * 2.0 - 1 if first else None
            self.inward = nn.Parameter(torch.ones(members, before) if signs is None else signs)
            self.weight = nn.Parameter(torch.empty(after, before).uniform_(-bound, bound))
            self.outward = nn.Parameter(torch.ones(members, after))
            self.bias = nn.Parameter(torch.empty(members, after).uniform_(-bound, bound))

        def forward(self, inputs: Tensor) -> Tensor:
            weight = self.weight * self.outward.unsqueeze(2) * self.inward.unsqueeze(1)
            return torch.baddbmm(self.bias.unsqueeze(1), inputs, weight.mT)
''')


def table_network(config: ModelConfig, shape: TableShape) -> Part:
    """A network as a class behind those of its layers, and the line that makes it."""
    found = (LOOKED_UP,) if shape.texts else ()
    if config.name == "linear":
        return Part({}, (*found, linear(shape)), "model = Linear()")
    classes, numbers, before = bins.numbers(config, shape)
    sizes = [(count, embedding_width(count)) for count in shape.cardinalities]
    before += sum(width for _, width in sizes) + TEXT_WIDTH * len(shape.texts)
    coded = bool(sizes or shape.texts)
    name = "TabM" if config.name == "tabm" else "MLP"
    edges = config.numeric == "piecewise"
    parts = joined(
        tables(sizes, shape, TEXT_WIDTH),
        numbers,
        f"self.dropout = nn.Dropout({config.dropout})" if coded else "",
        member_layers(config, shape, before)
        if name == "TabM"
        else sequential(
            [*hidden(before, config), f"nn.Linear({last(before, config)}, {shape.outputs})"]
        ),
    )
    embedded = code(f"""
        embedded = {embedding(shape)}
        numeric = torch.cat([numeric, self.dropout(torch.cat(embedded, dim=1))], dim=1)
    """)
    codes = ", codes: Tensor" if coded else ""
    body = joined(
        "numeric = self.numbers(numeric)" if numbers else "",
        embedded if coded else "",
        AVERAGED if name == "TabM" else "return self.layers(numeric)",
    )
    forward = joined(f"def forward(self, numeric: Tensor{codes}) -> Tensor:", indented(body))
    text = module(
        name, about(name, coded), parts, forward, "edges: list[list[float]]" if edges else ""
    )
    if name == "TabM":
        classes = (*classes, MEMBER_LINEAR)
    return Part({}, (*found, *classes, text), f"model = {name}({'edges' if edges else ''})")


def tables(sizes: list[tuple[int, int]], shape: TableShape, width: int) -> str:
    """The tables of categories and of words; where there are words, an empty list of the former, too."""
    if not shape.texts:
        return embeddings(sizes)
    return joined(
        embeddings(sizes) or "self.categories = nn.ModuleList()", bags(shape.texts, width)
    )


def embedding(shape: TableShape) -> str:
    """The expression of what the tables have for `codes`."""
    if shape.texts:
        return "looked_up(self, codes)"
    return "[table(codes[:, i]) for i, table in enumerate(self.categories)]"


def about(name: str, coded: bool) -> str:
    """The docstring of a network."""
    if name == "TabM":
        return "Several MLPs that share weights; in training each answers for itself."
    if coded:
        return "Numbers and embedded categories side by side, through hidden layers."
    return "Numbers through hidden layers."


AVERAGED = code("""
    units = self.layers(numeric.expand(len(self.weight), -1, -1))
    outputs = torch.baddbmm(self.bias.unsqueeze(1), units, self.weight)
    return outputs.transpose(0, 1) if self.training else outputs.mean(dim=0)
""")


def member_layers(config: ModelConfig, shape: TableShape, before: int) -> str:
    """TabM's hidden layers, and each member's last one."""
    layers: list[str] = []
    for width in config.widths:
        first = "" if layers else ", first=True"
        layers.append(f"MemberLinear({config.members}, {before}, {width}{first})")
        if config.norm == "layer":
            layers.append(f"nn.LayerNorm({width})")
        layers += ["nn.ReLU()", f"nn.Dropout({config.dropout})"]
        before = width
    heads = code(f"""
        bound = 1 / math.sqrt({before})
        weight = torch.empty({config.members}, {before}, {shape.outputs})
        bias = torch.empty({config.members}, {shape.outputs})
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = nn.Parameter(bias.uniform_(-bound, bound))
    """)
    return joined(sequential(layers), heads)


def linear(shape: TableShape) -> str:
    """A weight for each number and each category."""
    sizes = [(count, shape.outputs) for count in shape.cardinalities]
    weights = code(f"""
        self.bias = nn.Parameter(torch.zeros({shape.outputs}))
        self.weight = nn.Parameter(torch.zeros({shape.numeric}, {shape.outputs}))
    """)
    coded = bool(sizes or shape.texts)
    looked = code("""
        for column, table in enumerate(self.categories):
            outputs = outputs + table(codes[:, column])
    """)
    if shape.texts:
        looked = "for found in looked_up(self, codes):\n    outputs = outputs + found"
    forward = (
        joined(
            "def forward(self, numeric: Tensor, codes: Tensor) -> Tensor:",
            indented(
                joined("outputs = numeric @ self.weight + self.bias", looked, "return outputs")
            ),
        )
        if coded
        else code("""
            def forward(self, numeric: Tensor) -> Tensor:
                return numeric @ self.weight + self.bias
        """)
    )
    about = "A weight for each number" + (" and for each category." if coded else ".")
    return module("Linear", about, joined(weights, tables(sizes, shape, shape.outputs)), forward)
