"""Scripts in many hands' styles: each bug on its line, and not a word about clean ones.

`suite/README.md` says what the folders hold, and what the markers mean.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

import fourbeat as fb
from fourbeat.check.rules import RULES

HERE = Path(__file__).parent
SUITE = HERE / "suite"
MARKER = re.compile(r"# (expect|also): ([a-z0-9*-]+)")

FILES = {kind: sorted((SUITE / kind).glob("*.py")) for kind in ("bad", "clean", "examples")}


MISSED = {
    "unlisted__gradients_of_wrong_tensor_data",
    "unlisted__labels_out_of_sync",
    "unlisted__loss_on_previous_output",
    "unlisted__never_unfrozen",
    "unlisted__pixels_of_0_to_255",
    "unlisted__second_layer_never_used",
    "unlisted__soft_update_reversed",
}
"""Bugs that no rule is named after, and that none sees yet."""

BAD = [
    pytest.param(
        file,
        id=file.stem,
        marks=pytest.mark.xfail(reason="not seen yet", strict=True) if file.stem in MISSED else (),
    )
    for file in FILES["bad"]
]


CHANGED = {
    "learning_rate_too_low__converged_model": "LAPACK's last bits depend on where its memory lies",
    "padding_included_in_loss__masked_translation": "torch's warning names another line of torch's own",
    "prediction_target_broadcast__torch_mse_loss": "torch's warning names another line of torch's own",
}
"""Scripts that are not the same twice, or are not left as they were, and why."""

ALONE = [
    file
    for kind in FILES.values()
    for file in kind
    if file.stem not in CHANGED and crc32(file.stem.encode()) % 3 == 0
]
"""Scripts that are run without us as well, a third of them: for what is left as it was, any will do."""


def run_all(files, *words):
    """The answer of each script, by its name."""
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    command = [sys.executable, str(HERE / "apart.py"), *words, *map(str, files)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {f.name: json.loads(a) for f, a in zip(files, done.stdout.splitlines(), strict=True)}


@pytest.fixture(scope="module")
def checked():
    """Every script, checked."""
    return run_all([file for kind in FILES.values() for file in kind])


@pytest.fixture(scope="module")
def bare():
    """Some scripts, run as they are."""
    return run_all(ALONE, "--bare")


def markers(file):
    """Lines by rule: of those that are to be found, and of those that may be."""
    found = {"expect": {}, "also": {}}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        for kind, rule in MARKER.findall(line):
            found[kind].setdefault(rule, []).append(number)
    return found["expect"], found["also"]


def loud(answer):
    """Its errors and warnings."""
    return [one for one in answer["findings"] if one["severity"] != "note"]


@pytest.mark.parametrize("file", BAD)
def test_a_bug_is_named_on_its_line(checked, file):
    expected, also = markers(file)
    assert expected, "the script has no marker"
    answer = checked[file.name]
    assert (answer.get("crash"), answer.get("failed")) == (None, {})
    for rule, lines in expected.items():
        named = [one for one in answer["findings"] if rule in ("*", one["rule"])]
        on_line = [one for one in named if any(one["line"] <= n <= one["end_line"] for n in lines)]
        assert on_line, (rule, lines, answer["findings"])
    if "*" not in expected:
        others = [one for one in loud(answer) if one["rule"] not in {*expected, *also}]
        assert others == []


@pytest.mark.parametrize("file", [*FILES["clean"], *FILES["examples"]], ids=lambda file: file.stem)
def test_clean_code_is_left_alone(checked, file):
    answer = checked[file.name]
    assert (answer.get("crash"), answer.get("failed")) == (None, {})
    assert loud(answer) == []


@pytest.mark.parametrize("file", ALONE, ids=lambda file: file.stem)
def test_nothing_a_script_does_is_changed(checked, bare, file):
    one, other = checked[file.name], bare[file.name]
    assert (one["code"], one["left"], one["printed"]) == (
        other["code"],
        other["left"],
        other["printed"],
    )


def test_every_rule_has_its_scripts(checked):
    """Three of each kind; for rules beyond the list at least one script that nobody named after them."""
    unlisted = {
        finding["rule"]
        for file in FILES["bad"]
        if file.name.startswith("unlisted__")
        for finding in checked[file.name]["findings"]
    }
    for rule in RULES:
        stem = rule.replace("-", "_")
        for kind in ("bad", "clean"):
            own = [file for file in FILES[kind] if file.name.startswith(f"{stem}__")]
            assert len(own) >= 3 or rule in unlisted, (rule, kind)
