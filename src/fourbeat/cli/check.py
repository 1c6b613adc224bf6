"""`fourbeat check`: silent bugs in a script, with file, line, evidence and fix."""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from fourbeat.cli.options import users_prints_aside
from fourbeat.cli.script import Arguments, Module, Script, options_after
from fourbeat.errors import ConfigError

if TYPE_CHECKING:
    from fourbeat.check.run import Checked

N = TypeVar("N", int, float)

FAIL_ON = ("error", "warning", "note", "never")

VALUES = ("--steps", "--seconds", "--sarif", "--fail-on", "--baseline", "--write-baseline")
FLAGS = ("--json", "--static")


def check(
    script: Script,
    arguments: Arguments = None,
    steps: Annotated[
        str | None, typer.Option(metavar="N", help="End the script after so many steps.")
    ] = None,
    seconds: Annotated[
        str | None, typer.Option(metavar="N", help="End the script after so many seconds.")
    ] = None,
    static: Annotated[
        bool, typer.Option("--static", help="Read the script, and do not run it.")
    ] = False,
    sarif: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write SARIF for a code host, too.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option(metavar="SEVERITY", help="Exit with 1 at error, warning, note, or never.")
    ] = "error",
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Findings to let stand.")
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write today's findings to let them stand.")
    ] = None,
    module: Module = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON object on stdout; the script's goes to stderr."
        ),
    ] = False,
) -> None:
    """Run a script as `python` would, look at its training, and name silent bugs by their lines.

    With --static several files may be named; they are read, and not run.

    The script's output, files, random numbers and results stay as they are. The report goes to stderr.
    """
    own, arguments = options_after(arguments or [], VALUES, FLAGS)
    steps, seconds = own.get("--steps", steps), own.get("--seconds", seconds)
    sarif, baseline = own.get("--sarif", sarif), own.get("--baseline", baseline)
    write_baseline = own.get("--write-baseline", write_baseline)
    fail_on = own.get("--fail-on", fail_on)
    as_json, static = as_json or "--json" in own, static or "--static" in own
    if fail_on not in FAIL_ON:
        raise ConfigError(
            f"no such severity: {fail_on!r}", "--fail-on", f"Say {', '.join(FAIL_ON)}"
        )
    limits = (number(steps, int, "--steps"), number(seconds, float, "--seconds"))
    known = Path(baseline) if baseline else None
    for option, file in (("--sarif", sarif), ("--write-baseline", write_baseline)):
        if file is not None and not Path(file).resolve().parent.is_dir():
            raise ConfigError(
                f"there is no folder for {file}", option, "Name a file in a folder that exists"
            )
    from fourbeat.check.run import check as look
    from fourbeat.check.run import read
    from fourbeat.script.run import find

    program = find(script, module=module)
    aside = ExitStack()

    def last(done: "Checked") -> None:
        aside.close()
        if done.handed:
            leave(done, done.code)
        tell(done, as_json=as_json, static=static)
        if sarif is not None:
            from fourbeat.check.report.sarif import sarif as as_sarif

            write(Path(sarif), as_sarif(done.findings))
        if write_baseline is not None:
            from fourbeat.check.suppress import baseline as entries

            write(Path(write_baseline), entries(done.findings, done.sources))
        leave(done, done.code or exit_code(done, fail_on))

    if static:
        more = [find(name) for name in arguments]
        last(read([file for one in (program, *more) for file in one.files()], baseline=known))
    with aside:
        if as_json:
            aside.enter_context(users_prints_aside())
        look(program, arguments, steps=limits[0], seconds=limits[1], baseline=known, last=last)


def number(text: str | None, kind: type[N], name: str) -> N | None:
    """A limit.

    Raises:
        ConfigError: if it is none.
    """
    try:
        value = None if text is None else kind(text)
    except ValueError:
        value = kind(0)
    if value is not None and not 0 < value < 1e9:
        raise ConfigError("a number above 0 is needed", name, f"Say {name} 100, say")
    return value


def tell(done: "Checked", *, as_json: bool, static: bool) -> None:
    """Print the findings."""
    from fourbeat.check.report.plain import plain
    from fourbeat.check.report.text import count, text

    for name, error in done.broken.items():
        print(f"fourbeat: the rule {name} failed and was left out: {error}", file=sys.stderr)
    if as_json:
        from fourbeat.cli.summary import dump

        dump({"findings": plain(done.findings), "steps": done.steps, "stopped": done.stopped})
        return
    sys.stdout.flush()
    for line in text(done.findings, done.sources):
        print(line, file=sys.stderr)
    watched = "read, not run" if static else f"{done.steps:,} steps watched"
    if not static and not done.steps:
        watched = "no training step was seen"
    early = ", ended early" if done.stopped else ""
    print(f"fourbeat check: {count(done.findings)}; {watched}{early}", file=sys.stderr)


def exit_code(done: "Checked", fail_on: str) -> int:
    """1 where a finding is as bad as the user does not want it."""
    if fail_on == "never":
        return 0
    bad = FAIL_ON[: FAIL_ON.index(fail_on) + 1]
    return int(any(finding.severity in bad for finding in done.findings))


def write(file: Path, value: object) -> None:
    """Write a JSON file, whole or not at all."""
    from fourbeat.checkpoint.files import write_text

    write_text(file, json.dumps(value, indent=1) + "\n")


def leave(done: "Checked", code: int) -> None:
    """End the process; threads of a script that was ended early are not waited for."""
    if done.stopped:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise typer.Exit(code)
