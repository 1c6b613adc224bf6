"""What the recorder may spend: a share of the time of the steps it records."""

from math import ceil, inf

from fourbeat.record.cost import MOST

LEAST_OFTEN = 4096
"""One step of so many is a whole one with everything done, however little there is to spend."""

FULL = 0.75
"""What listening to whole steps may take of the budget that a lean step leaves."""

SMOOTH = 16
"""Steps over which the time of a step is averaged."""

PROBE = 32
"""Where every step might be a whole one, one in so many is lean all the same: by it is seen what a
whole one costs. Not where steps are so long that the dearest listening is affordable."""

AHEAD = 2.0
"""Seconds whose budget may be spent on whole steps at once, when a process begins: so that a short
training of short steps is seen as a whole."""

NOTHING: frozenset[str] = frozenset()


class Governor:
    """Says which of several things to do, so that all together stay within a budget.

    A step is listened to as a whole, or leanly: to what every record holds and no more. Whole ones
    come as often as three quarters of what a lean step leaves of the budget allow, and what follows
    is done in them alone.

    Each thing has a purse of its own, into which every step pays; it is done once its purse holds
    what it cost the last time. So what is cheap is done in every whole step, and the dear is thinned.

    Args:
        budget: share of a step's time; None for everything at every step.
        shares: what each thing gets of it, by name, after what listening costs.

    Attributes:
        due: the things to do in this whole step.
        every: one step of so many is a whole one.
    """

    def __init__(self, budget: float | None, shares: dict[str, float]):
        self._budget = budget
        self._shares = shares
        self._earned = 0.0
        self._steps = 0
        self._usual = 0.0
        self._ahead = AHEAD * (budget or 0.0)
        self._whole = 0
        self.every = 1
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

    def step(self, seconds: float, lean: float, more: float) -> None:
        """A whole step is over, and all lean ones before it; how long the next is away is `every`.

        Args:
            seconds: that they took.
            lean: what a lean step costs.
            more: what a whole one costs above that.
        """
        if self._budget is None:
            return
        steps = self.every
        self._steps += steps
        self._earned += self._budget * seconds - steps * lean - more
        weight = 1.0 if self._usual == 0 else min(1.0, steps / SMOOTH)
        self._usual += weight * (seconds / steps - self._usual)
        room = FULL * (self._budget * self._usual - lean)
        self._ahead -= more
        if self._ahead > 0:
            self.every = 1
        else:
            self.every = ceil(more / room) if room * LEAST_OFTEN > more else LEAST_OFTEN
            self._whole = 0 if self.every > 1 else self._whole + 1
            if self._whole == PROBE and room < MOST:
                self.every, self._whole = 2, 0
        earned, now = self._earned, self._steps + self.every - 1
        if earned < self._least and now < self._next:  # as it is for nearly every short step
            self.due = NOTHING
            return
        self.due = frozenset(
            name
            for name in self._shares
            if earned >= self._enough[name] or now >= self._latest[name]
        )
