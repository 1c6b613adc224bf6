"""`fourbeat explain`: where a run left the ordinary, in which layer, on which rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fourbeat.cli.options import Json, RunDir

if TYPE_CHECKING:
    from fourbeat.receipt.model import Receipt
    from fourbeat.record.history import History
    from fourbeat.record.incident import Incident

NEAR = 32
"""Steps within which an event of the receipt belongs to an incident."""


def explain(
    run: RunDir,
    most: Annotated[int, typer.Option("--most", help="Incidents to show, the first ones.")] = 5,
    as_json: Json = False,
) -> None:
    """Say where the run first left the ordinary: step, layer, rows, and what happened around it."""
    from fourbeat.cli.summary import dump
    from fourbeat.receipt import model as receipts
    from fourbeat.record.history import history
    from fourbeat.record.incidents import incidents

    log = history(run)
    receipt = receipts.read(run)
    found = incidents(log)
    for incident in found:
        incident.around += [
            f"{event.kind} at step {event.step}: {event.text}"
            for event in receipt.events
            if abs(event.step - incident.began) <= NEAR
        ]
    if as_json:
        dump(
            {
                "run": str(run),
                "steps": len(log),
                "damaged_records": log.damaged,
                "notes": list(stands(run, receipt, log)),
                "incidents": [plain(run, receipt, incident) for incident in found],
            }
        )
        return
    for text in stands(run, receipt, log):
        print(text)
    if not found and receipt.run.error and len(log):
        last = int(log.step[-1])
        see = command(run, receipt, max(last - 1, 0))
        print(f"its last step is {last}" + (f": {see}" if see else ""))
    elif not found:
        print(f"{len(log):,} steps, and nothing out of the ordinary")
    for incident in found[:most]:
        show(run, receipt, incident)
    if len(found) > most:
        print(f"and {len(found) - most} more: --most {len(found)} shows all")


def stands(run: Path, receipt: "Receipt", log: "History") -> Iterator[str]:
    """What should be known of the run and its log before anything else."""
    from fourbeat.checkpoint.asking import holder

    done = int(log.step[log.counted].max(initial=-1)) + 1
    if log.damaged:
        yield f"{log.damaged} records of the step log are damaged and left out"
    if receipt.run.error:
        yield f"the run failed: {receipt.run.error}"
    elif receipt.run.status == "running" and holder(run) is not None:
        yield f"the run trains still: {done:,} steps so far"
    elif receipt.run.status == "running":
        yield f"the run was killed: {done:,} steps are in the log"
    elif receipt.run.status == "interrupted":
        yield f"the run was interrupted after {receipt.run.steps:,} steps"
    if receipt.run.status != "running" and done < receipt.run.steps:
        yield f"the step log ends after {done:,} of {receipt.run.steps:,} steps"


def plain(run: Path, receipt: "Receipt", incident: "Incident") -> dict[str, Any]:
    """An incident as plain values."""
    return {
        "kind": incident.kind,
        "step": incident.step,
        "began": incident.began,
        "layer": incident.layer,
        "text": incident.text,
        "origin": incident.origin,
        "rows": incident.rows,
        "around": incident.around,
        "replay": command(run, receipt, incident.began),
    }


def command(run: Path, receipt: "Receipt", step: int) -> str | None:
    """What shows a step; None for compiled steps, which cannot be looked into."""
    return None if receipt.training.whole else f"fourbeat replay {run} --step {step}"


def show(run: Path, receipt: "Receipt", incident: "Incident") -> None:
    """An incident for people."""
    print(f"\n{incident.kind}, step {incident.step}: {incident.text}")
    if incident.layer is not None or incident.began != incident.step:
        where = f", in {incident.layer}" if incident.layer else ""
        origin = f": {incident.origin}" if incident.origin else ""
        print(f"  began   step {incident.began}{where}{origin}")
    if incident.rows:
        shown = ", ".join(map(str, incident.rows[:12])) + (", …" if len(incident.rows) > 12 else "")
        print(f"  batch   rows {shown}")
    for text in incident.around:
        print(f"  around  {text}")
    if see := command(run, receipt, incident.began):
        print(f"  see     {see}")
