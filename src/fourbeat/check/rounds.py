"""Whether batches come again and again in one order, by whatever they are made."""

from fourbeat.check.ledger import Ledger, Run, Step

_MOST = 2048
"""Backwards, from the start, whose batches are known again."""

_LEAST = 3
"""Batches of a round."""


class Rounds:
    """Keeps the backwards that optimizers step on, with prints of what models were given.

    Args:
        ledger: of the gradients.

    Attributes:
        runs: the first of them, in order.
    """

    def __init__(self, ledger: Ledger):
        self.runs: list[Run] = []
        ledger.steps.append(self._stepping)

    def _stepping(self, step: Step) -> None:
        last = self.runs[-1].number if self.runs else 0
        if len(self.runs) < _MOST:
            self.runs += [run for run in step.runs if run.number > last]

    def length(self, rounds: int) -> int | None:
        """Backwards of a round, if all of them are the same batches in the same order.

        Args:
            rounds: that there must be.
        """
        given = [hash(run.inputs) for run in self.runs]
        for n in range(_LEAST, len(given) // rounds + 1):
            if given[:-n] == given[n:] and len(set(given[:n])) > n // 2:
                return n
        return None
