"""Images that stand on both sides of the split: the same pixels, or nearly the same."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from xxhash import xxh3_64_intdigest

from fourbeat.data.alike import equal_in
from fourbeat.data.leaks.facts import Leak, place_of
from fourbeat.data.leaks.twins import LARGE, SHOWN
from fourbeat.data.record import DataFinding
from fourbeat.data.split import Rows

GRID = 8
"""Differences in each direction that a perceptual hash holds: 2 * GRID * GRID bits."""

BANDS = 4
"""Parts of the hash: images that differ in fewer bits share one of them."""

THUMB = 16
"""Side of the thumbnails by which candidates are compared."""

CLOSE = 4 / 255
"""Root mean square of the differences of two thumbnails that are of one image."""

AROUND, CLUSTERED = 3.0, 0.5
"""By chance, near images are few among those within so many times the distance. Repetitions are this
share of them at least."""

CANDIDATES = 8
"""Images of one band that are compared; more are alike by nature."""

FEWEST = 3
"""Near images that make a finding."""

AT_ONCE = 1 << 20
"""Values of images that are held as float32 at once."""


def look(
    pixels: Tensor, target: np.ndarray, rows: Rows, files: Sequence[tuple[str, int]]
) -> Iterator[Leak]:
    """Images that measure, and that training or validation has as well.

    Args:
        pixels: uint8 of shape (rows, channels, height, width).
        target: class numbers.
        rows: of each side.
        files: names and rows of the files or folders, one below the other.
    """
    held = rows.test if len(rows.test) else rows.validation
    others = np.concatenate([rows.train, rows.validation]) if len(rows.test) else rows.train
    side = "test" if len(rows.test) else "validation"
    thumbs, bands, whole = described(pixels)
    twin = equal_in(whole[held], whole[others], others)
    same = twin >= 0
    near, around = nearest(thumbs, bands, held[~same], others)
    close = near >= 0
    if same.any():
        equal = int((target[held[same]] == target[twin[same]]).sum())
        what = f"are equal to one on another side, {equal:,} of them with its label"
        yield finding("images-on-both-sides", what, held[same], twin[same], len(held), side, files)
    if close.sum() >= max(FEWEST, CLUSTERED * around):
        what = "are nearly equal to one on another side: by a perceptual hash, and pixel by pixel"
        found = held[~same][close]
        yield finding("near-images-on-both-sides", what, found, near[close], len(held), side, files)


def finding(
    rule: str,
    what: str,
    rows: np.ndarray,
    twins: np.ndarray,
    of: int,
    side: str,
    files: Sequence[tuple[str, int]],
) -> Leak:
    """The guilty images, the other one of each pair first."""
    share = len(rows) / of
    pairs = list(zip(twins[:SHOWN].tolist(), rows[:SHOWN].tolist(), strict=True))
    return Leak(
        DataFinding(
            rule=rule,
            severity="error" if share >= LARGE else "warning",
            message=f"{len(rows):,} of {of:,} {side} images {what}",
            fix="Remove the repetitions, or put all images of one thing on one side",
            count=len(rows),
            evidence={"share": round(share, 4)},
            rows=[[place_of(files, a), place_of(files, b)] for a, b in pairs],
        ),
        rows,
    )


def described(pixels: Tensor) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """Of each image a thumbnail, its perceptual hash in bands, and a hash of its pixels.

    The perceptual hash says for each place of a coarse grid whether its neighbour to the right, and the one
    below, is darker (the difference hash of N. Krawetz, 2013).

    Returns:
        float32 of shape (rows, THUMB, THUMB) between 0 and 1, uint64 of shape (rows, BANDS), uint64 of
        shape (rows,).
    """
    thumbs: list[Tensor] = []
    hashes: list[Tensor] = []
    wholes: list[np.ndarray] = []
    powers = 2 ** torch.arange(2 * GRID * GRID // BANDS)
    for part in pixels.split(max(1, AT_ONCE // pixels[0].numel())):
        grey = part.float().div_(255)
        grey = grey.mean(dim=1) if grey.shape[1] > 1 else grey[:, 0]
        small = pooled(grey, THUMB, THUMB)
        thumbs.append(small)
        across, down = pooled(small, GRID, GRID + 1), pooled(small, GRID + 1, GRID)
        bits = torch.cat(
            [
                (across[:, :, 1:] < across[:, :, :-1]).flatten(1),
                (down[:, 1:] < down[:, :-1]).flatten(1),
            ],
            dim=1,
        )
        hashes.append((bits.reshape(len(part), BANDS, -1) * powers).sum(dim=2))
        flat = np.ascontiguousarray(part.flatten(1).numpy())
        wholes.append(np.array([xxh3_64_intdigest(one) for one in flat], np.uint64))
    return (
        torch.cat(thumbs),
        torch.cat(hashes).numpy().astype(np.uint64),
        np.concatenate(wholes),
    )


def pooled(grey: Tensor, height: int, width: int) -> Tensor:
    """Means over the cells of a grid, of shape (n, height, width), as two products: pooling takes longer."""
    of = [
        F.adaptive_avg_pool1d(torch.eye(before)[None], after)[0].T
        for before, after in zip(grey.shape[1:], (height, width), strict=True)
    ]
    return of[0] @ grey @ of[1].T


def nearest(
    thumbs: Tensor, bands: np.ndarray, held: np.ndarray, others: np.ndarray
) -> tuple[np.ndarray, int]:
    """The near image of each, -1 where there is none; and how many have one within `AROUND`."""
    near = np.full(len(held), -1)
    around = np.zeros(len(held), bool)
    for band in bands.T:
        order = np.argsort(band[others], kind="stable")
        ordered = band[others][order]
        low, high = (np.searchsorted(ordered, band[held], side=side) for side in ("left", "right"))
        few = high - low <= CANDIDATES
        for step in range(CANDIDATES):
            there = np.flatnonzero((near < 0) & few & (low + step < high))
            if not len(there):
                continue
            candidates = others[order[(low + step)[there]]]
            off = (
                (thumbs[held[there]] - thumbs[candidates]).square().mean(dim=(1, 2)).sqrt().numpy()
            )
            near[there[off <= CLOSE]] = candidates[off <= CLOSE]
            around[there[off <= AROUND * CLOSE]] = True
    return near, int(around.sum())
