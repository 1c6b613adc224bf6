"""Findings that the user has seen and lets stand: comments, `pyproject.toml`, a baseline of old ones."""

import io
import json
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

from fourbeat.check.sources import Sources
from fourbeat.errors import ConfigError
from fourbeat.finding import Finding, Place, near

COMMENT = re.compile(r"#\s*fourbeat:\s*ignore(?:\[([^\]]*)\])?")

UNUSED = "unused-suppression"


class Comments:
    """`# fourbeat: ignore[rule, …] reason` on a line, or `# fourbeat: ignore` for all rules.

    Args:
        sources: of the files.
    """

    def __init__(self, sources: Sources):
        self._sources = sources
        self._files: dict[str, dict[int, set[str]]] = {}
        self._used: set[tuple[str, int, str]] = set()

    def _of(self, file: str) -> dict[int, set[str]]:
        if file not in self._files:
            self._files[file] = read(self._sources.lines(file))
        return self._files[file]

    def cover(self, finding: Finding) -> bool:
        """Whether a comment on the finding's lines lets it stand."""
        place = finding.place
        if place is None:
            return False
        for line, rules in self._of(place.file).items():
            for rule in ("*", finding.rule):
                if place.line <= line <= place.end_line and rule in rules:
                    self._used.add((place.file, line, rule))
                    return True
        return False

    def unused(self, known: Iterable[str], files: Iterable[str]) -> list[Finding]:
        """A note for each comment that covered nothing.

        Args:
            known: ids of all rules.
            files: of the user's that were looked at.
        """
        names = set(known) | {"*"}
        found: list[Finding] = []
        for file in sorted({*self._files, *files}):
            for line, rules in self._of(file).items():
                for rule in sorted(rules):
                    if (file, line, rule) in self._used:
                        continue
                    what = "covers nothing here" if rule in names else "is no rule"
                    text = f"the comment ignores {rule}, which {what}"
                    fix = "Remove it." if rule in names else "`fourbeat rules` lists them."
                    found.append(Finding(UNUSED, "note", Place(file, line, line), text, fix))
        return found


def read(lines: list[str]) -> dict[int, set[str]]:
    """The rules that comments of a file ignore, by line; `*` for all."""
    found: dict[int, set[str]] = {}
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return found
    for token in tokens:
        match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is not None:
            names = [name.strip() for name in (match[1] or "*").split(",")]
            found[token.start[0]] = {name for name in names if name}
    return found


class Ignored:
    """Rules that `[tool.fourbeat.check]` of the nearest `pyproject.toml` leaves out.

    `ignore = ["rule"]` everywhere; `per-file-ignores = {"scripts/*.py" = ["rule"]}` in some files.

    Raises:
        ConfigError: if a rule is not known, or a value of another kind.
    """

    def __init__(self, folder: Path, known: Iterable[str]):
        self._root = folder
        self._everywhere: set[str] = set()
        self._some: dict[str, set[str]] = {}
        for root in (folder, *folder.parents):
            file = root / "pyproject.toml"
            if not file.is_file():
                continue
            try:
                table = tomllib.loads(file.read_text("utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise ConfigError(f"not valid TOML: {error}", str(file)) from None
            own = table.get("tool", {}).get("fourbeat", {}).get("check", {})
            self._root = root
            self._everywhere = names(own.get("ignore", []), known, file, "ignore")
            for pattern, rules in own.get("per-file-ignores", {}).items():
                self._some[pattern] = names(rules, known, file, f"per-file-ignores.{pattern}")
            break

    def cover(self, finding: Finding) -> bool:
        """Whether it is to be left out."""
        if finding.rule in self._everywhere:
            return True
        if finding.place is None:
            return False
        path = Path(finding.place.file)
        near = path.relative_to(self._root) if path.is_relative_to(self._root) else path
        return any(
            finding.rule in rules and fnmatch(str(near), pattern)
            for pattern, rules in self._some.items()
        )


def names(value: Any, known: Iterable[str], file: Path, key: str) -> set[str]:
    """A list of rules out of a configuration file."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in cast(list[Any], value)):
        raise ConfigError(
            f"{key} must be a list of rules", str(file), 'Write ["missing-zero-grad"]'
        )
    strange = sorted(set(cast(list[str], value)) - set(known))
    if strange:
        raise ConfigError(
            f"no such rule: {', '.join(strange)}", f"{file}, {key}", "`fourbeat rules` lists them"
        )
    return set(cast(list[str], value))


class Baseline:
    """Findings of old code that are let stand: by rule, file and the text of the line.

    Args:
        file: made by `write`; None for none.
        sources: of the files.

    Raises:
        ConfigError: if it cannot be read.
    """

    def __init__(self, file: Path | None, sources: Sources):
        self._sources = sources
        self._left: Counter[tuple[str, str, str]] = Counter()
        if file is None:
            return
        try:
            rows = json.loads(file.read_text("utf-8"))["findings"]
            self._left.update((row["rule"], row["file"], row["line"]) for row in rows)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"the baseline cannot be read: {error}",
                str(file),
                "Make it with --write-baseline FILE",
            ) from None

    def cover(self, finding: Finding) -> bool:
        """Whether it was there before; each entry covers one finding."""
        key = keyed(finding, self._sources)
        known = self._left[key] > 0
        self._left[key] -= known
        return known


def keyed(finding: Finding, sources: Sources) -> tuple[str, str, str]:
    """What a finding is known by while lines move."""
    place = finding.place
    if place is None:
        return finding.rule, "", ""
    return finding.rule, near(place.file), sources.line(place)


def baseline(findings: Iterable[Finding], sources: Sources) -> Mapping[str, Any]:
    """What a baseline file holds, as plain values."""
    keys = sorted(keyed(finding, sources) for finding in findings if finding.severity != "note")
    rows = [dict(zip(("rule", "file", "line"), key, strict=True)) for key in keys]
    return {"format": "fourbeat baseline 1", "findings": rows}


def shown(finding: Finding) -> Finding:
    """With its path as people see it."""
    place = finding.place
    return (
        finding if place is None else replace(finding, place=replace(place, file=near(place.file)))
    )
