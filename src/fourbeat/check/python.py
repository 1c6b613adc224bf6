"""Checks in one's own process: `with fourbeat.checking(): train()`."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fourbeat.check.finding import Finding
from fourbeat.check.report.text import count, text
from fourbeat.check.rules import RULES
from fourbeat.check.run import judged
from fourbeat.check.sources import Sources
from fourbeat.check.suppress import Baseline, Ignored
from fourbeat.check.watch import checking as looking


class Checked:
    """What was found.

    Attributes:
        findings: sorted by file and line; empty until the block has ended.
        steps: of training that were seen.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.steps = 0


@contextmanager
def checking() -> Generator[Checked]:
    """Look at a training in this process, in a notebook's cell say, and report silent bugs on stderr.

    The results of what runs within are the same bits as without. Comments and `pyproject.toml`
    suppress findings as for `fourbeat check`.

    Yields:
        what was found, once the block has ended.

    Raises:
        FourbeatError: within another such block, or where PyTorch's events are observed already.
    """
    sources = Sources()
    ignored = Ignored(Path.cwd(), RULES)
    checked = Checked()
    with looking(sources) as facts:
        yield checked
    checked.findings = judged(facts, [], ignored, Baseline(None, sources))
    checked.steps = facts.steps
    for line in text(checked.findings, sources):
        print(line, file=sys.stderr)
    print(f"fourbeat: {count(checked.findings)}; {facts.steps:,} steps watched", file=sys.stderr)
