"""Every planted leak is found, with the guilty rows and columns; a clean table is silent."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.prepare import prepare

N = 3000
START = datetime.datetime(2020, 1, 1)


def clean(seed=0, n=N, task="classification"):
    """A table of every kind of column, in which nothing is wrong."""
    rng = np.random.default_rng(seed)
    size, weight = rng.normal(size=n), rng.gamma(2, 3, n)
    kind = rng.choice(["red", "green", "blue", "black"], n)
    level = rng.choice(["low", "medium", "high"], n)
    score = size + 0.2 * weight + (kind == "red") + rng.normal(size=n)
    target = score if task == "regression" else np.where(score > np.median(score), "yes", "no")
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "size": size,
            "weight": weight,
            "age": rng.integers(18, 80, n),
            "kind": kind,
            "level": level,
            "town": rng.choice([f"town {i}" for i in range(60)], n),
            "shop": rng.choice([f"shop {i}" for i in range(n // 5)], n),
            "opened": [
                START + datetime.timedelta(minutes=int(m)) for m in rng.integers(0, 10**6, n)
            ],
            "member": rng.random(n) < 0.5,
            "y": target,
        }
    )


def found(frame, split=None, task="classification", **config):
    data = DataConfig(target="y", task=task, **config)
    record = prepare(data, split or SplitConfig(), 0, frame).record
    return {finding.rule: finding for finding in record.findings}


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 10**6), st.sampled_from(["classification", "regression"]), st.integers(60, 3000)
)
def test_a_clean_table_is_silent(seed, task, n):
    assert found(clean(seed, n, task), task=task) == {}


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_a_table_with_few_things_to_say_has_twins_by_nature(columns):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{i}": rng.choice(list("abcd"), 500) for i in range(columns)})
    frame["y"] = rng.choice(["yes", "no"], 500)
    assert found(frame) == {}


def test_rows_that_stand_on_both_sides():
    frame = clean()
    frame = pd.concat([frame, frame.iloc[:300]], ignore_index=True)
    frame.loc[N : N + 19, "y"] = np.where(frame["y"][:20] == "yes", "no", "yes")
    frame["id"] = np.arange(len(frame))
    seen = found(frame)
    assert set(seen) == {"rows-on-both-sides", "labels-that-disagree"}
    both = seen["rows-on-both-sides"]
    assert both.severity == "error"
    assert both.evidence["repeated"] == 300
    assert both.evidence["repeated_entirely"] == 280
    for first, second in both.rows:
        a, b = (int(place.rpartition(" ")[2]) - 1 for place in (first, second))
        assert abs(a - b) == N
    assert seen["labels-that-disagree"].count == 20
    assert seen["labels-that-disagree"].evidence["rows"] == 40


def test_a_few_twins_are_a_warning_and_twins_within_a_side_are_none():
    frame = clean()
    frame["part"] = ["train"] * 2000 + ["validation"] * 500 + ["test"] * 500
    frame.loc[10, "size":"y"] = frame.loc[11, "size":"y"]
    assert found(frame, SplitConfig(column="part")) == {}
    frame.loc[2999, "size":"y"] = frame.loc[2100, "size":"y"]
    seen = found(frame, SplitConfig(column="part"))
    one = seen.pop("rows-on-both-sides")
    assert (one.severity, one.count) == ("warning", 1)
    assert one.rows == [["DataFrame row 2101", "DataFrame row 3000"]]


def test_rows_that_are_nearly_equal():
    frame = clean()
    again = frame.iloc[:200].copy()
    again["size"] += 1e-5
    again["weight"] *= 1 + 1e-6
    frame = pd.concat([frame, again], ignore_index=True)
    frame["id"] = np.arange(len(frame))
    seen = found(frame)
    assert set(seen) == {"near-rows-on-both-sides"}
    near = seen["near-rows-on-both-sides"]
    # Of 200 pairs, those that the split of 70, 15 and 15 parts with a test row on one side only.
    assert 40 < near.count < 80
    for first, second in near.rows:
        a, b = (int(place.rpartition(" ")[2]) - 1 for place in (first, second))
        assert abs(a - b) == N


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_column_that_is_the_answer(task):
    frame = clean(task=task)
    frame["result_code"] = (
        frame["y"] * 2 + 1 if task == "regression" else np.where(frame["y"] == "yes", "k1", "k2")
    )
    rng = np.random.default_rng(1)
    high = frame["y"] == "yes" if task == "classification" else frame["y"] > frame["y"].median()
    frame["result_note"] = np.where(high & (rng.random(N) < 0.5), "a", rng.choice(["b", "c"], N))
    frame["result_page"] = rng.choice(["a", "b", "c"], N)
    seen = found(frame, task=task)
    assert set(seen) == {"gives-the-answer", "known-only-afterwards"}
    assert seen["gives-the-answer"].columns == ["result_code"]
    assert seen["gives-the-answer"].severity == "error"
    assert seen["known-only-afterwards"].columns == ["result_note"]
    assert "named like 'result_code'" in seen["known-only-afterwards"].message
    assert found(frame, task=task, ignore=("result_*",)) == {}


def test_a_value_that_decides_a_rare_label():
    frame = clean()
    rare = np.random.default_rng(2).random(N) < 0.05
    frame["y"] = np.where(rare, "fails", "works")
    frame["alarm"] = (rare & (np.arange(N) % 3 == 0)).astype(int)
    seen = found(frame)
    assert set(seen) == {"gives-the-answer"}
    assert "where column 'alarm' is 1, 100.0% of" in seen["gives-the-answer"].message
    assert frame["alarm"][int(seen["gives-the-answer"].rows[0][0].rpartition(" ")[2]) - 1] == 1


def test_a_column_whose_name_says_afterwards_is_a_note():
    frame = clean().rename(columns={"kind": "closed_by"})
    seen = found(frame)
    assert (set(seen), seen["known-only-afterwards"].severity) == (
        {"known-only-afterwards"},
        "note",
    )


def test_groups_whose_rows_hang_together():
    frame = clean()
    temper = dict(zip(frame["shop"].unique(), np.random.default_rng(3).random(N), strict=False))
    frame["y"] = np.where(frame["shop"].map(temper) > 0.5, "yes", "no")
    frame.loc[::7, "y"] = "no"
    seen = found(frame)
    assert set(seen) == {"group-on-both-sides"}
    assert seen["group-on-both-sides"].columns == ["shop"]
    assert "--group shop" in seen["group-on-both-sides"].fix
    for pair in seen["group-on-both-sides"].rows:
        a, b = (int(place.rpartition(" ")[2]) - 1 for place in pair)
        assert frame["shop"][a] == frame["shop"][b]
    assert found(frame, SplitConfig(group="shop")) == {}


def test_groups_named_by_whole_numbers():
    frame = clean()
    frame["customer_id"] = np.arange(N) // 6 * 31 % 7919
    frame["y"] = np.where(np.arange(N) // 6 % 2 == 0, "yes", "no")
    assert found(frame)["group-on-both-sides"].columns == ["customer_id"]
    assert "group-on-both-sides" not in found(frame.rename(columns={"customer_id": "income"}))


def test_a_target_that_moves_with_time():
    frame = clean().sort_values("opened", ignore_index=True)
    frame["id"] = np.random.default_rng(4).permutation(N) * 3
    likely = np.linspace(0.3, 0.7, N)
    frame["y"] = np.where(np.random.default_rng(5).random(N) < likely, "yes", "no")
    seen = found(frame)
    assert set(seen) == {"rows-from-later"}
    assert "--time opened" in seen["rows-from-later"].fix
    assert found(frame, SplitConfig(time="opened")) == {}


def test_ids_that_say_more():
    frame = clean().sort_values("opened", ignore_index=True)
    frame["id"] = [f"T{i:06}" for i in range(N)]
    assert {f.rule: f.columns for f in found(frame).values()} == {
        "id-follows-time": ["id", "opened"]
    }
    frame = clean().sort_values("y", ignore_index=True)
    frame["id"] = np.arange(N)
    assert set(found(frame)) == {"id-tells-target"}


def test_several_labels():
    frame = clean()
    frame["a"], frame["b"] = (frame["y"] == "yes"), frame["size"] > 0
    frame["copy"] = np.where(frame["b"], "up", "down")
    data = DataConfig(target=("a", "b"), task="multilabel", ignore=("y", "size"))
    findings = prepare(data, SplitConfig(), 0, frame).record.findings
    assert [(f.rule, f.columns) for f in findings] == [("gives-the-answer", ["copy"])]


def test_what_cannot_be_compared_is_passed_over():
    frame = clean(n=200)
    frame["empty"] = None
    frame["lists"] = [[1]] * 200
    frame["far"] = np.where(np.arange(200) % 9, np.random.default_rng(0).normal(size=200), np.inf)
    frame["when"] = [f"{1 + i % 28}/{1 + i % 12}/2020" for i in range(200)]
    told = {"when": ColumnConfig(format=("%d/%m/%Y",))}
    assert found(frame, columns=told) == {}


REAL = {
    "tickets": ("incident-tickets/tickets.csv", "escalated"),
    "events": ("incident-tickets/events.csv", "made_sla"),
    "machines": ("predictive-maintenance/ai4i2020.csv", "Machine failure"),
    "phishing": ("phishing-websites/phishing.csv", "Result"),
}


def real(shared, name, **options):
    file, target = REAL[name]
    config = DataConfig(path=shared(file), target=target, **options)
    return prepare(config, SplitConfig(), 0).record


def columns_of(record, rule):
    return [name for f in record.findings if f.rule == rule for name in f.columns]


def test_real_tickets(shared):
    record = real(shared, "tickets", missing=("?",))
    assert columns_of(record, "gives-the-answer") == ["outcome_reassignment_count"]
    assert set(columns_of(record, "known-only-afterwards")) == {
        "outcome_reopen_count",
        "outcome_made_sla",
        "outcome_closed_code",
        "outcome_resolved_by",
    }
    assert columns_of(record, "group-on-both-sides") == ["caller_id"]
    assert columns_of(record, "rows-from-later") == ["opened_at"]
    assert columns_of(record, "id-follows-time") == ["ticket", "opened_at"]


def test_real_events(shared):
    record = real(shared, "events", missing=("?",))
    assert columns_of(record, "group-on-both-sides") == ["number", "caller_id"]
    dates = {c.name: c.formats for c in record.columns if c.type == "datetime"}
    assert set(dates.values()) == {("%d/%m/%Y %H:%M",)}
    assert set(dates) == {
        "opened_at",
        "sys_created_at",
        "sys_updated_at",
        "resolved_at",
        "closed_at",
    }


def test_real_machines(shared):
    record = real(shared, "machines")
    assert columns_of(record, "gives-the-answer") == ["TWF", "HDF", "PWF", "OSF"]
    assert {f.rule for f in record.findings} == {"gives-the-answer", "id-tells-target"}


def test_real_phishing(shared):
    record = real(shared, "phishing")
    both, torn = record.findings
    assert both.evidence["repeated_entirely"] == 5206
    assert (torn.rule, torn.count) == ("labels-that-disagree", 64)
    config = DataConfig(path=shared("phishing-websites/phishing.csv"), target="Result")
    together = prepare(config, SplitConfig(group="*"), 0).record
    assert [finding.rule for finding in together.findings] == ["labels-that-disagree"]
    assert (together.split.method, together.split.by) == ("group", ["*"])
    assert abs(together.split.rows["test"] / 11055 - 0.15) < 0.001


def test_real_adult(shared):
    config = DataConfig(
        path=shared("adult/train.csv"),
        target="income",
        missing=("?",),
        relabel={"<=50K.": "<=50K", ">50K.": ">50K"},
    )
    record = prepare(config, SplitConfig(test_file=shared("adult/test.csv")), 0).record
    both = next(f for f in record.findings if f.rule == "rows-on-both-sides")
    assert both.count == 26
    assert all(a.startswith("train.csv row") and b.startswith("test.csv row") for a, b in both.rows)
    assert {f.rule for f in record.findings} == {"rows-on-both-sides", "labels-that-disagree"}


def test_many_classes():
    """The most frequent are looked at one by one; equal rows are compared by all of them."""
    frame = clean()
    rng = np.random.default_rng(5)
    frame["y"] = [f"class {c:03}" for c in rng.zipf(1.3, N) % 40]
    assert found(frame) == {}
    frame["code"] = frame["y"].astype("category").cat.codes
    seen = found(frame)
    assert set(seen) == {"gives-the-answer"}
    assert seen["gives-the-answer"].columns == ["code"]
    again = frame.drop(columns="code")
    again.loc[N - 300 :, ["size", "weight"]] = frame.loc[:299, ["size", "weight"]].to_numpy()
    for name in ("age", "kind", "level", "town", "shop", "opened", "member"):
        again.loc[N - 300 :, name] = frame.loc[:299, name].to_numpy()
    seen = found(again)
    assert set(seen) == {"rows-on-both-sides", "labels-that-disagree"}
    pairs = again["y"].to_numpy()[:300] != again["y"].to_numpy()[N - 300 :]
    assert seen["labels-that-disagree"].count == pairs.sum()


def test_no_number_is_not_near_a_number():
    """A row without a size is no repetition of one whose size is near 0."""
    frame = clean()
    again = frame.iloc[:200].copy()
    frame.loc[:199, "size"] = 0.0
    again["size"] = np.nan
    again["weight"] *= 1 + 1e-6
    frame = pd.concat([frame, again], ignore_index=True)
    frame["id"] = np.arange(len(frame))
    assert "near-rows-on-both-sides" not in found(frame)
    frame.loc[:199, "size"] = np.nan
    assert "near-rows-on-both-sides" in found(frame)


@settings(deadline=None, max_examples=15)
@given(
    st.integers(0, 10**6),
    st.integers(60, 300),
    st.sampled_from([10, 50]),
    st.sampled_from([0.05, 0.1, 0.5]),
)
def test_of_many_columns_of_noise_none_gives_the_answer(seed, n, columns, share):
    """The best of them is very good in a few held-out rows."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, columns)), columns=[f"x{i}" for i in range(columns)])
    frame["y"] = np.isin(np.arange(n), rng.choice(n, max(5, int(n * share)), replace=False))
    assert found(frame) == {}


def catalogue(rng, n=4000):
    """Rows of things whose columns all hang on which thing it is."""
    thing = rng.integers(0, 120, n)
    price, weight = rng.gamma(4, 12, 120).round(2)[thing], rng.integers(80, 900, 120)[thing]
    size = rng.choice(["S", "M", "L"], n)
    return {"price": price, "weight": weight, "brand": thing % 7, "size": size}


def rounded(rng, n=5000):
    """Rooms of one house: all of one temperature, more or less, and read to half a degree."""
    mean = rng.normal(21, 2, n)
    return {f"room{i}": ((mean + rng.normal(0, 0.3, n)) * 2).round() / 2 for i in range(5)}


def inflated(rng, n=6000):
    """Nothing at all in two thirds of the rows."""
    active = rng.random(n) < 0.35
    used = {f"use{i}": np.where(active, rng.gamma(1.2, 9, n).round(1), 0.0) for i in range(6)}
    return {**used, "plan": rng.choice(["S", "M", "L"], n)}


@pytest.mark.parametrize("make", [catalogue, rounded, inflated])
def test_rows_that_are_equal_by_nature_are_no_copies(make):
    """Columns that hang together say one thing, and one thing is equal more often than many."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(make(rng))
    frame["y"] = rng.random(len(frame)) < 0.3
    assert found(frame) == {}


@pytest.mark.parametrize("beside", [[], ["region"], ["region", "flag"], ["region", "flag", "day"]])
def test_copies_are_found_by_one_column_that_tells_rows_apart(beside):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "amount": rng.normal(50, 9, 2000).round(6),
            "more": rng.normal(50, 9, 2000).round(1),
            "region": rng.choice(list("NSEW"), 2000),
            "flag": rng.choice(["yes", "no"], 2000),
            "day": rng.integers(0, 7, 2000),
            "y": rng.integers(0, 2, 2000),
        }
    )[["amount", "more", *beside, "y"]]
    assert found(frame) == {}
    frame = pd.concat([frame, frame.iloc[:300]], ignore_index=True)
    seen = found(frame)
    assert set(seen) == {"rows-on-both-sides"}
    assert seen["rows-on-both-sides"].evidence["repeated_entirely"] == 300


def test_that_there_is_a_value_gives_the_answer():
    frame = clean()
    rng = np.random.default_rng(3)
    yes = (frame["y"] == "yes").to_numpy()
    frame["fee"] = np.where(yes & (rng.random(N) < 0.6), rng.gamma(2, 3, N), np.nan)
    seen = found(frame)
    assert set(seen) == {"gives-the-answer"}
    assert "where column 'fee' has a value, 100.0% of" in seen["gives-the-answer"].message
    frame["fee"] = frame["fee"].fillna(0.0)
    seen = found(frame)
    assert "where column 'fee' is not 0.0, 100.0% of" in seen["gives-the-answer"].message
    frame["fee"] = np.where(rng.random(N) < 0.6, rng.gamma(2, 3, N), np.nan)
    assert found(frame) == {}


def test_a_quantity_that_is_the_target_where_it_has_a_value():
    frame = clean(task="regression")
    known = np.random.default_rng(3).random(N) < 0.6
    frame["invoice"] = np.where(known, frame["y"] * 1.19, np.nan)
    seen = found(frame, task="regression")
    assert set(seen) == {"gives-the-answer"}
    assert "in 1,8" in seen["gives-the-answer"].message


@pytest.mark.parametrize(
    ("name", "size", "named"),
    [
        ("patientId", 6, True),
        ("Kundennummer", 6, True),
        ("学生ID", 6, True),
        ("MRN", 60, True),
        ("batch", 50, True),
        ("employees", 6, False),
        ("n_users", 6, False),
        ("brand_id", 6, False),
        ("machine_hours", 6, False),
    ],
)
def test_whole_numbers_are_groups_by_their_name(name, size, named):
    rng = np.random.default_rng(0)
    groups = np.arange(2400) // size
    effect = rng.normal(0, 1.5, 2400)[groups]
    frame = pd.DataFrame({name: groups + 1000, "x": rng.normal(size=2400)})
    frame["y"] = effect + rng.normal(size=2400) > 0
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    assert set(found(frame)) == ({"group-on-both-sides"} if named else set())


def test_what_a_quantity_says_by_its_size_makes_no_groups():
    """However it is called: sessions of many hours are lost more often, whoever had them."""
    rng = np.random.default_rng(0)
    count = np.exp(3 + 1.2 * rng.normal(size=3000)).round().astype(int)
    frame = pd.DataFrame({"session": count, "age": rng.integers(1, 80, 3000)})
    frame["y"] = rng.random(3000) < 1 / (1 + np.exp(3 - 0.7 * np.log(count + 1)))
    assert found(frame) == {}


def test_a_date_of_birth_is_no_time_of_the_row():
    rng = np.random.default_rng(0)
    age = rng.uniform(18, 90, 4000)
    day = [START - datetime.timedelta(days=int(years * 365)) for years in age]
    ill = rng.random(4000) < age / 150
    frame = pd.DataFrame({"date_of_birth": day, "size": rng.normal(size=4000), "y": ill})
    assert found(frame) == {}
    assert set(found(frame.rename(columns={"date_of_birth": "opened"}))) == {"rows-from-later"}


def test_rows_that_were_measured_again_with_noise():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 12))
    frame = pd.DataFrame(np.vstack([rows + rng.normal(0, 0.01, rows.shape) for _ in range(4)]))
    frame.columns = [f"f{i}" for i in range(12)]
    frame["y"] = np.tile(rows[:, 0] + rng.normal(size=500) > 0, 4)
    seen = found(frame)
    assert set(seen) == {"near-rows-on-both-sides"}
    assert "less than 0.05 standard deviations" in seen["near-rows-on-both-sides"].message


def test_long_tails_do_not_bring_rows_near():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"views": rng.lognormal(2, 3, 6000), "shares": rng.pareto(0.9, 6000)})
    frame["y"] = np.log1p(frame["views"]) + rng.normal(0, 0.5, 6000)
    assert found(frame, task="regression") == {}


def test_a_word_that_stands_there_because_of_the_label():
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(200)]
    text = [" ".join(rng.choice(words, 12)) for _ in range(1500)]
    label = np.where(rng.random(1500) < 0.3, "abuse", "fine")
    frame = pd.DataFrame({"text": text, "size": rng.normal(size=1500), "y": label})
    frame["text"] += np.where((label == "abuse") & (rng.random(1500) < 0.3), " insult", "")
    assert found(frame) == {}  # of three in ten it may be the topic
    frame["text"] = np.where(label == "abuse", "[FLAGGED] ", "") + frame["text"]
    seen = found(frame)
    assert set(seen) == {"gives-the-answer"}
    assert "'flagged' stands in 100.0% of the texts" in seen["gives-the-answer"].message
    assert seen["gives-the-answer"].severity == "error"


def test_words_that_tell_only_together():
    rng = np.random.default_rng(0)
    words = [*(f"word{i}" for i in range(200)), "kind", "regards"]
    text = [" ".join(rng.choice(words, 12)) for _ in range(1500)]
    label = np.where(rng.random(1500) < 0.3, "abuse", "fine")
    frame = pd.DataFrame({"text": text, "size": rng.normal(size=1500), "y": label})
    frame["text"] += np.where(label == "abuse", " kind regards", " regards kind")
    assert "'kind regards' stands in 100.0% of" in found(frame)["gives-the-answer"].message


@pytest.mark.parametrize("rows", [100, 600])
@pytest.mark.parametrize("change", [np.negative, np.exp, lambda y: y * 1.8 + 32])
def test_a_number_that_rises_or_falls_with_a_quantity(rows, change):
    frame = clean(n=rows, task="regression")
    frame["other"] = change(frame["y"])
    seen = found(frame, task="regression")
    assert set(seen) == {"gives-the-answer"}
    assert (seen["gives-the-answer"].columns, seen["gives-the-answer"].severity) == (
        ["other"],
        "error",
    )


def test_rows_of_a_rare_label_that_were_copied_many_times():
    frame = clean().drop(columns="id")
    frame["y"] = np.where(np.random.default_rng(2).random(N) < 0.03, "rare", "usual")
    rare = frame[frame["y"] == "rare"]
    frame = pd.concat([frame, *[rare] * 24], ignore_index=True)
    seen = found(frame)
    assert seen["rows-on-both-sides"].evidence["repeated"] == 24 * len(rare)


@pytest.mark.parametrize("touched", ["opened", "weight", "kind"])
def test_copies_in_which_one_column_was_touched(touched):
    frame = clean().drop(columns="id")
    again = frame.iloc[:300].copy()
    again[touched] = frame[touched].iloc[300:600].to_numpy()
    seen = found(pd.concat([frame, again], ignore_index=True))
    near = seen.pop("near-rows-on-both-sides")
    assert near.columns == [touched]
    assert f"are equal to one on another side but for '{touched}'" in near.message
    assert near.evidence["same_target"] == near.count
    assert set(seen) <= {"group-on-both-sides"}


def test_copies_that_are_spelled_otherwise():
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(200)]
    text = [" ".join(rng.choice(words, 12)) for _ in range(1500)]
    frame = pd.DataFrame({"text": text, "kind": rng.choice(["a", "b"], 1500)})
    frame["y"] = rng.random(1500) < 0.4
    assert found(frame) == {}
    again = frame.iloc[:200].copy()
    again["text"] = again["text"].str.upper() + " !"
    seen = found(pd.concat([frame, again], ignore_index=True))
    assert set(seen) == {"near-rows-on-both-sides"}
    assert "but for capitals, blanks and signs" in seen["near-rows-on-both-sides"].message


def test_opposite_labels_flatter_nobody():
    frame = clean().drop(columns="id")
    again = frame.iloc[:200].copy()
    again["y"] = np.where(again["y"] == "yes", "no", "yes")
    seen = found(pd.concat([frame, again], ignore_index=True))
    assert set(seen) == {"rows-on-both-sides", "labels-that-disagree"}
    assert {finding.severity for finding in seen.values()} == {"warning"}


def test_a_column_that_is_not_named_like_a_group_is_a_note():
    rng = np.random.default_rng(0)
    group = np.arange(2400) // 8
    effect = rng.normal(0, 1.5, 300)[group]
    frame = pd.DataFrame({"loc": [f"L{g}" for g in group], "x": rng.normal(size=2400)})
    frame["y"] = effect + rng.normal(size=2400) > 0
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    assert found(frame)["group-on-both-sides"].severity == "note"
    assert found(frame.rename(columns={"loc": "user"}))["group-on-both-sides"].severity == "warning"


@pytest.mark.parametrize(
    ("name", "said"),
    [("churn_reason", True), ("daysToChurn", True), ("churn_before", False), ("reason", False)],
)
def test_a_column_that_is_named_after_the_target_is_a_note(name, said):
    frame = clean().rename(columns={"y": "churn"})
    rng = np.random.default_rng(0)
    left = (frame["churn"] == "yes").to_numpy()
    frame[name] = np.where(left & (rng.random(N) < 0.5), rng.choice(["a", "b"], N), "none")
    frame.loc[~left & (rng.random(N) < 0.1), name] = "a"
    config = DataConfig(target="churn")
    findings = prepare(config, SplitConfig(), 0, frame).record.findings
    assert [(f.rule, f.severity) for f in findings] == [("known-only-afterwards", "note")] * said
    frame[name] = rng.choice(["a", "b"], N)
    assert prepare(config, SplitConfig(), 0, frame).record.findings == []


@pytest.mark.parametrize(("years", "drift", "said"), [(4, 0.0, False), (4, 0.3, True)])
def test_what_comes_again_every_year_is_no_drift(years, drift, said):
    rng = np.random.default_rng(0)
    days = rng.integers(0, 365 * years, 5000)
    share = 0.3 + 0.2 * np.cos(days / 58.1) + drift * days / days.max()
    frame = pd.DataFrame(
        {
            "visit": [START + datetime.timedelta(days=int(day)) for day in days],
            "size": rng.normal(size=5000),
            "y": rng.random(5000) < share,
        }
    )
    assert set(found(frame)) == ({"rows-from-later"} if said else set())


def test_letters_of_an_id_that_tell_the_target():
    frame = clean()
    frame["id"] = [f"case_{i}" if y == "yes" else f"ctrl_{i}" for i, y in enumerate(frame["y"])]
    seen = found(frame)
    assert set(seen) == {"id-tells-target"}
    assert "100.0% of its variance lies between 2 spellings" in seen["id-tells-target"].message
    frame["id"] = [f"{'AB'[i % 2]}-{i}" for i in range(N)]
    assert found(frame) == {}
