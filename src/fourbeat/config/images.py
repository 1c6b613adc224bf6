"""Whether a configuration is about images, and the defaults that are others for them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from fourbeat.config.data import NAMED

Tree = dict[str, Any]

IDX_NAME = re.compile(r"(idx\d-ubyte|\.idx)(\.gz)?$")
"""How files of IDX images are named."""

IMAGE_DEFAULTS: dict[str, Tree] = {
    "model": {"name": "cnn"},
    "optimizer": {"name": "adam", "lr": 1e-3, "weight_decay": 0.0},
    "train": {"epochs": 10},
}
IMAGE_MODELS: dict[str, Tree] = {
    "mlp": {"widths": (256, 256), "norm": "none"},
    "cnn": {"widths": (16, 32, 64), "norm": "batch"},
}


def about_images(tree: Mapping[str, Any]) -> bool:
    """Whether a configuration is about images: it says so, or its path can mean nothing else."""
    data = tree.get("data")
    options = cast(Tree, data) if isinstance(data, dict) else {}
    if options.get("factory") is not None:
        return False
    if tree.get("image") is not None:
        return True
    if options.get("dir") is not None or options.get("labels") is not None:
        return True
    path = options.get("path")
    if not isinstance(path, str | Path):
        return False
    return str(path) in NAMED or IDX_NAME.search(str(path)) is not None or Path(path).is_dir()


def with_image_defaults(tree: Mapping[str, Any]) -> Tree:
    """The options whose defaults are others for images, where nothing is said of them."""
    filled: Tree = {"image": {}, **tree}
    for name, defaults in IMAGE_DEFAULTS.items():
        said = filled.get(name, {})
        if not isinstance(said, dict):
            continue  # the check of the whole names it
        section = cast(Tree, said)
        # An optimizer of another name has learning rates of its own.
        if name != "optimizer" or section.get("name", "adam") == "adam":
            filled[name] = {**defaults, **section}
    model: Any = filled.get("model")
    if isinstance(model, dict):
        named = cast(Tree, model)
        filled["model"] = {**IMAGE_MODELS.get(str(named.get("name")), {}), **named}
        if named.get("name") == "cnn":
            filled.setdefault("scheduler", {"name": "cosine"})
    return filled
