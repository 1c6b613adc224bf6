"""Images, from their files to batches: read, split, normalised, moved and mirrored."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.data.augment import AUGMENT_KEY
from fourbeat.data.image_places import places
from fourbeat.data.record import DataRecord, ImageRecord
from fourbeat.eject import folders, idx, splits
from fourbeat.eject.part import Data, Part, Read
from fourbeat.eject.text import Code, code, indented, joined, noted, one_line, spaced
from fourbeat.job.image_plan import EVALUATION_PIXELS

UNIFORMS = code('''
    def uniforms(rows: np.ndarray, epoch: int) -> np.ndarray:
        """Three random numbers in [0, 1) for each row, by seed, epoch and row alone (splitmix64)."""
        key = np.random.SeedSequence([SEED, AUGMENT_KEY, epoch]).generate_state(1, np.uint64)
        golden = np.uint64(0x9E3779B97F4A7C15)
        streams = mixed(key + (rows.astype(np.uint64)[:, None] + np.uint64(1)) * golden)
        numbers = mixed(streams + np.arange(1, 4, dtype=np.uint64) * golden)
        return (numbers >> np.uint64(11)) * 2.0**-53
''')

MIXED = code('''
    def mixed(x: np.ndarray) -> np.ndarray:
        """64 bits of which each hangs on all bits of x."""
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))
''')

BATCHES = code('''
    def batches(pixels: Tensor, targets: Tensor, rows: np.ndarray, size: int) -> Iterator[list[Tensor]]:
        """Normalised images and their classes, `size` at a time."""
        for part in torch.from_numpy(rows).split(size):
            yield [(pixels[part].float() / 255 - MEAN) / STD, targets[part]]
''')


def images(config: Config, record: DataRecord) -> tuple[Data, list[str]]:
    """The section of images, and the constants that hold its files' paths."""
    found = record.images
    assert found is not None
    where = places(config.data, config.split)
    of_files = where[0].labels is None
    read = (folders if of_files else idx).reading(config, record, where)
    pixels = found.channels * found.height * found.width
    constants: dict[str, Any] = {
        **read.part.constants,
        "MEAN": statistic(found.mean),
        "STD": statistic(found.std),
    }
    division = divided(config, record, read)
    checks = splits.checks(record.split)
    constants |= division.constants
    at_once = config.speed.evaluation_batch or max(1, EVALUATION_PIXELS // pixels)
    constants["EVALUATION_BATCH"] = noted(at_once, "images that are evaluated at once")
    functions = [*read.part.functions, *division.functions]
    train = "batches(pixels, targets, order, BATCH_SIZE)"
    if found.flip or found.crop:
        comment = "keeps these random numbers apart from all others"
        constants["AUGMENT_KEY"] = Code(f"0x{AUGMENT_KEY:X}  # {comment}")
        if found.crop:
            constants["PADDING"] = found.crop
        functions += [MIXED, UNIFORMS, moving(found), BATCHES, AUGMENTED]
        train = "augmented_batches(pixels, targets, order, BATCH_SIZE, epoch)"
    else:
        functions.append(BATCHES)
    data = Data(
        constants,
        tuple(functions),
        spaced(read.part.lines, joined(division.lines, checks.lines)),
        checks.had,
        order=code("""
            # Every epoch has an order of its own, by the seed.
            order = train[permutation(len(train), epoch)]
        """),
        batches={
            "train": train,
            "validation": "batches(pixels, targets, validation, EVALUATION_BATCH)",
            "test": "batches(pixels, targets, test, EVALUATION_BATCH)",
        },
        train_target="targets[train]",
    )
    return data, read.names


def statistic(values: list[float]) -> Code:
    """A mean or deviation of each channel."""
    return Code(f"torch.tensor({one_line(values)}).view(-1, 1, 1)")


AUGMENTED = code('''
    def augmented_batches(
        pixels: Tensor, targets: Tensor, rows: np.ndarray, size: int, epoch: int
    ) -> Iterator[list[Tensor]]:
        """The same for training: each image is moved as seed, epoch and row say."""
        for part in torch.from_numpy(rows).split(size):
            moved = move(pixels[part], uniforms(part.numpy(), epoch))
            yield [(moved.float() / 255 - MEAN) / STD, targets[part]]
''')


def moving(found: ImageRecord) -> str:
    """The function that mirrors images and cuts windows out of them."""
    about = "Mirror images left to right, every other time."
    if found.crop:
        mirror = ", and mirror every other" if found.flip else ""
        about = f"Pad images with black, cut their size out somewhere{mirror}."
    flip = code("""
        mirrored = torch.from_numpy(u[:, 0] < 0.5)[:, None]
        columns = torch.where(mirrored, columns.flip(1), columns)
    """)
    crop = code("""
        images = F.pad(images, [PADDING] * 4)
        down, right = torch.from_numpy((u[:, 1:] * (2 * PADDING + 1)).astype(np.int64)).T
        rows, columns = rows + down[:, None], columns + right[:, None]
    """)
    head = code(f'''
        def move(images: Tensor, u: np.ndarray) -> Tensor:
            """{about}"""
            n, _, height, width = images.shape
            rows = torch.arange(height).expand(n, height)
            columns = torch.arange(width).expand(n, width)
    ''')
    end = code("""
        image = torch.arange(n)[:, None, None]
        window = images.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]]
        return window.permute(0, 3, 1, 2).contiguous()
    """)
    lines = joined(flip if found.flip else "", crop if found.crop else "", end)
    return joined(head, indented(lines))


def divided(config: Config, record: DataRecord, read: Read) -> Part:
    """The lines that give the row numbers of each side."""
    by = "targets.numpy()"
    if record.split.method == "file":
        sizes = "[len(part) for part in parts]"
        first = read.targets[: read.counts[0]]
        return splits.by_file(record.split, config.split, read.counts, sizes, by, first)
    part = splits.stratified(config.split, read.targets, test=bool(config.split.test))
    return Part(part.constants, part.functions, f"{splits.sides(record.split)} = split({by})")
