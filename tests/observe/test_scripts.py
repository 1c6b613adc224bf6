"""Scripts that have never heard of fourbeat: observed they do what they did, and the stream is right."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import fourbeat

HERE = Path(__file__).parent
SCRIPTS = sorted(path for path in (HERE / "scripts").glob("*.py") if path.stem != "shared_parts")


@dataclass
class Outcome:
    """What one script did, bare and observed."""

    bare: Path
    observed: Path

    def lines(self, kind):
        text = (self.observed / "out").read_text()
        return [line.split()[1:] for line in text.splitlines() if line.startswith(kind)]

    @property
    def told(self):
        return json.loads((self.observed / "events.json").read_text())

    def events(self, name):
        return [event[1:] for event in self.told["events"] if event[0] == name]

    @property
    def order(self):
        return [event[0] for event in self.told["events"]]


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory):
    """Every script, run by one process that forks for each."""
    out = tmp_path_factory.mktemp("scripts")
    source = str(Path(fourbeat.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    subprocess.run([sys.executable, HERE / "driver.py", out, *SCRIPTS], check=True, env=environment)
    return {s.stem: Outcome(out / f"{s.stem}.bare", out / f"{s.stem}.observed") for s in SCRIPTS}


def complaints(place):
    """What a script said on stderr, but for our one note and log lines with the time."""
    lines = (place / "err").read_text().splitlines()
    return [x for x in lines if "fourbeat: " not in x and not re.match(r"[WIE]\d{4} ", x)]


@pytest.mark.parametrize("name", [script.stem for script in SCRIPTS])
def test_observed_it_does_what_it_did(outcomes, name):
    outcome = outcomes[name]
    files = {p.relative_to(outcome.bare) for p in outcome.bare.rglob("*") if p.is_file()}
    seen = {p.relative_to(outcome.observed) for p in outcome.observed.rglob("*") if p.is_file()}
    assert seen - {Path("events.json")} == files
    for file in files - {Path("err")}:
        if not str(file).startswith("run"):  # a run's checkpoints hold times
            assert (outcome.observed / file).read_bytes() == (outcome.bare / file).read_bytes()
    assert complaints(outcome.observed) == complaints(outcome.bare)
    assert outcome.order  # it was observed


@pytest.mark.parametrize("name", [script.stem for script in SCRIPTS])
def test_losses_and_rows_are_those_of_the_script(outcomes, name):
    outcome = outcomes[name]
    assert [[value] for (value,) in outcome.events("Loss")] == outcome.lines("loss")
    rows = [batch[0] for batch in outcome.events("Batch")]
    assert (
        rows == [[int(row) for row in line] for line in outcome.lines("rows")] or name == "stream"
    )
    numbers = [number for number, _, counted, _ in outcome.events("Stepped") if counted]
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(
    ("name", "steps", "examples"),
    [
        ("accumulation", 3, 18),
        ("amp_bf16", 6, 18),
        ("amp_fp16", 6, 24),
        ("classes", 12, 48),
        ("classifier", 10, 48),
        ("compiled", 3, 0),
        ("compiled_update", 0, 0),
        ("exits_early", 3, 0),
        ("fails", 2, 0),
        ("gan", 3, 24),
        ("lbfgs", 3, 0),
        ("other_stdout", 3, 0),
        ("processes", 2, 0),
        ("recurrent", 4, 0),
        ("stream", 4, 24),
        ("supervised", 8, 48),
        ("teacher", 4, 36),
        ("transformer", 5, 0),
        ("two_losses", 6, 0),
        ("two_phases", 6, 0),
        ("validates_badly", 4, 24),
        ("wgan", 6, 24),
    ],
)
def test_steps(outcomes, name, steps, examples):
    stepped = outcomes[name].events("Stepped")
    assert len(stepped) == steps
    assert sum(one[3] for one in stepped) == examples


def test_the_order_of_a_plain_step(outcomes):
    order = outcomes["classifier"].order
    step = ["Batch", "Forward", "Loss", "Backward", "Updating", "Updated", "Stepped"]
    assert order[:9] == ["Mode", "Clear", *step]
    assert [batch[1] for batch in outcomes["classifier"].events("Batch")] == [1] * 5 + [2] * 5


def test_a_gans_two_updates_are_one_step(outcomes):
    order = [name for name in outcomes["gan"].order if name != "Clear"]
    beats = ["Loss", "Backward"]
    update = ["Updating", "Updated"]
    step = ["Batch", "Forward", *beats, *["Forward"] * 2, *beats, *update]
    step += ["Forward", *beats, *update, "Stepped"]
    assert order == step * 3
    names = [name for name, _ in outcomes["gan"].events("Updated")]
    assert names == ["d_opt", "g_opt"] * 3
    assert [name for (name,) in outcomes["gan"].events("Forward")][:3] == [
        "critic",
        "generator",
        "critic",
    ]


def test_a_critics_steps_are_told_before_their_followers_loss(outcomes):
    kept = ("Batch", "Updated", "Stepped")
    order = [name for name in outcomes["wgan"].order if name in kept]
    critic = ["Batch", "Updated", "Stepped"]
    assert order == [*critic, *critic, "Batch", "Updated", "Updated", "Stepped"] * 2
    names = [name for name, _ in outcomes["wgan"].events("Updated")]
    assert names == ["c_opt", "c_opt", "c_opt", "g_opt"] * 2


def test_a_closure_evaluates_within_its_update(outcomes):
    order = outcomes["lbfgs"].order
    first = order[: order.index("Stepped")]
    assert first[:5] == ["Updating", "Clear", "Forward", "Loss", "Backward"]
    assert first[-1] == "Updated"
    assert all(closure for _, closure in outcomes["lbfgs"].events("Updating"))


def test_what_a_scaler_leaves_out_is_no_step(outcomes):
    stepped = outcomes["amp_fp16"].events("Stepped")
    assert [counted for _, _, counted, _ in stepped] == [False, True, False, True, True, True]
    assert [number for number, _, _, _ in stepped] == [0, 0, 1, 1, 2, 3]
    done = [done for _, done in outcomes["amp_fp16"].events("Updated")]
    assert done == [counted for _, _, counted, _ in stepped]
    order = outcomes["amp_fp16"].order
    assert order[:7] == ["Clear", "Batch", "Forward", "Loss", "Backward", "Unscale", "Clip"]
    assert outcomes["amp_fp16"].events("Clip")[0] == ["value", 0.1]


def test_clipping_and_schedules(outcomes):
    order = outcomes["classes"].order
    step = ["Clear", "Batch", "Forward", "Loss", "Backward", "Clip", "Updating", "Updated"]
    assert order == [*step, "Stepped", "Schedule"] * 12
    assert outcomes["classes"].events("Clip") == [["norm", 0.5]] * 12
    assert outcomes["recurrent"].order.count("Schedule") == 4
    assert outcomes["transformer"].order.count("Schedule") == 5
    assert outcomes["amp_bf16"].order.count("Schedule") == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("classes", ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]),
        ("gan", ["critic.0.weight", "generator.0.weight", "generator.2.bias"]),
        ("wgan", ["critic.0.weight", "generator.weight"]),
        ("two_losses", ["encoder.weight", "head.weight", "tail.weight", "main.1.2"]),
        ("transformer", ["embed.weight", "block.linear1.weight", "head.bias"]),
        ("compiled", ["0.weight", "3.bias"]),
        ("teacher", ["0.weight", "3.bias"]),
        ("recurrent", ["embedding.weight", "lstm.weight_ih_l0", "head.weight"]),
        ("two_phases", ["0.weight", "2.weight"]),
    ],
)
def test_parameters_have_the_names_their_modules_give(outcomes, name, expected):
    found = outcomes[name].told["subjects"]
    assert set(expected) <= set(found)
    if name in ("classes", "two_losses", "two_phases", "teacher"):
        bare = {"two_losses": 7, "classes": 4}.get(name, 4)
        assert len(found) == bare


def test_a_failing_scripts_traceback_has_no_frames_of_ours(outcomes):
    error = (outcomes["fails"].observed / "err").read_text()
    assert error.startswith("Traceback (most recent call last):\n")
    assert "scripts/fails.py" in error
    assert "src/fourbeat" not in error
    assert "importlib" not in error
    assert (outcomes["fails"].observed / "code").read_text() == "1"


def test_warnings_still_point_at_the_scripts_own_line(outcomes):
    error = (outcomes["other_stdout"].observed / "err").read_text()
    assert "other_stdout.py:28: UserWarning" in error


def test_what_cannot_be_seen_is_said_once(outcomes):
    error = (outcomes["compiled"].observed / "err").read_text()
    assert error.count("cannot be seen into") == 1
