"""Findings that are let stand: by comment, by configuration, by a baseline."""

from pathlib import Path

import pytest

from fourbeat.check.sources import Sources
from fourbeat.check.suppress import Baseline, Comments, Ignored, baseline, read
from fourbeat.errors import ConfigError
from fourbeat.finding import Finding, Place

KNOWN = ("one", "two")


def finding(file, line, rule="one", end=None):
    return Finding(rule, "error", Place(str(file), line, end or line), "is wrong", "Mend it.")


def test_comments_are_read_as_python_reads_them():
    lines = [
        "a = 1  # fourbeat: ignore[one] a reason",
        "b = '# fourbeat: ignore[one]'",
        "c = 1  #fourbeat:ignore[one, two]",
        "d = 1  # fourbeat: ignore",
    ]
    assert read(lines) == {1: {"one"}, 3: {"one", "two"}, 4: {"*"}}
    assert read(["def f(:", "'''"]) == {}


def test_a_comment_covers_its_line_and_its_rule(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("f(\n    1,\n)  # fourbeat: ignore[one] why\ng()  # fourbeat: ignore[three]\n")
    comments = Comments(Sources())
    assert comments.cover(finding(file, 1, end=3))
    assert not comments.cover(finding(file, 1, rule="two", end=3))
    assert not comments.cover(finding(file, 2))
    (unused,) = comments.unused(KNOWN, [])
    assert (unused.severity, unused.place.line) == ("note", 4)
    assert "three, which is no rule" in unused.message


def test_a_comment_that_covers_nothing_is_a_note(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("g()  # fourbeat: ignore[one]\n")
    (unused,) = Comments(Sources()).unused(KNOWN, [str(file)])
    assert (unused.rule, unused.place.line) == ("unused-suppression", 1)


def test_pyproject_leaves_rules_out(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.fourbeat.check]\nignore = ["one"]\nper-file-ignores = {"old/*.py" = ["two"]}\n'
    )
    ignored = Ignored(tmp_path / "old", KNOWN)
    assert ignored.cover(finding(tmp_path / "new.py", 1))
    assert ignored.cover(finding(tmp_path / "old" / "a.py", 1, rule="two"))
    assert not ignored.cover(finding(tmp_path / "new.py", 1, rule="two"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignore = ["three"]', "no such rule: three"),
        ('ignore = "one"', "must be a list of rules"),
        ("ignore = [", "not valid TOML"),
    ],
)
def test_a_broken_configuration_is_said(tmp_path, text, message):
    (tmp_path / "pyproject.toml").write_text(f"[tool.fourbeat.check]\n{text}\n")
    with pytest.raises(ConfigError, match=message):
        Ignored(tmp_path, KNOWN)


def test_a_baseline_covers_each_finding_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path(tmp_path / "a.py")
    file.write_text("f()\nf()\ng()\n")
    sources = Sources()
    old = tmp_path / "old.json"
    import json

    old.write_text(json.dumps(baseline([finding(file, 1)], sources)))
    known = Baseline(old, sources)
    assert known.cover(finding(file, 2))  # the same text, on another line
    assert not known.cover(finding(file, 1))
    assert not known.cover(finding(file, 3))
