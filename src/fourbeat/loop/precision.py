"""One word for how numbers are kept: fp32, bf16 or fp16."""

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

Word = Literal["fp32", "bf16", "fp16"]

DTYPES: dict[str, torch.dtype | None] = {
    "fp32": None,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def autocast(word: Word, device: torch.device) -> AbstractContextManager[object]:
    """Forward and loss under `torch.autocast`; for fp32, as they are.

    Weights, gradients and optimizer statistics stay in the model's own dtype.
    """
    dtype = DTYPES[word]
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype)


def no_autocast(word: Word, device: torch.device) -> AbstractContextManager[object]:
    """Backward and update, which autocast is not made for."""
    return nullcontext() if word == "fp32" else torch.autocast(device.type, enabled=False)


def scaler_of(word: Word, device: torch.device) -> torch.amp.GradScaler | None:
    """Small fp16 gradients are lost without a scaler; the other words need none."""
    return torch.amp.GradScaler(device.type) if word == "fp16" else None
