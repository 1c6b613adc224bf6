"""`fourbeat show`: a run's receipt, for people."""

from fourbeat.cli.options import Json, RunDir


def show(run: RunDir, as_json: Json = False) -> None:
    """Show what a run was trained on, how, and with which result."""
    from fourbeat.cli.summary import print_receipt
    from fourbeat.receipt.model import read

    print_receipt(run, read(run), as_json=as_json)
