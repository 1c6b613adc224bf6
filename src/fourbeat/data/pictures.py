"""Image files to pixels, by Pillow: upright, grey or colour, all of one size."""

import hashlib
import warnings
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fourbeat.errors import ConfigError, DataError, Problem, first_line

if TYPE_CHECKING:
    from PIL.Image import Image

#: Read by Pillow itself; others would be handed to programs such as Ghostscript.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
GREY = {"1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I"}
ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)
MOST_BYTES = 8 << 30
"""Pixels that are held in memory at once."""

Size = tuple[int, int]


@dataclass(slots=True)
class Pictures:
    """Decoded images.

    Attributes:
        pixels: uint8 of shape (n, channels, height, width).
        sha256s: of the files.
        notes: what was changed on the way, in words.
    """

    pixels: np.ndarray
    sha256s: list[str]
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself; the size is that of the upright image."""

    size: Size
    mode: str
    transparent: bool
    frames: bool


def read(
    paths: Sequence[Path], *, size: Size | None = None, channels: int | None = None
) -> Pictures:
    """Decode images, turned as their EXIF orientation says.

    Args:
        paths: of the files.
        size: height and width that all are resized to. Default: that of most of them.
        channels: 1 for grey, 3 for colour. Default: grey if all of them are.

    Raises:
        ConfigError: if Pillow is not installed.
        DataError: naming every file that cannot be decoded.
    """
    image_module()
    problems: list[Problem] = []
    headers: dict[Path, Header] = {}
    for path in paths:
        with said(path, problems), opened(path.read_bytes()) as image:
            headers[path] = header(image)
    if not headers:
        raise DataError(problems)
    size = size or most_common([h.size for h in headers.values()])
    channels = channels or (1 if all(h.mode in GREY for h in headers.values()) else 3)
    wanted = len(headers) * channels * size[0] * size[1]
    if wanted > MOST_BYTES:
        raise DataError(
            f"{len(headers):,} images of {size[0]} x {size[1]} take {wanted / 2**30:,.0f} GiB",
            remedy="Say a smaller size, e.g. --set image.size=224",
        )
    pixels = np.zeros((len(paths), channels, *size), np.uint8)
    sha256s = [""] * len(paths)
    for number, path in enumerate(paths):
        if path in headers:
            with said(path, problems):
                data = path.read_bytes()
                sha256s[number] = hashlib.sha256(data).hexdigest()
                with opened(data) as image:
                    pixels[number] = decode(image, size, channels)
    if problems:
        raise DataError(problems)
    return Pictures(pixels, sha256s, notes_of(list(headers.values()), size, channels))


def image_module() -> None:
    """Make sure of Pillow.

    Raises:
        ConfigError: saying how to install it.
    """
    try:
        import PIL.Image  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError:
        raise ConfigError(
            "image files are read with Pillow, which is not installed",
            remedy="pip install 'fourbeat[image]'",
        ) from None


@contextmanager
def said(path: Path, problems: list[Problem]) -> Generator[None]:
    """Turn whatever a broken file makes Pillow raise into a problem that names it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a damaged EXIF block does not make the image unusable
        try:
            yield
        except DataError as error:
            problems += [Problem(p.fact, str(path), p.remedy) for p in error.problems]
        except Exception as error:  # decoders raise anything on damaged bytes
            fact = f"not an image that can be read: {first_line(error)}"
            if type(error).__name__ == "UnidentifiedImageError":
                fact = f"not an image in one of {', '.join(FORMATS)}"
            problems.append(Problem(fact, str(path), "Repair or remove it"))


@contextmanager
def opened(data: bytes) -> "Generator[Image]":
    """An image whose pixels are not decoded yet."""
    from PIL import Image

    with Image.open(BytesIO(data), formats=FORMATS) as image:
        limit = Image.MAX_IMAGE_PIXELS
        if limit is not None and image.width * image.height > limit:
            raise DataError(
                f"the image has {image.width * image.height:,} pixels, more than {limit:,}",
                remedy="Make it smaller",
            )
        yield image


def header(image: "Image") -> Header:
    """Size, mode and peculiarities, without decoding."""
    turned = image.getexif().get(ORIENTATION) in TURNED
    size = (image.width, image.height) if turned else (image.height, image.width)
    transparent = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    return Header(size, image.mode, transparent, bool(getattr(image, "is_animated", False)))


def most_common(sizes: Sequence[Size]) -> Size:
    """The size that most have; of several such the largest."""
    counts = Counter(sizes)
    return max(counts, key=lambda size: (counts[size], size[0] * size[1], size))


def decode(image: "Image", size: Size, channels: int) -> np.ndarray:
    """One image as uint8 of shape (channels, height, width)."""
    from PIL import Image, ImageOps

    mode = "L" if channels == 1 else "RGB"
    image.load()
    upright = in_bytes(ImageOps.exif_transpose(image))
    upright = upright if upright.mode == mode else upright.convert(mode)
    if (upright.height, upright.width) != size:
        upright = upright.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    pixels = np.asarray(upright)
    return pixels[None] if channels == 1 else pixels.transpose(2, 0, 1)


def in_bytes(image: "Image") -> "Image":
    """The same image in 8 bits a channel, grey or RGB, what is transparent laid on white."""
    from PIL import Image

    if image.mode == "I" or image.mode.startswith("I;16"):
        # Pillow's own conversion cuts off what is over 255.
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 0xFFFF:
            raise DataError("grey values beyond 16 bits", remedy="Convert it to 8 or 16 bits")
        return Image.fromarray((values >> 8).astype(np.uint8))
    if image.mode == "F":
        raise DataError("grey values that are fractions", remedy="Convert it to 8 or 16 bits")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        over = image.convert("RGBA")
        flat = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
        return flat.convert("L" if image.mode in GREY else "RGB")
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image.convert("RGB")


def notes_of(headers: Sequence[Header], size: Size, channels: int) -> list[str]:
    """What was changed, with the number of images."""
    total = len(headers)
    counts = {
        f"resized to {size[0]} x {size[1]}": sum(h.size != size for h in headers),
        "turned from colour to grey": sum(h.mode not in GREY for h in headers)
        if channels == 1
        else 0,
        "taken as colour, though grey": sum(h.mode in GREY for h in headers)
        if channels == 3
        else 0,
        "laid on white where transparent": sum(h.transparent for h in headers),
        "taken by the first of several frames": sum(h.frames for h in headers),
        "brought from 16 bits to 8": sum(h.mode.startswith("I") for h in headers),
    }
    return [f"{count:,} of {total:,} images {what}." for what, count in counts.items() if count]
