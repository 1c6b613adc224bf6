"""What the recorder may spend: a share of the time of the steps it records."""

LEAST_OFTEN = 256
"""Each thing is done once in so many steps at least, however little there is to spend."""


class Governor:
    """Says which of several things to do, so that all together stay within a budget.

    Each has a purse of its own, into which every step pays; a thing is done once its purse holds
    what it cost the last time. So what is cheap is done in every step, and the dear is thinned.

    Args:
        budget: share of a step's time; None for everything at every step.
        shares: what each thing gets of it, by name, after what every step costs anyhow.
    """

    def __init__(self, budget: float | None, shares: dict[str, float]):
        self._budget = budget
        self._shares = shares
        self._earned = 0.0
        self._steps = 0
        self._paid = dict.fromkeys(shares, 0.0)
        self._costs = dict.fromkeys(shares, 0.0)
        self._last = dict.fromkeys(shares, -LEAST_OFTEN)

    def may(self, name: str) -> bool:
        """Whether to do a thing in this step."""
        if self._budget is None or self._steps - self._last[name] >= LEAST_OFTEN:
            return True
        return self._shares[name] * self._earned - self._paid[name] >= self._costs[name]

    def paid(self, name: str, seconds: float) -> None:
        """A thing was done, and took so long."""
        purse = self._shares[name] * self._earned - self._paid[name]
        # A full purse holds no more than the next time costs, and an empty one owes no more.
        purse = min(max(purse - seconds, -seconds), seconds)
        self._paid[name] = self._shares[name] * self._earned - purse
        self._costs[name], self._last[name] = seconds, self._steps

    def step(self, seconds: float, spent: float) -> None:
        """A step is over.

        Args:
            seconds: that it took.
            spent: on what every step costs.
        """
        if self._budget is not None:
            self._earned += self._budget * seconds - spent
            self._steps += 1
