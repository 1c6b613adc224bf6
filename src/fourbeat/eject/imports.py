"""The imports that a script's text asks for by the names it uses."""

import ast
from collections.abc import Mapping

STANDARD = {
    "Iterable": "from collections.abc import Iterable",
    "Iterator": "from collections.abc import Iterator",
    "Any": "from typing import Any",
    "Counter": "from collections import Counter",
    "NormalDist": "from statistics import NormalDist",
    "Path": "from pathlib import Path",
    "SimpleNamespace": "from types import SimpleNamespace",
    "chain": "from itertools import chain",
    "contextmanager": "from contextlib import contextmanager",
    "copy": "import copy",
    "fnmatchcase": "from fnmatch import fnmatchcase",
    "gzip": "import gzip",
    "hashlib": "import hashlib",
    "itertools": "import itertools",
    "islice": "from itertools import islice",
    "math": "import math",
    "pairwise": "from itertools import pairwise",
    "random": "import random",
    "re": "import re",
    "sys": "import sys",
    "zlib": "import zlib",
}

THIRD_PARTY = {
    "AveragedModel": "from torch.optim.swa_utils import AveragedModel",
    "DataLoader": "from torch.utils.data import DataLoader",
    "Dataset": "from torch.utils.data import Dataset",
    "F": "from torch.nn import functional as F",
    "Image": "from PIL import Image",
    "ImageOps": "from PIL import ImageOps",
    "IterableDataset": "from torch.utils.data import IterableDataset",
    "Subset": "from torch.utils.data import Subset",
    "Tensor": "from torch import Tensor",
    "csv": "from pyarrow import csv",
    "feather": "from pyarrow import feather",
    "get_ema_multi_avg_fn": "from torch.optim.swa_utils import get_ema_multi_avg_fn",
    "lr_scheduler": "from torch.optim import lr_scheduler",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "pa": "import pyarrow as pa",
    "pc": "from pyarrow import compute as pc",
    "parquet": "from pyarrow import parquet",
    "torch": "import torch",
}


def imports(text: str, own: Mapping[str, str]) -> str:
    """The import lines of a script, sorted in sections.

    Args:
        text: the rest of the script.
        own: the user's modules, by the names that the script gives them.
    """
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    theirs = {alias: f"import {module} as {alias}" for alias, module in own.items()}
    sections = (
        ordered([line for name, line in known.items() if name in used])
        for known in (STANDARD, THIRD_PARTY, theirs)
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def ordered(lines: list[str]) -> list[str]:
    """Plain imports first, then names by module; several names of one module in one line.

    A name with another one (`compute as pc`) has a line of its own, before those of its module.
    """
    names: dict[str, list[str]] = {}
    plain: list[str] = []
    for line in lines:
        if line.startswith("from "):
            module, _, name = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, []).append(name)
        else:
            plain.append(line)
    named: list[str] = []
    for module in sorted(names, key=str.lower):
        ours = sorted(set(names[module]), key=by_kind)
        renamed = [name for name in ours if " as " in name]
        together = ", ".join(name for name in ours if name not in renamed)
        named += [f"from {module} import {name}" for name in [*renamed, together] if name]
    return sorted(plain, key=str.lower) + named


def by_kind(name: str) -> tuple[bool, str]:
    """Classes come before functions and modules."""
    return not name[0].isupper(), name
