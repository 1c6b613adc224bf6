"""`fb.step`: the step that is paused now."""

from typing import TYPE_CHECKING, Any

from fourbeat.errors import FourbeatError

if TYPE_CHECKING:
    from fourbeat.pause.moment import PausedStep


class NothingPaused:
    """What `fb.step` is where nothing is paused: false, and clear about it."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "<no step is paused>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise FourbeatError(
            f"no step is paused, so there is no fb.step.{name}",
            "fb.step",
            "Run `fourbeat pause SCRIPT --at N`, and ask at its prompt",
        )


_NOTHING = NothingPaused()
_PAUSED: "list[PausedStep]" = []


def step() -> "PausedStep | NothingPaused":
    """The step that is paused now."""
    return _PAUSED[-1] if _PAUSED else _NOTHING


def set_to(paused: "PausedStep") -> None:
    """A step is paused."""
    _PAUSED[:] = [paused]


def clear() -> None:
    """It goes on."""
    _PAUSED.clear()
