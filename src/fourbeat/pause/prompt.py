"""A debugger that opens in the script's own frame, just before an update."""

import bdb
import builtins
import os
import pdb
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

import fourbeat
from fourbeat.errors import FourbeatError
from fourbeat.observe.stream import Stream
from fourbeat.observe.variables import script_frames
from fourbeat.pause import current
from fourbeat.pause.moment import PausedStep
from fourbeat.pause.table import headline, layer_table

HINT = "fb.step is this step (fb.step.preview(), .gradients, .rows, …)   c: on   ns: next step   skip   go   beats   h: help"


def stop(step: PausedStep, why: str, stream: Stream) -> None:
    """Let the user look: at our prompt, or in the debugger that `breakpoint()` stands for."""
    frame = next(script_frames(), None)
    if frame is None:
        return
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    text = f"{headline(step, why, place)}\n\n{layer_table(step)}\n"
    if _another_debugger():
        print(text, file=sys.__stderr__)
        breakpoint()
        return
    Prompt.only(stream).open(frame, text)


def _another_debugger() -> bool:
    wished = os.environ.get("PYTHONBREAKPOINT", "")
    return sys.breakpointhook is not sys.__breakpointhook__ or wished not in ("", "pdb.set_trace")


class Prompt(pdb.Pdb):
    """pdb, with commands for a training."""

    _one: "Prompt | None" = None

    @classmethod
    def only(cls, stream: Stream) -> "Prompt":
        """The one prompt of this process: its breakpoints outlive a pause."""
        if cls._one is None:
            # A script may have replaced its streams; the user sits at the process's own.
            standard = sys.stdout in (sys.__stdout__, sys.__stderr__)
            own = sys.stdin is sys.__stdin__ and standard
            streams = (None, None) if own else (sys.__stdin__, sys.__stdout__)
            cls._one = cls("tab", *streams, skip=["fourbeat.*"], nosigint=True)
            cls._one.prompt = "(fourbeat) "
        cls._one.stream = stream
        return cls._one

    stream: Stream

    def open(self, frame: FrameType, text: str) -> None:
        """Ask in a frame at once, and go on in it as the answer says."""
        self._begin(frame)
        self.message(text)
        self.message(HINT)
        self.interaction(frame, None)
        if self.quitting:
            self._quit()
        if not self._runs_on():
            sys.settrace(self.trace_dispatch)

    def _begin(self, frame: FrameType) -> None:
        """As `set_trace`, so that `n` and `s` find their way; but what runs the script is hidden."""
        bdb.Bdb.set_trace(self, frame)
        sys.settrace(None)
        runs = frame
        while runs.f_back and runs.f_back.f_globals.get("__name__") != "fourbeat.script.run":
            runs = runs.f_back
        self.botframe: FrameType | None = runs
        above = runs.f_back
        while above is not None:
            above.f_trace = None
            above = above.f_back

    def _quit(self) -> NoReturn:
        """End the script."""
        sys.settrace(None)
        step = current.step()
        at = f" at step {step.number}" if isinstance(step, PausedStep) else ""
        print(f"quit{at}; the script is not finished", file=sys.__stderr__)
        raise SystemExit(1)

    def _runs_on(self) -> bool:
        """Whether nothing is left to trace."""
        on: Any = self
        return on.stopframe is on.botframe and on.stoplineno == -1 and not self.breaks

    def trace_dispatch(self, frame: FrameType, event: str, arg: Any) -> Any:
        """As in bdb; but to quit is to end the script, and no error of its."""
        try:
            return super().trace_dispatch(frame, event, arg)
        except bdb.BdbQuit:
            self._quit()

    def interaction(self, frame: FrameType | None, traceback: Any) -> None:
        """What is tried out at the prompt is no part of the training; `fb` is at hand."""
        lent = not hasattr(builtins, "fb")
        if lent:
            setattr(builtins, "fb", fourbeat)  # noqa: B010
        hushed, self.stream.hushed = self.stream.hushed, True
        try:
            super().interaction(frame, traceback)
        finally:
            self.stream.hushed = hushed
            if lent:
                delattr(builtins, "fb")

    def do_ns(self, arg: str) -> Any:
        """ns
        Next step: go on, and pause before the update of the step that follows.
        """
        return self._with_step("again") and self.do_continue(arg)

    def do_skip(self, arg: str) -> None:
        """skip
        Leave this update out; the gradients stay as they are. Say c to go on.
        """
        if self._with_step("skip"):
            self.message("this update will be left out")

    def do_go(self, arg: str) -> Any:
        """go
        Go on to the script's end without any more pauses.
        """
        if self._with_step("go"):
            with suppress(AttributeError):
                self.clear_all_breaks()
            return self.do_continue(arg)
        return None

    def do_beats(self, arg: str) -> None:
        """beats
        Show the norms of weights, gradients and the update of every layer.
        """
        step = current.step()
        if isinstance(step, PausedStep):
            self.message(layer_table(step, None))
        else:
            self.error("no step is paused: its update is done")

    def _with_step(self, act: str) -> bool:
        """Have the paused step do something; False if it cannot."""
        try:
            getattr(current.step(), act)()
        except FourbeatError as error:
            self.error(str(error))
            return False
        return True
