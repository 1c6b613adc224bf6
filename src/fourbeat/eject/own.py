"""Data and networks of the user's own: their modules are imported, and called as the run did."""

import re
from dataclasses import asdict
from typing import Any

import torch

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.data.record import DataRecord
from fourbeat.eject import splits
from fourbeat.eject.part import Data, Part
from fourbeat.eject.text import Code, code, joined, spaced
from fourbeat.job.own_plan import BATCH
from fourbeat.job.plan import BATCHES, batch_size
from fourbeat.receipt.model import Receipt

GENERATORS_KEPT = code('''
    @contextmanager
    def generators_kept() -> Iterator[None]:
        """Leave the random numbers of torch, NumPy and Python as they are."""
        states = torch.get_rng_state(), np.random.get_state(), random.getstate()
        try:
            yield
        finally:
            torch.set_rng_state(states[0])
            np.random.set_state(states[1])
            random.setstate(states[2])
''')

SEED_OTHERS = code("""
    np.random.seed(SEED % 2**32)
    random.seed(SEED)
""")

SHAPE = code('''
    def shape_of(batch: list[Tensor]) -> SimpleNamespace:
        """What a network must take and give, for the factory that makes it."""
        inputs = batch[:-1]
        return SimpleNamespace(
            inputs=tuple(tuple(tensor.shape[1:]) for tensor in inputs),
            dtypes=tuple(tensor.dtype for tensor in inputs),
            outputs=OUTPUTS,
        )
''')


def modules(config: Config) -> dict[str, str]:
    """The user's modules by the names that the script gives them."""
    named = {"data_code": config.data.factory or "", "model_code": config.model.name}
    found = {alias: name.partition(":")[0] for alias, name in named.items() if is_code(name)}
    if len(found) == 2 and len(set(found.values())) == 1:
        return {"own_code": found["data_code"]}
    return found


def call(config: Config, name: str, *arguments: str, options: dict[str, Any], constant: str) -> str:
    """The call of a `module:factory`."""
    module, _, attribute = name.partition(":")
    alias = next(alias for alias, known in modules(config).items() if known == module)
    given = [*arguments, f"**{constant}"] if options else [*arguments]
    return f"{alias}.{attribute}({', '.join(given)})"


def code_checks(config: Config, receipt: Receipt) -> Part:
    """Compare the modules' files with the run's."""
    aliases = modules(config)
    known = {alias: receipt.code.modules.get(module) for alias, module in aliases.items()}
    had = {f"{alias.upper()}_SHA256": sha256 for alias, sha256 in known.items() if sha256}
    lines = [
        f'check("{aliases[alias]}", sha256(Path({alias}.__file__).read_bytes()), {alias.upper()}_SHA256)'
        for alias, sha256 in known.items()
        if sha256
    ]
    return Part(had=had, lines=joined(*lines))


def own_data(config: Config, record: DataRecord, receipt: Receipt) -> Data:
    """The section of data that a factory makes."""
    batched = config.train.batch_size is None
    constants: dict[str, Any] = {}
    if config.data.options:
        constants["DATA_OPTIONS"] = config.data.options
    factory = str(config.data.factory)
    made = call(config, factory, options=config.data.options, constant="DATA_OPTIONS")
    names = ["train", "validation", *(["test"] if "test" in receipt.results else [])]
    functions: list[str] = [GENERATORS_KEPT]
    had: dict[str, Any] = {}
    if record.split.method == "random":
        division = splits.random(record.split, "len(dataset)")
        checks = splits.checks(record.split)
        constants |= division.constants
        had |= checks.had
        functions += division.functions
        loaders = [
            f"{side}_loader = DataLoader(Subset(dataset, {side}.tolist()), BATCH_SIZE"
            f"{', shuffle=True' if side == 'train' else ''})"
            for side in names
        ]
        lines = joined(f"dataset = {made}", division.lines, checks.lines, *loaders)
    else:
        rows = record.split.rows.get("train")
        if batched:
            constants["BATCH_SIZE"] = BATCH if rows is None else batch_size(rows, *BATCHES)
        functions.append(LOADER)
        shuffled = ', shuffle=not isinstance(sides["train"], IterableDataset)'
        loaders = [
            f'{side}_loader = loader(sides["{side}"]{shuffled if side == "train" and not batched else ""})'
            for side in names
        ]
        if batched:
            loaders[0] = 'train_loader = sides["train"]'
        lines = joined(f"sides = {made}", *loaders)
    needed = is_code(config.model.name) or batched or bool(receipt.limits)
    peek = ""
    if needed:
        own = is_code(config.model.name)
        functions += [SHAPE] if own else []
        if own:
            constants["OUTPUTS"] = record.outputs
        peek = joined(
            "# The run looked at a first batch before it began."
            if not own
            else "# The first batch says what the network is made for.",
            "with generators_kept():",
            "    shape = shape_of(next(iter(train_loader)))"
            if own
            else "    next(iter(train_loader))",
        )
    return Data(
        constants,
        tuple(functions),
        spaced(joined("torch.manual_seed(SEED)", SEED_OTHERS, lines), peek),
        had,
        batches={side: f"{side}_loader" for side in names},
    )


LOADER = code('''
    def loader(side: Any, shuffle: bool = False) -> Any:
        """Batches of a dataset; what gives batches already is left as it is."""
        return DataLoader(side, BATCH_SIZE, shuffle=shuffle) if isinstance(side, Dataset) else side
''')


SAMPLE = re.compile(r"\((\d+(?:, ?\d+)*),?\) \w+")


def sample_shape(receipt: Receipt, outputs: int) -> SampleShape:
    """What a built-in network was made for, by the first batch that the receipt describes."""
    sizes = SAMPLE.match(receipt.batch or "")
    assert sizes is not None
    first = tuple(int(size) for size in sizes[1].split(","))[1:]
    return SampleShape((first,), (torch.float32,), outputs)


def labels_ignored(config: Config, receipt: Receipt) -> bool:
    """Whether the targets are class numbers, of which some may be marked as to be ignored."""
    return config.data.task == "classification" and (receipt.batch or "").endswith("int64")


def own_network(config: Config, shape: TableShape | ImageShape | None) -> Part:
    """A network of the user's own, made by its factory."""
    constants: dict[str, Any] = {}
    if shape is not None:
        fields = [f"{name}={value}" for name, value in asdict(shape).items()]
        said = ", ".join([*fields, f"outputs={shape.outputs}"])
        constants["SHAPE"] = Code(f"SimpleNamespace({said})")
    if config.model.options:
        constants["MODEL_OPTIONS"] = config.model.options
    argument = "shape" if shape is None else "SHAPE"
    made = call(
        config, config.model.name, argument, options=config.model.options, constant="MODEL_OPTIONS"
    )
    lines = joined(
        f"model = {made}",
        "if torch.initial_seed() != SEED:",
        "    torch.manual_seed(SEED)  # the factory had seeded it otherwise",
    )
    return Part(constants, (GENERATORS_KEPT,), lines)
