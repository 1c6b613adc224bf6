"""Is what the recorder kept of a run as it was written?"""

from pathlib import Path

from fourbeat.checkpoint.store import verify_all
from fourbeat.errors import RunError
from fourbeat.receipt import model as receipts
from fourbeat.record.history import History
from fourbeat.record.log import ROWS, root_of
from fourbeat.record.snapshots import NAME as SNAPSHOTS


def check(directory: Path) -> tuple[int, list[str]]:
    """Check a run's step log against its receipt, its row numbers, and its snapshots.

    Returns:
        How many things were checked, and what is wrong, one message each.
    """
    good, problems = verify_all(directory / SNAPSHOTS)
    checked = len(good) + len(problems)
    receipt = receipts.read(directory, unchanged=False)
    if receipt.steps_root is None:
        return checked, problems
    try:
        log = History(directory)
    except RunError as error:
        return checked + 1, [*problems, str(error)]
    if log.damaged:
        problems.append(f"{log.damaged} records of the step log have changed")
    elif receipt.seal is not None and root_of(directory).hex() != receipt.steps_root:
        problems.append(f"the step log is not the one of the receipt: it has {len(log)} records")
    rows = directory / ROWS
    if log.rows_end() > (rows.stat().st_size if rows.exists() else 0):
        problems.append(f"{ROWS} is missing or cut short: the rows of some steps are lost")
    return checked + 2, problems
