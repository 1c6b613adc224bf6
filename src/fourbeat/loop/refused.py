"""Why a layer of torch's refused its input: device, dtype, width, codes, too few rows."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]
from torch.nn.modules.conv import _ConvNd  # pyright: ignore[reportPrivateUsage]

from fourbeat.errors import first_line

Why = tuple[str, str] | None
"""Fact and remedy; None if it is something else."""


def why(layer: nn.Module, own: Tensor, error: Exception, *, first: bool) -> Why:
    """What does not fit, if it shows.

    Args:
        layer: that raised.
        own: its input.
        error: that it raised.
        first: whether the input is the batch's own, and not another layer's output.
    """
    return (
        wrong_device(layer, own, first=first)
        or wrong_dtype(layer, own, error, first=first)
        or wrong_width(layer, own, error, first=first)
        or wrong_codes(layer, own)
        or too_few(layer, own)
    )


def wrong_device(layer: nn.Module, own: Tensor, *, first: bool) -> Why:
    """For a layer whose weights are on another device."""
    weight = next(layer.parameters(recurse=False), None)
    if weight is None or weight.device == own.device:
        return None
    said, name = ("the features are", "features") if first else ("the layer's input is", "x")
    fact = f"{said} on {own.device}, and its weights on {weight.device}"
    return fact, f"Bring them together: {name} = {name}.to({str(weight.device)!r})"


def wrong_dtype(layer: nn.Module, own: Tensor, error: Exception, *, first: bool) -> Why:
    """For a layer whose input, the batch's own or not, has another dtype."""
    kind = str(own.dtype).removeprefix("torch.")
    said, name = ("the features are", "features") if first else ("the layer's input is", "x")
    if isinstance(layer, nn.Embedding | nn.EmbeddingBag):
        if own.dtype in (torch.int64, torch.int32):
            return None
        return f"{said} {kind}, and an embedding takes codes", f"Cast: {name}.long()"
    weight = next((p for p in layer.parameters(recurse=False) if p.is_floating_point()), None)
    if weight is None or own.dtype == weight.dtype:
        return None
    if not type(layer).__module__.startswith("torch.") and "type" not in str(error):
        return None  # a layer of one's own may cast for itself
    if not own.is_floating_point():
        return f"{said} {kind}", f"Cast: {name}.float()"
    return f"{said} {own.dtype}, the weights {weight.dtype}", f"Cast: {name}.to({weight.dtype})"


def wrong_width(layer: nn.Module, own: Tensor, error: Exception, *, first: bool) -> Why:
    """For a layer whose input has another number of features or channels than it takes."""
    takes, axis, argument = width_of(layer, own)
    if takes is None or not -own.ndim <= axis < own.ndim or own.shape[axis] == takes:
        return None
    kind = "features" if axis == -1 else "channels"
    fact = f"the layer takes {takes} {kind}: {first_line(error)}"
    if axis != -1 and own.shape[-1] == takes:
        order = [0, own.ndim - 1, *range(1, own.ndim - 1)]
        return fact, f"Channels come second: x.permute{tuple(order)}"
    if first:
        what = "columns" if kind == "features" else "channels"
        return fact, f"Give the first layer as many inputs as the batch has {what}"
    return fact, f"Make its {argument} {own.shape[axis]}, or change what comes before it"


def width_of(layer: nn.Module, own: Tensor) -> tuple[int | None, int, str]:
    """What a layer takes, along which dimension, and what its argument for that is called."""
    if isinstance(layer, nn.Linear):
        return layer.in_features, -1, "in_features"
    if isinstance(layer, _ConvNd):
        return layer.in_channels, 1 if own.ndim == layer.weight.ndim else 0, "in_channels"
    if isinstance(layer, nn.RNNBase):
        return layer.input_size, -1, "input_size"
    if isinstance(layer, _BatchNorm):
        return layer.num_features, 1, "num_features"
    if isinstance(layer, nn.LayerNorm):
        return layer.normalized_shape[-1], -1, "normalized_shape"
    return None, 0, ""


def wrong_codes(layer: nn.Module, own: Tensor) -> Why:
    """For an embedding that is asked for a row that it does not have."""
    if not isinstance(layer, nn.Embedding | nn.EmbeddingBag) or own.is_cuda or not own.numel():
        return None
    low, high, rows = int(own.min()), int(own.max()), layer.num_embeddings
    if low >= 0 and high < rows:
        return None
    fact = f"code {low if low < 0 else high} is outside 0..{rows - 1}, the embedding's rows"
    return (
        fact,
        f"Map the codes, or make num_embeddings {high + 1}" if low >= 0 else "Map the codes",
    )


def too_few(layer: nn.Module, own: Tensor) -> Why:
    """For batch normalization that is to learn from a single row."""
    if not isinstance(layer, _BatchNorm) or not layer.training or own.shape[0] != 1:
        return None
    fact = "batch normalization cannot take mean and variance of a single row"
    return fact, "Drop a last batch of one (DataLoader(..., drop_last=True)), or call eval() first"
