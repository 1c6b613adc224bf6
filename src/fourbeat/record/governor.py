"""What the recorder may spend: a share of the time of the steps it records."""

from math import inf

LEAST_OFTEN = 256
"""Each thing is done once in so many steps at least, however little there is to spend."""

NOTHING: frozenset[str] = frozenset()


class Governor:
    """Says which of several things to do, so that all together stay within a budget.

    Each has a purse of its own, into which every step pays; a thing is done once its purse holds
    what it cost the last time. So what is cheap is done in every step, and the dear is thinned.

    Args:
        budget: share of a step's time; None for everything at every step.
        shares: what each thing gets of it, by name, after what every step costs anyhow.

    Attributes:
        due: the things to do in this step.
    """

    def __init__(self, budget: float | None, shares: dict[str, float]):
        self._budget = budget
        self._shares = shares
        self._earned = 0.0
        self._steps = 0
        self._paid = dict.fromkeys(shares, 0.0)
        # A thing is due once so much was earned in all, or by that step.
        self._enough = dict.fromkeys(shares, -inf)
        self._latest = dict.fromkeys(shares, 0)
        self._least = -inf
        self._next = 0
        self.due = frozenset(shares)

    def paid(self, name: str, seconds: float) -> None:
        """A thing was done, and took so long."""
        share = self._shares[name]
        purse = share * self._earned - self._paid[name]
        # A full purse holds no more than the next time costs, and an empty one owes no more.
        purse = min(max(purse - seconds, -seconds), seconds)
        self._paid[name] = share * self._earned - purse
        self._enough[name] = (self._paid[name] + seconds) / share
        self._latest[name] = self._steps + LEAST_OFTEN
        self._least, self._next = min(self._enough.values()), min(self._latest.values())

    def step(self, seconds: float, spent: float) -> None:
        """A step is over, and another begins.

        Args:
            seconds: that it took.
            spent: on what every step costs.
        """
        if self._budget is None:
            return
        self._earned += self._budget * seconds - spent
        self._steps += 1
        earned, steps = self._earned, self._steps
        if earned < self._least and steps < self._next:  # as it is for nearly every short step
            self.due = NOTHING
            return
        self.due = frozenset(
            name
            for name in self._shares
            if earned >= self._enough[name] or steps >= self._latest[name]
        )
