"""Where a run left the ordinary: the step, the layer it began in, the rows, what else happened.

Everything is read from the step log; nothing is computed again.
"""

from pathlib import Path

import numpy as np

from fourbeat.record.drifts import dead, growing, plateau, vanishing
from fourbeat.record.history import History
from fourbeat.record.incident import Incident, around
from fourbeat.record.jumps import BACK, jumps
from fourbeat.record.ordinary import WINDOW

JUMPS = ("spike", "non-finite")


def explain(run: str | Path) -> list[Incident]:
    """Where a run left the ordinary, the first thing first; empty where it did not.

    Args:
        run: its directory; it may be training still.

    Raises:
        RunError: if it has no step log.
    """
    return incidents(History(Path(run)))


def incidents(history: History) -> list[Incident]:
    """All that is out of the ordinary, the first thing first; what comes of a jump is said there."""
    with np.errstate(all="ignore"):  # what is not finite is the point
        found = jumps(history)
        for drift in [*growing(history), *dead(history), *vanishing(history)]:
            cause = next((one for one in found if one.kind in JUMPS and follows(drift, one)), None)
            if cause is None:
                found.append(drift)
            elif drift.kind == "dead" and drift.began <= cause.began and cause.rows:
                cause.began, cause.layer, cause.origin = drift.began, drift.layer, drift.text
                cause.rows = []
            else:
                cause.around.append(f"after it, {drift.text}")
        if not found:
            found = list(plateau(history))
    for incident in found:
        incident.around += around(history, history.find(incident.began))
    return sorted(found, key=lambda incident: (incident.began, incident.step))


def follows(drift: Incident, jump: Incident) -> bool:
    """Whether a drift comes of a jump."""
    return jump.began - BACK <= drift.began <= jump.step + WINDOW
