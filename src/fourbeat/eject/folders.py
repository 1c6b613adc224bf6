"""How the script reads folders of images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fourbeat.config.options import Config
from fourbeat.data import folders
from fourbeat.data.folders import Listing
from fourbeat.data.image_places import ROLES, Place
from fourbeat.data.pictures import ORIENTATION, Header, header, image_module, opened
from fourbeat.data.record import DataRecord
from fourbeat.eject.part import Part, Read
from fourbeat.eject.text import code, indented, joined, noted, path, quoted

NAMES = {"data": "FOLDER", "validation": "VALIDATION_FOLDER", "test": "TEST_FOLDER"}

ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
"""Modes of Pillow's with a channel for what is transparent."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the images of all folders are.

    Attributes:
        headers: of each.
        turned: whether one has an EXIF orientation.
        hidden: whether a folder holds hidden files.
        deep: whether an image lies deeper than in its class's folder.
    """

    headers: list[Header]
    turned: bool
    hidden: bool
    deep: bool


def reading(config: Config, record: DataRecord, where: Sequence[Place]) -> Read:
    """The lines that read folders by class."""
    assert record.images is not None
    listings = [folders.listing(place.images) for place in where]
    texts = [folders.by_class(found) for found in listings]
    renamed = config.data.relabel
    targets = [record.classes.index(renamed.get(t, t)) for own in texts for t in own]
    names = [NAMES[place.role] for place in where]
    constants: dict[str, Any] = {
        name: path(name, place.images.absolute()) for name, place in zip(names, where, strict=True)
    }
    constants["CLASSES"] = record.classes
    if renamed:
        constants["RELABEL"] = renamed
    size = (record.images.height, record.images.width)
    kinds = look(listings)
    if any(header.size != size for header in kinds.headers):
        constants["SIZE"] = noted(size[::-1], "width and height")
    functions = (listed(kinds), FOLDER_SHA256, decoder(kinds, size, record.images.channels))
    label = "RELABEL.get(name, name)" if renamed else "name"
    if len(where) == 1:
        paths = f"paths = image_paths({names[0]})"
        named = "path.relative_to(FOLDER).parts[0] for path in paths"
    else:
        paths = joined(
            f"folders = ({', '.join(names)})",
            "parts = [image_paths(folder) for folder in folders]",
            "paths = [path for part in parts for path in part]",
        )
        named = "path.relative_to(folder).parts[0] for folder in folders for path in image_paths(folder)"
    if not kinds.deep:
        named = "path.parent.name for path in paths"
    lines = joined(
        paths,
        "pixels = torch.tensor(np.stack([decode(path) for path in paths]))",
        "pixels = pixels.contiguous()  # on the layout hangs which convolution runs"
        if record.images.channels == 3
        else "",
        "number = {name: i for i, name in enumerate(CLASSES)}",
        f"names = [{named}]",
        f"targets = torch.tensor([number[{label}] for name in names])",
    )
    sizes = dict(zip([place.role for place in where], map(len, texts), strict=True))
    counts = [sizes.get(role, 0) for role in ROLES]
    return Read(Part(constants, functions, lines), names, np.array(targets), counts)


def look(listings: Sequence[Listing]) -> Kinds:
    """Read every image's header, and see what else the folders hold.

    Raises:
        ConfigError: if Pillow is not installed.
    """
    image_module()
    headers: list[Header] = []
    turned = False
    for file in (file for found in listings for file in found.paths()):
        with opened(file.read_bytes()) as image:
            headers.append(header(image))
            turned |= image.getexif().get(ORIENTATION, 1) != 1
    return Kinds(
        headers,
        turned,
        hidden=any(
            sum(file.is_file() for file in found.root.rglob("*/*")) > len(found.names)
            for found in listings
        ),
        deep=any(name.count("/") > 1 for found in listings for name in found.names),
    )


def listed(kinds: Kinds) -> str:
    """The function `image_paths`."""
    found = f'folder.{"rglob" if kinds.deep else "glob"}("*/*")'
    if kinds.hidden:
        lines = code(f"""
            found = [path.relative_to(folder) for path in {found} if path.is_file()]
            seen = [path for path in found if not any(part[0] == "." for part in path.parts)]
            return [folder / path for path in sorted(seen, key=Path.as_posix)]
        """)
    elif kinds.deep:
        lines = f"return sorted((path for path in {found} if path.is_file()), key=Path.as_posix)"
    else:
        lines = f"return sorted({found}, key=Path.as_posix)"
    head = code('''
        def image_paths(folder: Path) -> list[Path]:
            """The images of a folder with a sub-folder for each class, in the order of their names."""
    ''')
    return joined(head, indented(lines))


FOLDER_SHA256 = code('''
    def folder_sha256(folder: Path) -> str:
        """The identity of a folder's images: of their names and bytes."""
        lines = [
            f"{path.relative_to(folder).as_posix()}\\0{sha256(path.read_bytes())}\\n"
            for path in image_paths(folder)
        ]
        return sha256("".join(lines).encode())
''')


def decoder(kinds: Kinds, size: tuple[int, int], channels: int) -> str:
    """The function `decode`, with what these images need."""
    mode = "L" if channels == 1 else "RGB"
    deep = any(h.mode.startswith("I") for h in kinds.headers)
    shallow = any(not h.mode.startswith("I") for h in kinds.headers)
    lines = ["image = Image.open(path)"]
    if kinds.turned:
        lines.append("image = ImageOps.exif_transpose(image)  # upright")
    if deep:
        cut = code("""
            values = np.asarray(image).astype(np.int64)  # 16 bits a pixel, of which 8 are kept
            image = Image.fromarray((values >> 8).astype(np.uint8))
        """)
        condition = 'if image.mode.startswith("I"):'
        lines.append(joined(condition, indented(cut)) if shallow else cut)
    if any(h.transparent for h in kinds.headers):
        flat = code("""
            over = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
        """)
        modes = sorted({h.mode for h in kinds.headers if h.transparent})
        alpha = [quoted(mode) for mode in modes if mode in ALPHA]
        tests = [f"image.mode in ({', '.join(alpha)})"] if len(alpha) > 1 else []
        tests += [f"image.mode == {alpha[0]}"] if len(alpha) == 1 else []
        tests += ['"transparency" in image.info'] if len(alpha) < len(modes) else []
        condition = f"if {' or '.join(tests)}:"
        all_of_them = all(h.transparent for h in kinds.headers)
        lines.append(flat if all_of_them else joined(condition, indented(flat)))
    lines.append(f'image = image.convert("{mode}")')
    if any(h.size != size for h in kinds.headers):
        lines.append("image = image.resize(SIZE, Image.Resampling.BILINEAR)")
    lines.append(
        "return np.asarray(image)[None]"
        if channels == 1
        else "return np.asarray(image).transpose(2, 0, 1)"
    )
    head = code('''
        def decode(path: Path) -> np.ndarray:
            """An image as bytes of shape (channels, height, width)."""
    ''')
    return joined(head, indented(joined(*lines)))
