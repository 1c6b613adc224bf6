"""Data and networks of the user's own: their modules are imported, and called as the run did."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.eject import splits, text
from fourbeat.eject.part import Data, Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import WIDTH, Code, code, joined, quoted, spaced
from fourbeat.job.own_plan import BATCH
from fourbeat.job.plan import BATCHES, batch_size

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

GENERATORS_OF_KEPT = code('''
    @contextmanager
    def generators_kept(loader: Any = None) -> Iterator[None]:
        """Leave the random numbers of torch, NumPy and Python as they are, and a loader's own."""
        states = torch.get_rng_state(), np.random.get_state(), random.getstate()
        own = getattr(loader, "generator", None)
        place = None if own is None else own.get_state()
        try:
            yield
        finally:
            torch.set_rng_state(states[0])
            np.random.set_state(states[1])
            random.setstate(states[2])
            if own is not None:
                own.set_state(place)
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


def code_checks(subject: Subject) -> Part:
    """Compare the modules' files with the run's."""
    aliases = modules(subject.config)
    known = {alias: subject.receipt.code.modules.get(module) for alias, module in aliases.items()}
    had = {f"{alias.upper()}_SHA256": sha256 for alias, sha256 in known.items() if sha256}
    lines = [
        text.call(
            "check",
            [
                quoted(aliases[alias]),
                f"sha256(Path({alias}.__file__).read_bytes())",
                f"{alias.upper()}_SHA256",
            ],
            WIDTH - 4,
        )
        for alias, sha256 in known.items()
        if sha256
    ]
    return Part(had=had, lines=joined(*lines))


def own_data(subject: Subject) -> Data:
    """The section of data that a factory makes."""
    config, record = subject.config, subject.record
    names = ["train", "validation", *(["test"] if subject.tested else [])]
    options = config.data.options
    constants: dict[str, Any] = {"DATA_OPTIONS": options} if options else {}
    factory = str(config.data.factory)
    made = call(config, factory, options=options, constant="DATA_OPTIONS")
    part = (
        divided(subject, made) if record.split.method == "random" else given(subject, made, names)
    )
    first = first_batch(subject)
    return Data(
        {**constants, **part.constants, **first.constants},
        (kept(subject), *part.functions, *first.functions),
        spaced(joined("torch.manual_seed(SEED)", SEED_OTHERS, part.lines), first.lines),
        part.had,
        batches={side: f"{side}_loader" for side in names},
    )


def divided(subject: Subject, made: str) -> Part:
    """The loaders over a random split of one dataset."""
    record = subject.record.split
    division, checks = splits.random(record, "len(dataset)"), splits.checks(record)
    loaders = [
        f"{side}_loader = DataLoader(Subset(dataset, {side}.tolist()), BATCH_SIZE"
        f"{', shuffle=True' if side == 'train' else ''})"
        for side in record.rows
    ]
    lines = joined(f"dataset = {made}", division.lines, checks.lines, *loaders)
    return Part(division.constants, division.functions, lines, checks.had)


def given(subject: Subject, made: str, names: Sequence[str]) -> Part:
    """The loaders over the sides that a factory gave."""
    batched = subject.config.train.batch_size is None
    constants: dict[str, Any] = {}
    train = 'loader(sides["train"], shuffle=not isinstance(sides["train"], IterableDataset))'
    if batched:
        rows = subject.record.split.rows.get("train")
        constants["BATCH_SIZE"] = BATCH if rows is None else batch_size(rows, *BATCHES)
        train = 'sides["train"]'
    others = [f'{side}_loader = loader(sides["{side}"])' for side in names[1:]]
    lines = joined(f"sides = {made}", f"train_loader = {train}", *others)
    return Part(constants, (LOADER,), lines)


def first_batch(subject: Subject) -> Part:
    """The lines that read one batch before the training, as the run did.

    They can be left out where nobody sees it: a loader of the user's own may have a generator.
    """
    if subject.own_model:
        lines = code("""
            # The first batch says what the network is made for.
            with generators_kept():
                shape = shape_of(next(iter(train_loader)))
        """)
        return Part({"OUTPUTS": subject.record.outputs}, (SHAPE,), lines)
    if subject.config.train.batch_size is None or subject.receipt.limits:
        lines = code("""
            # The run looked at a first batch before it began.
            with generators_kept():
                next(iter(train_loader))
        """)
        return Part(lines=lines)
    return Part()


LOADER = code('''
    def loader(side: Any, shuffle: bool = False) -> Any:
        """Batches of a dataset; what gives batches already is left as it is."""
        return DataLoader(side, BATCH_SIZE, shuffle=shuffle) if isinstance(side, Dataset) else side
''')


SAMPLE = re.compile(r"\((\d+(?:, ?\d+)*),?\) \w+")


def sample_shape(subject: Subject) -> SampleShape:
    """What a built-in network was made for, by the first batch that the receipt describes."""
    sizes = SAMPLE.match(subject.receipt.batch or "")
    if subject.own_model or sizes is None:
        return SampleShape((), (), None)
    first = tuple(int(size) for size in sizes[1].split(","))[1:]
    return SampleShape((first,), (torch.float32,), subject.record.outputs)


def kept(subject: Subject) -> str:
    """The function `generators_kept`; a loader of the user's own may have a generator too."""
    loaders = subject.own_data and subject.config.train.batch_size is None
    return GENERATORS_OF_KEPT if loaders else GENERATORS_KEPT


def own_network(subject: Subject, shape: TableShape | ImageShape | SampleShape) -> Part:
    """A network of the user's own, made by its factory."""
    config = subject.config
    constants: dict[str, Any] = {}
    sampled = isinstance(shape, SampleShape)  # the script reads it off the first batch
    if not sampled:
        fields = [*asdict(shape).items(), ("outputs", shape.outputs)]
        said = text.call("SHAPE = SimpleNamespace", fields)
        constants["SHAPE"] = Code(said.removeprefix("SHAPE = "))
    if config.model.options:
        constants["MODEL_OPTIONS"] = config.model.options
    argument = "shape" if sampled else "SHAPE"
    made = call(
        config, config.model.name, argument, options=config.model.options, constant="MODEL_OPTIONS"
    )
    lines = joined(
        f"model = {made}",
        "if torch.initial_seed() != SEED:",
        "    torch.manual_seed(SEED)  # the factory had seeded it otherwise",
    )
    return Part(constants, (kept(subject),), lines)
