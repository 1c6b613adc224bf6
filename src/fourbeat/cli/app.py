"""`fourbeat`: the verbs, and what happens when one fails."""

import io
import logging
import os
import signal
import sys

import typer

from fourbeat import __version__
from fourbeat.cli import (
    asking,
    check,
    compare,
    data,
    eject,
    explain,
    export_history,
    lab,
    pause,
    predict,
    record,
    replay,
    reproduce,
    resume,
    rules,
    runs,
    sample,
    script,
    show,
    train,
    verify,
)
from fourbeat.errors import FourbeatError

app = typer.Typer(
    name="fourbeat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The training system for PyTorch in which the loop stays yours.",
)
app.command("train")(train.train)
app.command("data")(data.data)
app.command("resume")(resume.resume)
app.command("predict")(predict.predict)
app.command("pause", context_settings=script.AS_PYTHON)(pause.pause)
app.command("check", context_settings=script.AS_PYTHON)(check.check)
app.command("rules")(rules.rules)
app.command("explain-rule")(rules.explain_rule)
app.command("record", context_settings=script.AS_PYTHON)(record.record)
app.command("checkpoint")(asking.checkpoint)
app.command("explain")(explain.explain)
app.command("export-history")(export_history.export_history)
app.command("replay")(replay.replay)
app.command("reproduce")(reproduce.reproduce)
app.command("eject")(eject.eject)
app.command("show")(show.show)
app.command("compare")(compare.compare)
app.command("runs")(runs.runs)
app.command("verify")(verify.verify)
app.command("sample")(sample.sample)
app.add_typer(lab.lab, name="lab")


@app.callback(invoke_without_command=True)
def root(
    version: bool = typer.Option(False, "--version", help="Print the version."),
    debug: bool = typer.Option(False, "--debug", help="Show tracebacks."),
) -> None:
    """Options of every verb; `--debug` may also stand after the verb."""
    if version:
        print(f"fourbeat {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a verb; say a failure in one message, without a traceback unless `--debug`."""
    arguments = sys.argv[1:]
    verb = next((n for n, word in enumerate(arguments) if not word.startswith("-")), 0)
    scripts = bool(arguments) and arguments[verb] in script.VERBS
    ours, theirs = (arguments[:verb], arguments[verb:]) if scripts else (arguments, [])
    debug = "--debug" in ours or os.environ.get("FOURBEAT_DEBUG") == "1"
    if not scripts:
        _speak()
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _terminated)
    code = 0
    try:
        app([argument for argument in ours if argument != "--debug"] + theirs)
    except FourbeatError as error:
        if debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except OSError as error:
        if debug:
            raise
        place = f" ({error.filename})" if error.filename else ""
        print(f"error: {error.strerror or error}{place}", file=sys.stderr)
        code = 1
    sys.exit(code)


def _terminated(number: int, _: object) -> None:
    """End as a signal ends a process, but tidy up first."""
    sys.exit(128 + number)


def _speak() -> None:
    """Say what is logged, whatever the terminal can show."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an ASCII terminal is no reason to fail
