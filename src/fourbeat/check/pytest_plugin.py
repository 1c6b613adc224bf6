"""`pytest --fourbeat-check`: a test in which PyTorch trains fails on a silent bug.

Loaded by pytest wherever fourbeat is installed; without the option it does nothing.
"""

from collections.abc import Generator
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    text = "look for silent bugs in what tests train; an error fails the test"
    parser.getgroup("fourbeat").addoption("--fourbeat-check", action="store_true", help=text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Look at a test."""
    if not item.config.getoption("--fourbeat-check"):
        return (yield)
    from fourbeat.check.report.text import text
    from fourbeat.check.rules import RULES
    from fourbeat.check.run import judged
    from fourbeat.check.sources import Sources
    from fourbeat.check.suppress import Baseline, Ignored
    from fourbeat.check.watch import checking

    sources = Sources()
    with checking(sources) as facts:
        answer = yield
    found = judged(
        facts.findings.values(),
        [],
        sources,
        Ignored(item.config.rootpath, RULES),
        Baseline(None, sources),
    )
    shown = "\n".join(text(found, sources))
    if shown:
        item.add_report_section("call", "fourbeat check", shown)
    if any(finding.severity == "error" for finding in found):
        pytest.fail(f"fourbeat check found silent bugs\n{shown}", pytrace=False)
    return answer
