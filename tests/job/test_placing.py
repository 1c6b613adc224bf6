"""Rows on the device that trains; torch's meta device, which has shapes and no values, stands for a GPU."""

from dataclasses import replace

import pytest
import torch

from fourbeat.config.sources import load
from fourbeat.job import placing, tune
from fourbeat.job.placing import movable, placed
from fourbeat.job.plan import read, resolve

META, CPU = torch.device("meta"), torch.device("cpu")


@pytest.fixture
def gpu(monkeypatch):
    """A device with so much room."""

    def of(room):
        monkeypatch.setattr(placing, "DEVICES", {"meta"})
        monkeypatch.setattr(placing, "room", lambda device: room)

    return of


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    lines = [f"{i % 7},{'ab'[i % 2]},{i % 3 % 2}" for i in range(600)]
    path.write_text("\n".join(["number,kind,label", *lines]))
    return path


def data_of(table, **flags):
    config = load(flags={"data.path": str(table), "data.target": "label", **flags})
    return read(config, None)


def tensors(data):
    return (data.features.numeric, data.features.codes, data.target)


def test_rows_go_where_there_is_room(gpu, table):
    data = data_of(table)
    need = placing.PART * sum(t.nbytes for t in tensors(data))
    gpu(need)
    there = placed(data, META, None)
    assert {t.device for t in tensors(there)} == {META}
    assert [t.shape for t in tensors(there)] == [t.shape for t in tensors(data)]
    assert there.rows is data.rows
    assert {t.device for t in tensors(data)} == {CPU}
    gpu(need - 1)
    assert placed(data, META, None) is data


@pytest.mark.parametrize("room", [0, 1 << 40])
def test_the_users_word_counts_more(gpu, table, room):
    gpu(room)
    data = data_of(table)
    assert placed(data, META, False) is data
    assert placed(data, META, True).target.device == META


def test_a_cpu_and_streamed_rows_have_no_choice(gpu, table):
    gpu(1 << 40)
    data = data_of(table)
    assert placed(data, CPU, True) is data
    streamed = data_of(table, **{"data.stream": True})
    assert not movable(streamed, META)
    assert placed(streamed, META, True) is streamed


def test_both_places_are_timed(gpu, table, monkeypatch):
    gpu(1 << 40)
    config = load(flags={"data.path": str(table), "data.target": "label", "train.device": "cpu"})
    plan = resolve(config)
    monkeypatch.setattr(tune, "device_named", lambda name: META)

    def seconds(plan, threads, compiling):
        return {None: 3.0, False: 2.0, True: 1.0}[plan.config.speed.data_on_device]

    monkeypatch.setattr(tune, "seconds_of_step", seconds)
    tuned = tune.tuned(plan)
    assert tuned.config.speed.data_on_device is True
    assert tuned.config.speed.measured["data on the host"] == 2.0
    assert tuned.config.speed.measured["data on the device"] == 1.0
    assert "data on the device" in tuned.config.speed.said(None)
    asked = config.speed.model_copy(update={"data_on_device": False})
    told = replace(plan, config=config.model_copy(update={"speed": asked}))
    assert tune.tuned(told).config.speed.data_on_device is False
