"""Code of the user's own, named `module:factory`: found, imported, called."""

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from fourbeat.errors import ConfigError

NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def is_code(name: str) -> bool:
    """Whether a name means code of the user's own."""
    return NAME.fullmatch(name) is not None


def file_of(name: str, option: str) -> Path | None:
    """Where the module of a `module:factory` is, without running it; None if it has no file.

    The packages that a dotted name stands in are imported, as Python finds it by them.

    Args:
        name: `module:factory`.
        option: that said so, for messages.

    Raises:
        ConfigError: if there is no such module.
    """
    here_first()
    module_name = name.partition(":")[0]
    try:
        found = importlib.util.find_spec(module_name)
    except (ImportError, ValueError):
        found = None
    except (Exception, SystemExit) as error:
        raise failed(module_name, error, option) from error
    if found is None:
        raise ConfigError(f"no module {module_name!r}", option, looked_for(module_name))
    return Path(found.origin) if found.has_location and found.origin else None


def here_first() -> None:
    """Let modules be found in the current folder."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)


def factory(name: str, option: str) -> Callable[..., Any]:
    """Import `module:factory`.

    Raises:
        ConfigError: if it is not there, cannot be imported or cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    here_first()
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        absent = error.name if isinstance(error, ModuleNotFoundError) else None
        if absent is not None and f"{module_name}.".startswith(f"{absent}."):
            remedy = looked_for(module_name)
            raise ConfigError(f"no module {module_name!r}", option, remedy) from error
        raise failed(module_name, error, option) from error
    found = getattr(module, attribute, None)
    if found is None:
        raise ConfigError(f"module {module_name!r} has no {attribute!r}", option)
    if not callable(found):
        raise ConfigError(f"{name!r} cannot be called", option)
    return cast(Callable[..., Any], found)


def failed(module_name: str, error: BaseException, option: str) -> ConfigError:
    """A module that is there, and raises when it is imported."""
    fact = f"module {module_name!r} cannot be imported: {type(error).__name__}: {error}"
    return ConfigError(fact, option, "--debug shows where")


def looked_for(module_name: str) -> str:
    """What to do about a module that is not there."""
    if module_name.endswith(".py"):
        return f"Give the module's name: {module_name.removesuffix('.py')}:…"
    return "It is looked for from the current folder"
