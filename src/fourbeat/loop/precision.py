"""One word for how numbers are kept: fp32, bf16 or fp16."""

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch
from torch import nn

from fourbeat.data.batch import device_of

Word = Literal["fp32", "bf16", "fp16"]

DTYPES: dict[str, torch.dtype | None] = {
    "fp32": None,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}

NOTHING = nullcontext()


def autocast(word: Word, model: nn.Module) -> AbstractContextManager[object]:
    """Forward and loss under `torch.autocast`; for fp32, as they are.

    Weights, gradients and optimizer statistics stay in the model's own dtype.
    """
    dtype = DTYPES[word]
    return NOTHING if dtype is None else torch.autocast(device_of(model).type, dtype)


def no_autocast(word: Word, model: nn.Module) -> AbstractContextManager[object]:
    """Backward and update, which autocast is not made for."""
    return NOTHING if word == "fp32" else torch.autocast(device_of(model).type, enabled=False)


def scaler_of(word: Word, model: nn.Module) -> torch.amp.GradScaler | None:
    """Small fp16 gradients are lost without a scaler; the other words need none.

    Raises:
        ValueError: for another word.
    """
    if word not in DTYPES:
        raise ValueError(f"precision must be one of {', '.join(DTYPES)}, got {word!r}")
    return torch.amp.GradScaler(device_of(model).type) if word == "fp16" else None
