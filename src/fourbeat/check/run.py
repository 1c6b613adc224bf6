"""A script, checked: run as it is, with every rule looking on; or read without being run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from fourbeat.check.ranks import ranks
from fourbeat.check.rules import RULES
from fourbeat.check.sources import Sources
from fourbeat.check.suppress import Baseline, Comments, Ignored
from fourbeat.check.watch import checking
from fourbeat.errors import ConfigError
from fourbeat.finding import ORDER, Finding
from fourbeat.observe.events import Stepped
from fourbeat.observe.finer import Raised
from fourbeat.receipt.code import own_modules
from fourbeat.script.run import Program, run
from fourbeat.script.stop import Stop, Stopped


@dataclass(slots=True)
class Checked:
    """What came of it.

    Attributes:
        findings: that are to be shown, sorted by file and line.
        sources: of the files.
        steps: that were watched.
        code: exit code of the script; 0 if it was ended early, or not run.
        stopped: whether it was ended early.
        broken: rules that failed themselves, with their error.
        handed: whether another rank tells what this one found.
    """

    findings: list[Finding]
    sources: Sources
    steps: int = 0
    code: int = 0
    stopped: bool = False
    broken: dict[str, Exception] = field(default_factory=dict[str, Exception])
    handed: bool = False


def check(
    program: Program,
    arguments: Sequence[str],
    *,
    steps: int | None = None,
    seconds: float | None = None,
    baseline: Path | None = None,
    last: Callable[[Checked], None],
) -> None:
    """Run a script in this process and look at it by every rule.

    Args:
        program: the script.
        arguments: its own.
        steps: of training after which to end it; None for its own end.
        seconds: after which to end it; None for never.
        baseline: a file with findings to let stand.
        last: told what came of it.

    Raises:
        ConfigError: if `pyproject.toml` or the baseline is broken; before anything is run.
    """
    sources = Sources()
    ignored, old = Ignored(Path.cwd(), RULES), Baseline(baseline, sources)
    together = ranks()

    stop, code = Stop(Stopped, seconds), 0
    with checking(sources) as facts:
        facts.over = lambda: stop.asked
        facts.folder = None if together is None else together.folder

        def stepped(_: Stepped) -> None:
            if steps is not None and facts.steps >= steps:
                stop.now()

        limited = steps is not None or seconds is not None  # else its signals are its own
        with facts.stream.read_by({Stepped: stepped}), stop if limited else nullcontext():
            code = run(program, arguments, lambda error: facts.stream.emit(Raised(error)))
    own = own_modules(Path(program.folder)).values()
    files = {*program.files(), *(str(module.__file__) for module in own)}
    for finding in read_all(sources, files):
        facts.add(finding)
    if together is not None and together.rank == 0:
        together.gather(facts)
    elif together is not None and code == 0:  # else the others are ended before they can tell
        together.leave(facts)
        last(Checked([], sources, facts.steps, code, stop.asked, facts.failed, handed=True))
        return
    found = judged(facts.findings.values(), files, sources, ignored, old)
    last(Checked(found, sources, facts.steps, code, stop.asked, facts.failed))


def read(files: Sequence[str], *, baseline: Path | None = None) -> Checked:
    """Read files by the rules that need no run.

    Raises:
        ConfigError: as `check`; also for a file that is no Python.
    """
    sources = Sources()
    ignored, old = Ignored(Path.cwd(), RULES), Baseline(baseline, sources)
    for file in files:
        if sources.tree(file) is None:
            raise ConfigError("the file is no Python that can be read", file)
    return Checked(judged(read_all(sources, files), files, sources, ignored, old), sources)


def read_all(sources: Sources, files: Iterable[str]) -> Iterator[Finding]:
    """What the rules that read syntax trees find in some files."""
    for file in sorted(files):
        tree = sources.tree(file)
        for rule in RULES.values():
            if tree is not None and rule.read is not None:
                yield from rule.read(tree, file)


def judged(
    findings: Iterable[Finding],
    files: Iterable[str],
    sources: Sources,
    ignored: Ignored,
    old: Baseline,
) -> list[Finding]:
    """What is left to show, sorted."""
    comments = Comments(sources)
    left = [
        finding
        for finding in findings
        if not comments.cover(finding) and not ignored.cover(finding) and not old.cover(finding)
    ]
    left += comments.unused(RULES, files)
    return sorted(left, key=order)


def order(finding: Finding) -> tuple[str, int, int, str]:
    """By file and line, the worst first."""
    place = finding.place
    file, line = (place.file, place.line) if place is not None else ("", 0)
    return file, line, ORDER.index(finding.severity), finding.rule
