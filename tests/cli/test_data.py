"""`fourbeat data`, its schema file, `--strict`, series: what a user sees and passes back."""

import csv
import json
import os
import random
import subprocess
import sys
import tomllib

import pytest
from test_cli import fourbeat

HEADER = ["visit id", "opened", "size, mm", "level", "kind", "who", "alarm", "broke"]


def write(path, n=400, ambiguous=False, leak=False, seed=0):
    """A table with dates day first, an awkward name, an order, a marker; or with what is wrong."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        broke = rng.random() < 0.15
        day = rng.randint(1, 12 if ambiguous else 28)
        alarm = int(broke and i % 2 == 0) if leak else int(rng.random() < 0.1)
        size = "-999" if i % 40 == 7 else f"{rng.gauss(broke, 1):.4f}"
        rows.append(
            [
                f"V{rng.randrange(10**6)}",
                f"{day}/{rng.randint(1, 12)}/2021",
                size,
                rng.choice(["1 - low", "2 - high", "3 - top"]),
                rng.choice(["a", "b", "?"]),
                f"w{rng.randrange(90)}",
                alarm,
                "yes" if broke else "no",
            ]
        )
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_a_table_is_described_and_nothing_is_trained(tmp_path):
    write(tmp_path / "t.csv")
    done = fourbeat("data", "t.csv", "--target", "broke", cwd=tmp_path, check=0)
    for said in (
        "t.csv: 400 rows",
        "the day comes first",
        "1 - low < 2 - high < 3 - top",
        "missing? '-999' in size, mm 10 (1 column)",
        "missing? '?' in kind",
        "target   broke: 2 classes (no",
        "split    stratified: train 280",
        "no leak was found; what may mean no value is asked above",
    ):
        assert said in done.stdout
    assert "nothing was found to be wrong" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_what_is_proposed_is_in_the_schema_and_not_in_force(tmp_path):
    write(tmp_path / "t.csv")
    flags = ("--target", "broke", "--missing", "none", "--out", "s.toml")
    fourbeat("data", "t.csv", *flags, cwd=tmp_path, check=0)
    text = (tmp_path / "s.toml").read_text()
    assert '# missing = ["none", "-999", "?"]  # \'-999\' in size, mm 10; ' in text
    assert tomllib.loads(text)["data"]["missing"] == ["none"]
    (tmp_path / "s.toml").write_text(text.replace('missing = ["none"]\n# ', ""))
    told = json.loads(fourbeat("data", "s.toml", "--json", cwd=tmp_path, check=0).stdout)
    assert {c["name"]: c["missing"] for c in told["columns"]}["size, mm"] == 10
    assert not any(column["markers"] for column in told["columns"])


def test_the_column_of_the_group_is_said_to_be_left_out(tmp_path):
    write(tmp_path / "t.csv")
    flags = ("--target", "broke", "--group", "who")
    assert "the group that rows" in fourbeat("data", "t.csv", *flags, cwd=tmp_path, check=0).stdout


def test_the_same_for_programs(tmp_path):
    write(tmp_path / "t.csv", leak=True)
    done = fourbeat("data", "t.csv", "--target", "broke", "--json", cwd=tmp_path, check=1)
    told = json.loads(done.stdout)
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["opened"]["formats"] == ["%d/%m/%Y"]
    assert columns["kind"]["markers"][0]["text"] == "?"
    assert [finding["columns"] for finding in told["findings"]] == [["alarm"]]
    assert told["findings"][0]["severity"] == "error"
    assert set(told["split"]["rows"]) == {"train", "validation", "test"}


def test_what_must_be_asked_is_asked_beside_the_rest(tmp_path):
    write(tmp_path / "t.csv", ambiguous=True)
    done = fourbeat("data", "t.csv", "--target", "broke", cwd=tmp_path, check=1)
    assert "1 - low < 2 - high" in done.stdout
    assert "could have the day first or the month first" in done.stdout
    told = ["--set", 'data.columns.opened.format="%m/%d/%Y"']
    again = fourbeat("data", "t.csv", "--target", "broke", *told, cwd=tmp_path, check=0)
    assert "datetime" in again.stdout


def test_a_schema_is_edited_and_passed_back(tmp_path):
    write(tmp_path / "t.csv")
    flags = ["--target", "broke", "--missing", "-999", "--ignore", "alarm", "--group", "who"]
    first = fourbeat("data", "t.csv", *flags, "--out", "s.toml", "--json", cwd=tmp_path, check=0)
    text = (tmp_path / "s.toml").read_text()
    declared = tomllib.loads(text)
    assert declared["data"]["path"] == "t.csv"
    assert declared["data"]["columns"]["size, mm"] == {"type": "numeric"}
    assert declared["data"]["columns"]["opened"] == {"type": "datetime", "format": ["%d/%m/%Y"]}
    assert declared["split"] == {"group": "who"}
    same = fourbeat("data", "s.toml", "--json", cwd=tmp_path, check=0)
    one, other = (json.loads(done.stdout) for done in (first, same))
    kept = ("name", "type", "mean", "std", "categories", "formats", "order")
    for a, b in zip(one["columns"], other["columns"], strict=True):
        assert {key: a[key] for key in kept} == {key: b[key] for key in kept}
    assert one["split"] == other["split"]
    (tmp_path / "s.toml").write_text(
        text.replace('type = "ordered"\norder', 'type = "category"\n#')
    )
    edited = json.loads(fourbeat("data", "s.toml", "--json", cwd=tmp_path, check=0).stdout)
    assert next(c for c in edited["columns"] if c["name"] == "level")["type"] == "category"
    write(tmp_path / "new.csv", seed=1)
    run = fourbeat(
        "train", "new.csv", "--schema", "s.toml", "--epochs", 1, "--json", cwd=tmp_path, check=0
    )
    receipt = json.loads((tmp_path / json.loads(run.stdout)["run"] / "receipt.json").read_text())
    assert receipt["data"]["files"][0]["name"] == "new.csv"
    assert receipt["data"]["split"]["by"] == ["who"]
    assert next(c for c in receipt["data"]["columns"] if c["name"] == "level")["type"] == "category"


@pytest.mark.parametrize(
    ("flags", "fact"),
    [
        (["none.csv", "--target", "broke"], "no such file"),
        (["t.csv", "--target", "brok"], "no column 'brok'"),
        (["t.csv"], "target"),
    ],
)
def test_a_refusal_is_an_object_too(tmp_path, flags, fact):
    write(tmp_path / "t.csv", n=60)
    done = fourbeat("data", *flags, "--json", cwd=tmp_path)
    assert done.returncode in (1, 2)
    (problem,) = json.loads(done.stdout)["problems"]
    assert fact in problem["fact"]
    assert problem["fact"] in done.stderr


def test_labels_that_differ_by_case_or_blanks_are_said(tmp_path):
    labels = ["Yes", "yes", "no", "No ", "Yes", "no"]
    rows = [f"{i * 7 % 31},{labels[i % 6]}" for i in range(120)]
    (tmp_path / "t.csv").write_text("\n".join(["a,y", *rows]) + "\n")
    done = fourbeat("data", "t.csv", "--target", "y", cwd=tmp_path, check=0)
    assert "note     Labels 'Yes' and 'yes' differ by case or blanks alone" in done.stdout
    relabel = ["--set", "data.relabel={'yes' = 'Yes', 'No ' = 'no'}"]
    again = fourbeat("data", "t.csv", "--target", "y", *relabel, cwd=tmp_path, check=0)
    assert "2 classes" in again.stdout
    assert "case or blanks" not in again.stdout


@pytest.mark.parametrize("name", ["s.json", "no/such/folder/s.toml"])
def test_a_schema_that_cannot_be_written(tmp_path, name):
    write(tmp_path / "t.csv")
    done = fourbeat("data", "t.csv", "--target", "broke", "--out", name, cwd=tmp_path, check=1)
    assert name in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("name", ["fashion-mnist", "photos"])
def test_images_are_no_tables(tmp_path, name):
    (tmp_path / "photos").mkdir()
    done = fourbeat("data", name, "--target", "broke", cwd=tmp_path, check=2)
    assert "looks at tables, and these are images" in done.stderr


def test_strict(tmp_path):
    write(tmp_path / "t.csv", leak=True)
    flags = ("t.csv", "--target", "broke", "--epochs", 1)
    done = fourbeat("train", *flags, "--strict", cwd=tmp_path, check=1)
    assert "where column 'alarm' is 1" in done.stderr
    assert not (tmp_path / "runs").exists()
    loose = fourbeat("train", *flags, cwd=tmp_path, check=0)
    assert "where column 'alarm' is 1" in loose.stdout
    assert "without  alarm: linear model, 59 test rows, accuracy" in loose.stdout
    assert "where column 'alarm' is 1" in fourbeat("show", "runs/t", cwd=tmp_path).stdout
    assert "gives-the-answer" in (tmp_path / "runs" / "t" / "report.html").read_text()
    fourbeat("train", *flags, "--strict", "--ignore", "alarm", cwd=tmp_path, check=0)


def test_results_without_the_guilty_rows(tmp_path):
    file = write(tmp_path / "t.csv", n=600)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, *lines[1:200]]) + "\n")
    done = fourbeat("train", "t.csv", "--target", "broke", "--epochs", 1, cwd=tmp_path, check=0)
    receipt = json.loads((tmp_path / "runs" / "t" / "receipt.json").read_text())
    again = next(one for one in receipt["rescored"] if one["rule"] == "rows-on-both-sides")
    finding = next(
        one for one in receipt["data"]["findings"] if one["rule"] == "rows-on-both-sides"
    )
    assert again["rows"] + finding["count"] == receipt["data"]["split"]["rows"]["test"]
    assert again["results"]["accuracy"] != receipt["results"]["test"]["accuracy"]
    assert f"without them: {again['rows']} test rows, accuracy" in done.stdout


def test_seeds(tmp_path):
    write(tmp_path / "t.csv")
    flags = ("train", "t.csv", "--target", "broke", "--epochs", 1, "--seeds", 3)
    done = fourbeat(*flags, "--out", "s", cwd=tmp_path, check=0)
    assert "mean" in done.stdout
    told = json.loads((tmp_path / "s" / "series.json").read_text())
    assert [run["run"] for run in told["runs"]] == ["seed-0", "seed-1", "seed-2"]
    receipts = [
        json.loads((tmp_path / "s" / f"seed-{n}" / "receipt.json").read_text()) for n in range(3)
    ]
    assert len({r["weights_sha256"] for r in receipts}) == 3
    assert len({json.dumps(r["data"]["split"]["rows_sha256"]) for r in receipts}) == 1
    losses = [r["results"]["test"]["loss"] for r in receipts]
    assert told["figures"]["test"]["loss"]["mean"] == pytest.approx(sum(losses) / 3)
    before = (tmp_path / "s" / "seed-1" / "receipt.json").stat().st_mtime_ns
    (tmp_path / "s" / "series.json").unlink()
    fourbeat(*flags, "--out", "s", cwd=tmp_path, check=0)  # broken off: nothing is trained again
    assert (tmp_path / "s" / "seed-1" / "receipt.json").stat().st_mtime_ns == before
    assert json.loads((tmp_path / "s" / "series.json").read_text()) == told


def test_folds(tmp_path):
    write(tmp_path / "t.csv")
    flags = ("train", "t.csv", "--target", "broke", "--epochs", 1, "--json")
    done = fourbeat(*flags, "--folds", 3, "--repeats", 2, cwd=tmp_path, check=0)
    told = json.loads(done.stdout)
    assert len(told["runs"]) == 6
    assert told["figures"]["test"]["accuracy"]["low"] is not None
    receipt = json.loads((tmp_path / told["runs"][4] / "receipt.json").read_text())
    assert receipt["data"]["split"]["fold"] == "2 of 3, repeat 1"
    by_time = fourbeat(*flags, "--folds", 2, "--time", "opened", "--seed", 5, cwd=tmp_path, check=0)
    assert len(json.loads(by_time.stdout)["runs"]) == 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seeds", 2, "--folds", 2], "seeds and folds are two series"),
        (["--folds", 2, "--split-column", "kind"], "folds overlap"),
        (["--folds", 2, "--repeats", 2, "--time", "opened"], "cut in one way only"),
        (["--seeds", 2, "--profile", 3], "--profile is for a single training"),
        (["--seeds", 2, "--pause-at", 0], "--pause-at is for a single training"),
        (["--group", "nobody"], "no column 'nobody', which split.group names"),
        (["--seeds", 2, "--group", "nobody"], "no column 'nobody', which split.group names"),
        (["--set", "data.columns.kind.zzz=1"], "Known here: buckets, format, "),
    ],
)
def test_what_cannot_go_together(tmp_path, flags, message):
    write(tmp_path / "t.csv")
    done = fourbeat("train", "t.csv", "--target", "broke", *flags, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


def test_two_at_once_write_one_whole_schema(tmp_path):
    write(tmp_path / "t.csv", n=2000)
    command = [
        sys.executable,
        "-m",
        "fourbeat",
        "data",
        "t.csv",
        "--target",
        "broke",
        "--out",
        "s.toml",
    ]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, env={**os.environ})
        for _ in range(2)
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert tomllib.loads((tmp_path / "s.toml").read_text())["data"]["target"] == "broke"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.toml", "t.csv"]
