"""What the verbs share that run a user's script."""

from collections.abc import Sequence
from typing import Annotated

import typer

from fourbeat.errors import ConfigError

VERBS = ("check", "pause", "record")
"""Their standard streams and logging are the script's own."""

AS_PYTHON = {"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]}
"""What stands after the script is the script's."""

Script = Annotated[
    str, typer.Argument(metavar="SCRIPT", help="A Python file, or with -m a module's name.")
]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ARGUMENTS",
        help="The script's own. Options of this verb may stand directly after the script, too; "
        "-- ends them.",
    ),
]
Module = Annotated[bool, typer.Option("-m", help="SCRIPT is a module, as of `python -m`.")]


def options_after(
    arguments: Sequence[str], names: Sequence[str], flags: Sequence[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """Options of ours that stand directly after the script, and what is the script's.

    Args:
        arguments: all that stands after the script.
        names: of options with a value.
        flags: names of those without; they come with an empty value.

    Raises:
        ConfigError: for an option without its value.
    """
    own: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, equals, value = rest[0].partition("=")
        if rest[0] in flags:
            own[rest.pop(0)] = ""
            continue
        if name not in names:
            break
        if not equals and len(rest) < 2:
            raise ConfigError(f"{name} needs a value", name)
        own[name] = value if equals else rest[1]
        del rest[: 1 if equals else 2]
    if rest[:1] == ["--"]:
        del rest[0]
    return own, rest
