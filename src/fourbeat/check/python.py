"""Checks in one's own process: `with fourbeat.checking(): train()`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fourbeat.check.facts import Facts
from fourbeat.check.report.text import count, text
from fourbeat.check.rules import RULES
from fourbeat.check.run import Checked, judged
from fourbeat.check.sources import Sources
from fourbeat.check.suppress import Baseline, Ignored
from fourbeat.check.watch import checking as looking


@contextmanager
def checking() -> Generator[Checked]:
    """Look at a training in this process, in a notebook's cell say, and report silent bugs on stderr.

    The results of what runs within are the same bits as without. Comments and `pyproject.toml`
    suppress findings as for `fourbeat check`.

    Yields:
        what was found; it is filled in once the block has ended.

    Raises:
        FourbeatError: within another such block, or where PyTorch's events are observed already.
    """
    sources = Sources()
    ignored = Ignored(Path.cwd(), RULES)
    checked = Checked([], sources)
    facts = None
    try:
        with looking(sources) as facts:
            yield checked
    finally:
        if facts is not None:
            report(facts, checked, ignored)


def report(facts: Facts, checked: Checked, ignored: Ignored) -> None:
    """Tell what was found, also of a block that ends with an error."""
    sources = checked.sources
    checked.findings = judged(
        facts.findings.values(), [], sources, ignored, Baseline(None, sources)
    )
    checked.steps, checked.broken = facts.steps, facts.failed
    for line in text(checked.findings, sources):
        print(line, file=sys.stderr)
    print(f"fourbeat: {count(checked.findings)}; {facts.steps:,} steps watched", file=sys.stderr)
