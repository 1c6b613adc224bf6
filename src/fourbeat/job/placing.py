"""Where the rows of a training lie: with the host, or on the device that trains."""

from dataclasses import replace

import torch

from fourbeat.data.encode import Features
from fourbeat.data.images import PreparedImages
from fourbeat.data.own import OwnData
from fourbeat.data.prepare import Prepared
from fourbeat.errors import ConfigError

DEVICES = {"cuda"}
"""Where batches are cut faster than they are sent."""

PART = 4
"""Rows lie on a GPU unasked where they take at most one part in so many of its free memory."""


def device_named(name: str) -> torch.device:
    """The device, or the best there is for `auto`."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, here in there.items() if here)
    if not there[name]:
        raise ConfigError(f"no {name} device here", "train.device", "Use --set train.device=auto")
    return torch.device(name)


def placed(
    data: Prepared | PreparedImages, device: torch.device, asked: bool | None
) -> Prepared | PreparedImages:
    """The data with its rows on a device, where they belong there.

    Args:
        data: on the CPU.
        device: that trains.
        asked: what the user said; see `SpeedConfig.data_on_device`.
    """
    if not movable(data, device) or asked is False:
        return data
    if asked is None and PART * sum(t.nbytes for t in tensors_of(data)) > room(device):
        return data
    if isinstance(data, PreparedImages):
        return replace(data, pixels=data.pixels.to(device), target=data.target.to(device))
    assert isinstance(data.features, Features)
    features = Features(data.features.numeric.to(device), data.features.codes.to(device))
    return replace(data, features=features, target=data.target.to(device))


def movable(data: Prepared | PreparedImages | OwnData, device: torch.device) -> bool:
    """Whether there is a choice: with a GPU, for rows in memory."""
    return device.type in DEVICES and bool(tensors_of(data))


def tensors_of(data: Prepared | PreparedImages | OwnData) -> tuple[torch.Tensor, ...]:
    """What holds the rows; nothing where they are streamed or the user's."""
    if isinstance(data, PreparedImages):
        return data.pixels, data.target
    if isinstance(data, Prepared) and isinstance(data.features, Features):
        return *data.features.inputs(), data.target
    return ()


def room(device: torch.device) -> int:
    """Bytes that are free on a GPU."""
    return torch.cuda.mem_get_info(device)[0]
