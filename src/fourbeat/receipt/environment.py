"""Where a run happens: all that can change its bits."""

import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

from fourbeat import __version__

#: Variables by which a numeric library chooses other code.
VARIABLES = (
    "ATEN_CPU_CAPABILITY",
    "ONEDNN_MAX_CPU_ISA",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "CUBLAS_WORKSPACE_CONFIG",
    "NVIDIA_TF32_OVERRIDE",
)


def environment(device: str) -> dict[str, Any]:
    """Versions, processor and numeric settings, as plain values in a fixed order.

    Two runs can give equal bits only where these are equal. Threads and instruction set are among
    them: one thread and two sum an MLP's products in another order.

    Args:
        device: the device's kind: `cpu`, `cuda` or `mps`.
    """
    import numpy as np
    import torch

    found: dict[str, Any] = {
        "fourbeat": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "device": device,
        "cpu": cpu_name(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "matmul_precision": torch.get_float32_matmul_precision(),
        "default_dtype": str(torch.get_default_dtype()).removeprefix("torch."),
        "mkldnn": torch.backends.mkldnn.enabled,  # pyright: ignore[reportAttributeAccessIssue]
    }
    if device == "cuda":
        found |= {
            "gpu": torch.cuda.get_device_name(),
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "cudnn_deterministic": torch.backends.cudnn.deterministic,
            "cudnn_allow_tf32": torch.backends.cudnn.allow_tf32,
        }
    found["variables"] = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return found


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two environments, one line each: `threads: 2, now 1`."""
    keys = [*before, *(key for key in now if key not in before)]
    return [
        f"{key}: {before.get(key)}, now {now.get(key)}"
        for key in keys
        if before.get(key) != now.get(key)
    ]


def cpu_name() -> str:
    """The processor's model, as the system names it."""
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
