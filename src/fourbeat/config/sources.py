"""Where a configuration's values come from; the later wins.

The defaults of `options`, a TOML file, environment variables (`FOURBEAT_OPTIMIZER__LR=3e-4`), and
`--set optimizer.lr=3e-4` with the other flags.
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fourbeat.config import tasks
from fourbeat.config.data import NAMED
from fourbeat.config.images import Tree, about_images, with_image_defaults
from fourbeat.config.options import PATHS, Config
from fourbeat.errors import ConfigError, Problem

ENV_PREFIX = "FOURBEAT_"


def load(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    settings: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Read a configuration from all its places and check it as a whole.

    Args:
        file: a TOML file; relative paths in it start at its own folder.
        environ: environment variables; those that begin with `FOURBEAT_` count, two underscores
            stand for the dot.
        settings: texts of the form `a.b=value`, the value as TOML, or else as plain text.
        flags: values of the command line's own flags, by dotted name.

    Raises:
        ConfigError: with every problem found, and the nearest known key for an unknown one.
    """
    tree = read_toml(file) if file else {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []

    def put(key: str, value: Any, origin: str) -> None:
        try:
            assign(tree, key, value)
            origins[key] = origin
        except ConfigError as error:
            problems.extend(Problem(p.fact, origin, p.remedy) for p in error.problems)

    for name, text in sorted((environ or {}).items()):
        if name.startswith(ENV_PREFIX) and name != "FOURBEAT_DEBUG":
            key = name.removeprefix(ENV_PREFIX).lower().replace("__", ".")
            put(key, toml_value(text), name)
    for setting in settings:
        try:
            key, value = parsed(setting)
            put(key, value, f"--set {key}")
        except ConfigError as error:
            problems += error.problems
    for key, value in (flags or {}).items():
        put(key, value, "command line")
    if problems:
        raise ConfigError(problems)
    return check(tree, str(file) if file else "command line", origins)


def parsed(setting: str) -> tuple[str, Any]:
    """`a.b=value` as key and value.

    Raises:
        ConfigError: for a text of another form.
    """
    key, equals, text = setting.partition("=")
    if not (equals and key.strip()):
        raise ConfigError(
            f"--set takes a.b=value, got {setting!r}", remedy="Example: --set optimizer.lr=3e-4"
        )
    return key.strip(), toml_value(text.strip())


def override(config: Config, settings: Mapping[str, Any]) -> Config:
    """A configuration with some options, by dotted name, set to other values.

    Raises:
        ConfigError: with all that does not fit.
    """
    tree: Tree = config.model_dump(mode="json")
    for key, value in settings.items():
        assign(tree, key, value)
    return check(tree, "--set", {key: f"--set {key}" for key in settings})


def check(tree: Mapping[str, Any], place: str, origins: Mapping[str, str] | None = None) -> Config:
    """Turn a plain tree into a `Config`.

    Args:
        tree: sections and their values.
        place: where the tree came from.
        origins: where single keys came from instead.

    Raises:
        ConfigError: with all that is wrong, and where it was said.
    """
    tree = tasks.with_task_defaults(tree)
    if images := about_images(tree):
        tree = with_image_defaults(tree)
    problems: list[Problem] = []

    def put(key: str, found: Problem) -> None:
        said = (text for name, text in (origins or {}).items() if touches(name, key))
        problems.append(Problem(found.fact, next(said, place), found.remedy))

    data = tree.get("data")
    if (
        isinstance(data, dict)
        and not cast(Tree, data).get("target")
        and not (images or cast(Tree, data).get("factory"))
    ):
        path: Any = cast(Tree, data).get("path")
        absent = isinstance(path, str | Path) and not Path(path).exists()
        needed = Problem(problem("missing", ("data", "target"), "").fact, place)
        problems.append(Problem("no such file or folder", str(path)) if absent else needed)
    try:
        config = Config.model_validate(tree)
        for key, found in tasks.problems(config):
            put(key, found)
        if not problems:
            return config
    except ValidationError as error:
        for detail in error.errors():
            key = ".".join(str(part) for part in detail["loc"])
            put(key, problem(detail["type"], detail["loc"], detail["msg"]))
    raise ConfigError(problems)


def touches(name: str, key: str) -> bool:
    """Whether one dotted name is the other, or a part of it."""
    return name == key or key.startswith(f"{name}.") or name.startswith(f"{key}.")


def problem(kind: str, location: tuple[int | str, ...], message: str) -> Problem:
    """Say one of pydantic's errors in our words."""
    key = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        known = keys_at(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}"
        return Problem(f"unknown key {key!r}", remedy=remedy)
    if kind == "missing":
        flag = {"data.path": " (the table's path)", "data.target": " (--target COLUMN)"}.get(
            key, ""
        )
        if key == "data":
            return Problem("no table was named", remedy="Give its path and --target COLUMN")
        return Problem(f"{key!r} is needed{flag}")
    return Problem(f"{key or 'config'}: {message.removeprefix('Value error, ')}")


def keys_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys that a section knows."""
    model: type[BaseModel] = Config
    named = False  # whether the part is a name of the user's, such as a column's
    for part in location:
        if named:
            named = False
            continue
        if part not in model.model_fields:
            return []
        annotation = model.model_fields[str(part)].annotation
        kinds = [annotation, *get_args(annotation)]
        sections = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        if not sections:
            return []
        model, named = sections[0], get_origin(annotation) is dict
    return sorted(model.model_fields)


def read_toml(file: Path) -> Tree:
    """A TOML file as a tree, its data paths made relative to the file's folder."""
    try:
        tree: Tree = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read the config: {error.strerror}", str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not a TOML file: {error}", str(file)) from None
    for section, key in PATHS:
        table: Any = tree.get(section)
        if not (isinstance(table, dict) and isinstance(table.get(key), str)):
            continue
        said, full = cast(str, table[key]), file.parent / cast(str, table[key])
        if key != "path" or said not in NAMED or full.exists():
            table[key] = str(full)
    return tree


def assign(tree: Tree, key: str, value: Any) -> None:
    """Set `a.b` in a tree of tables."""
    *parents, last = key.split(".")
    for depth, parent in enumerate(parents):
        child = tree.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError(f"{'.'.join(parents[: depth + 1])!r} is a value, not a section", key)
        tree = cast(Tree, child)
    tree[last] = value


def toml_value(text: str) -> Any:
    """`3e-4` is a number, `[1, 2]` a list, `true` a boolean; anything else is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
