"""A run is whole whatever happens in the loop's body."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import UserDict
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

import fourbeat as fb
from fourbeat.checkpoint.store import CheckpointStore
from fourbeat.errors import (
    BatchError,
    BeatError,
    CheckpointError,
    InexactError,
    RunError,
    RunLockedError,
)
from fourbeat.loop.means import Report, right_answers
from fourbeat.receipt import model as receipts
from fourbeat.receipt.code import CodeRecord


def open_run(directory, lesson, **options):
    return fb.Run(directory, model=lesson.model, optimizer=lesson.optimizer, **options)


def one_epoch(run, lesson):
    for epoch in run.epochs(1):
        for step in run.train(lesson.train):
            x, y = step.batch
            step.backward(lesson.loss_fn(lesson.model(x), y), None)
            step.update()
        epoch.close(run.validate(lesson.val, lesson.loss_fn))


# The order of beats.


def test_update_before_backward_names_the_beat_expected(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        for _ in run.epochs(1):
            step = next(run.train(made.train))
            with pytest.raises(BeatError, match="'update' came where 'backward' was expected"):
                step.update()


def test_two_backwards_are_refused(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        for _ in run.epochs(1):
            step = next(run.train(made.train))
            x, y = step.batch
            step.backward(made.loss_fn(made.model(x), y))
            with pytest.raises(BeatError, match="'backward' came where 'update' was expected"):
                step.backward(made.loss_fn(made.model(x), y))


def test_a_body_without_update_is_named_at_the_next_batch(tmp_path, lesson):
    made = lesson()
    with pytest.raises(BeatError, match="step 0: the next batch came where 'backward'"):
        with open_run(tmp_path / "r", made) as run:
            for _ in run.epochs(1):
                for _step in run.train(made.train):
                    pass
    assert receipts.read(tmp_path / "r").run.status == "failed"


def test_a_pass_within_a_pass_is_refused(tmp_path, lesson):
    made = lesson()
    with pytest.raises(BeatError, match="another pass of it is under way"):
        with open_run(tmp_path / "r", made) as run:
            for _ in run.epochs(1):
                for _outer in run.train(made.train):
                    for _inner in run.train(made.train):
                        pass


def test_a_skipped_batch_counts_nowhere(tmp_path, lesson):
    made = lesson()
    before = fb.weights_sha256(made.model.state_dict())
    with open_run(tmp_path / "r", made) as run:
        for epoch in run.epochs(1):
            for step in run.train(made.train):
                step.skip()
            epoch.close()
    assert run.receipt.run.steps == 0
    assert run.receipt.curves[0].train == {}
    assert fb.weights_sha256(made.model.state_dict()) == before


def test_training_outside_of_an_epoch_is_refused(tmp_path, lesson):
    made = lesson()
    with (
        open_run(tmp_path / "r", made) as run,
        pytest.raises(BeatError, match="outside of an epoch"),
    ):
        run.train(made.train)


def test_closing_an_epoch_twice_is_refused(tmp_path, lesson):
    with open_run(tmp_path / "r", lesson()) as run:
        for epoch in run.epochs(1):
            epoch.close()
            with pytest.raises(BeatError, match="closed already"):
                epoch.close()


def test_a_loss_that_is_no_scalar_is_refused_by_its_shape(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        for _ in run.epochs(1):
            step = next(run.train(made.train))
            with pytest.raises(BatchError, match=r"shape \(4, 2\), not a scalar"):
                step.backward(made.model(step.batch[0]))


# Modes and gradients.


def test_a_model_in_eval_trains_in_train_and_is_put_back(tmp_path, lesson):
    made = lesson(dropout=0.5)
    made.model.eval()
    seen = []
    with open_run(tmp_path / "r", made) as run:
        for epoch in run.epochs(1):
            for step in run.train(made.train):
                seen.append(made.model.training)
                step.skip()
            assert not made.model.training
            made.model[0].train()
            run.validate([(torch.ones(1, 2), torch.tensor([0]))], made.loss_fn)
            epoch.close()
    assert seen == [True, True]
    assert [m.training for m in made.model] == [True, False, False, False]


def test_stale_gradients_do_not_reach_the_first_step(tmp_path, lesson):
    stale, clean = lesson(), lesson()
    stale.model(torch.ones(1, 2)).sum().backward()
    for name, made in (("stale", stale), ("clean", clean)):
        with open_run(tmp_path / name, made) as run:
            one_epoch(run, made)
    assert fb.weights_sha256(stale.model.state_dict()) == fb.weights_sha256(
        clean.model.state_dict()
    )


def test_validation_leaves_every_generator_as_it_was(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        before = torch.get_rng_state()
        run.validate(made.val, made.loss_fn)
        assert torch.equal(before, torch.get_rng_state())


def test_validation_in_the_middle_of_a_pass_does_not_end_it(tmp_path, lesson):
    made = lesson(dropout=0.5)
    seen = []
    with open_run(tmp_path / "r", made) as run:
        for epoch in run.epochs(1):
            for step in run.train(made.train):
                run.validate(made.val, made.loss_fn)
                seen.append((step.number, made.model.training))
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
            epoch.close()
    assert seen == [(0, True), (1, True)]


# Early ends.


def test_a_break_leaves_the_run_whole_and_going_on(tmp_path, lesson):
    made = lesson(dropout=0.5)
    with open_run(tmp_path / "r", made) as run:
        for _ in run.epochs(3):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
                break
            break
    assert made.model.training  # as it was before
    stopped = receipts.read(tmp_path / "r")
    assert (stopped.run.status, stopped.run.steps, stopped.run.epochs) == ("stopped", 1, 0)
    made = lesson(dropout=0.5)
    with open_run(tmp_path / "r", made) as run:
        one_epoch(run, made)  # the pass that the break ended is not repeated
    assert (run.receipt.run.status, run.receipt.run.steps) == ("finished", 1)
    assert [event.kind for event in run.receipt.events] == ["resume"]


def test_an_exception_leaves_the_last_checkpoint_and_frees_the_run(tmp_path, lesson):
    made = lesson()

    def broken():
        with open_run(tmp_path / "r", made) as run:
            for epoch in run.epochs(2):
                for step in run.train(made.train):
                    x, y = step.batch
                    step.backward(made.loss_fn(made.model(x), y))
                    step.update()
                    if epoch.number == 2:
                        raise ZeroDivisionError("by the user")
                epoch.close()

    with pytest.raises(ZeroDivisionError):
        broken()
    receipt = receipts.read(tmp_path / "r")
    assert receipt.run.status == "failed"
    assert receipt.run.error == "ZeroDivisionError: by the user"
    again = lesson()
    with open_run(tmp_path / "r", again) as run:
        assert run.state.epoch == 1


def test_an_epoch_without_close_is_closed(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        for _ in run.epochs(2):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
    assert [record.epoch for record in run.receipt.curves] == [1, 2]
    assert run.receipt.run.status == "finished"
    assert run.receipt.weights_sha256 == run.receipt.last_weights_sha256


def test_a_finished_run_is_not_trained_again(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        one_epoch(run, made)
    again = lesson()
    with open_run(tmp_path / "r", again) as run:
        assert list(run.epochs(1)) == []
    assert fb.weights_sha256(again.model.state_dict()) == fb.weights_sha256(made.model.state_dict())


SCRIPT = textwrap.dedent(
    """
    import os, signal, sys, torch
    import fourbeat as fb
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters())
    rows = torch.utils.data.TensorDataset(torch.randn(40, 2), torch.arange(40) % 2)
    loader = torch.utils.data.DataLoader(rows, batch_size=4, shuffle=True)
    loss_fn = torch.nn.CrossEntropyLoss()
    held_out = fb.TensorLoader(torch.ones(8, 2), torch.arange(8) % 2, batch_size=2)
    number = int(sys.argv[2])
    where = sys.argv[3]
    with fb.Run(sys.argv[1], model=model, optimizer=optimizer, seed=1) as run:
        for epoch in run.epochs(3):
            if where == "epoch" and epoch.number == 2:
                os.kill(os.getpid(), number)
            for step in run.train(loader):
                x, y = step.batch
                if where == "step" and step.number == 14:
                    os.kill(os.getpid(), number)
                step.backward(loss_fn(model(x), y))
                step.update()
            if where == "validation" and epoch.number == 2:
                os.kill(os.getpid(), number)
            report = run.validate(held_out, loss_fn)
            if where == "close" and epoch.number == 2:
                os.kill(os.getpid(), number)
            epoch.close(report)
    print(run.receipt.last_weights_sha256)
    """
)


def script(tmp_path, name, number, where):
    file = tmp_path / "train.py"
    file.write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, str(file), str(tmp_path / name), str(int(number)), where],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The last weights of the script when nothing disturbs it."""
    said = script(tmp_path_factory.mktemp("whole"), "whole", 0, "nowhere").stdout
    assert len(said.strip()) == 64
    return said


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGINT, "step"),
        (signal.SIGTERM, "step"),
        (signal.SIGTERM, "validation"),
        (signal.SIGINT, "close"),
        (signal.SIGTERM, "epoch"),
    ],
)
def test_a_signal_writes_a_checkpoint_first(tmp_path, whole, number, where):
    cut = script(tmp_path, "cut", number, where)
    assert cut.returncode in (128 + number, -number)  # Python dies of its own SIGINT
    receipt = receipts.read(tmp_path / "cut")
    assert receipt.run.status == "interrupted"
    assert receipt.run.steps == {"step": 15, "validation": 20, "close": 20, "epoch": 10}[where]
    newest = max(int(path.name) for path in (tmp_path / "cut" / "checkpoints").iterdir())
    assert newest == receipt.run.steps
    assert script(tmp_path, "cut", 0, "nowhere").stdout == whole


def test_kill_9_in_the_middle_of_an_epoch(tmp_path, whole):
    assert script(tmp_path, "cut", signal.SIGKILL, "step").returncode == -9
    assert script(tmp_path, "cut", 0, "nowhere").stdout == whole


WAITING = textwrap.dedent(
    """
    import os, sys, torch
    import fourbeat as fb

    class Rows(torch.utils.data.Dataset):
        def __len__(self):
            return 12

        def __getitem__(self, i):
            if sys.argv[2] != "0" and i == 9:
                while not os.path.exists(sys.argv[1] + ".waits"):
                    pass
                os.killpg(0, int(sys.argv[2]))  # SIGTERM ends this worker, SIGINT does not
            return torch.full((2,), i / 10), i % 2

    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters())
    loader = torch.utils.data.DataLoader(Rows(), batch_size=2, num_workers=2, prefetch_factor=1)
    fixed = [(torch.ones(2, 2), torch.tensor([0, 1]))]
    loss_fn = torch.nn.CrossEntropyLoss()
    with fb.Run(sys.argv[1], model=model, optimizer=optimizer, seed=1) as run:
        for epoch in run.epochs(2):
            for step in run.train(loader if sys.argv[3] == "train" else fixed):
                x, y = step.batch
                step.backward(loss_fn(model(x), y))
                step.update()
                if step.number == 3 or sys.argv[3] == "validate":
                    open(sys.argv[1] + ".waits", "w").close()
            report = run.validate(loader, loss_fn) if sys.argv[3] == "validate" else None
            epoch.close(report)
    print(run.receipt.last_weights_sha256)
    """
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("where", "least"), [("train", 4), ("validate", 1)])
def test_a_signal_that_ends_the_workers_too_writes_a_checkpoint(tmp_path, number, where, least):
    def start(name, number):
        (tmp_path / "train.py").write_text(WAITING)
        return subprocess.run(
            [sys.executable, str(tmp_path / "train.py"), str(tmp_path / name), str(number), where],
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    cut = start("cut", int(number))
    assert cut.returncode in (128 + number, -number), cut.stderr
    run = receipts.read(tmp_path / "cut").run
    assert run.status == "interrupted"
    assert run.steps in (least, least + 1)  # a worker that lives on delivers one batch more
    assert f"{number.name}: stopped with a checkpoint of step {run.steps}. To go on" in cut.stderr
    assert start("cut", 0).stdout == start("whole", 0).stdout != ""


def test_a_signal_while_sealing_lets_it_finish(tmp_path, lesson, monkeypatch):
    save = safetensors.torch.save

    def interrupted(*args, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return save(*args, **options)

    monkeypatch.setattr(safetensors.torch, "save", interrupted)
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        one_epoch(run, made)
    assert receipts.read(tmp_path / "r").run.status == "finished"


def test_handlers_are_put_back(tmp_path, lesson):
    inherited = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs inherit SIG_IGN
    try:
        before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        with open_run(tmp_path / "r", lesson()):
            assert signal.getsignal(signal.SIGINT) is not before[0]
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    finally:
        signal.signal(signal.SIGINT, inherited)


# Selection, schedules, early stopping.


def feed(run, values, **options):
    """Close epochs with these losses; returns how many were closed."""
    for epoch in run.epochs(len(values)):
        if epoch.close(Report(1, {"loss": values[epoch.number - 1]}), **options):
            break
    return run.state.epoch


@pytest.mark.parametrize(
    ("values", "patience", "closed", "best"),
    [
        ([3.0, 2.0, 2.5, 2.6, 1.0], 2, 4, 2),
        ([3.0, 2.0, 2.5, 1.9, 2.0], 2, 5, 4),
        ([1.0, 1.0, 1.0, 1.0, 1.0], 5, 5, 1),
        ([2.0, float("nan"), float("nan"), 1.0], 2, 3, 1),
        ([float("nan"), float("inf"), 1.0], 9, 3, 3),
    ],
)
def test_patience(tmp_path, lesson, values, patience, closed, best):
    with open_run(tmp_path / "r", lesson()) as run:
        assert feed(run, values, patience=patience) == closed
    assert run.receipt.selection.epoch == best


@pytest.mark.parametrize(("mode", "best"), [("min", 2), ("max", 3)])
def test_the_best_by_any_metric_in_either_direction(tmp_path, lesson, mode, best):
    with open_run(tmp_path / "r", lesson()) as run:
        for epoch in run.epochs(3):
            value = [5.0, 1.0, 9.0][epoch.number - 1]
            epoch.close(Report(1, {"loss": 0.0, "regret": value}), select="regret", mode=mode)
    assert (run.receipt.selection.epoch, run.receipt.selection.metric) == (best, "regret")


def test_accuracy_is_selected_by_its_maximum_without_being_told(tmp_path, lesson):
    with open_run(tmp_path / "r", lesson()) as run:
        for epoch in run.epochs(2):
            value = [0.9, 0.8][epoch.number - 1]
            epoch.close(Report(1, {"loss": 0.0, "accuracy": value}), select="accuracy")
    assert run.receipt.selection.epoch == 1


def test_an_unknown_metric_needs_a_direction_and_must_be_there(tmp_path, lesson):
    with open_run(tmp_path / "r", lesson()) as run:
        for epoch in run.epochs(1):
            with pytest.raises(RunError, match="larger or a smaller 'regret'"):
                epoch.close(Report(1, {"loss": 0.0, "regret": 1.0}), select="regret")
            with pytest.raises(RunError, match="Known: loss"):
                epoch.close(Report(1, {"loss": 0.0}), select="accuracy")
            epoch.close()


def test_the_selected_weights_are_those_of_the_best_epoch(tmp_path, lesson):
    made = lesson()
    kept = []
    with open_run(tmp_path / "r", made) as run:
        for epoch in run.epochs(4):
            for step in run.train(made.train):
                x, y = step.batch
                step.backward(made.loss_fn(made.model(x), y))
                step.update()
            kept.append(fb.weights_sha256(made.model.state_dict()))
            epoch.close(Report(1, {"loss": [3.0, 1.0, 2.0, 2.0][epoch.number - 1]}))
    assert run.receipt.weights_sha256 == kept[1]
    assert run.receipt.last_weights_sha256 == kept[3]
    run.load_best()
    assert fb.weights_sha256(made.model.state_dict()) == kept[1]


def test_plateau_follows_the_metric(tmp_path, lesson):
    made = lesson()
    scheduler = ReduceLROnPlateau(made.optimizer, patience=0, factor=0.5)
    with open_run(tmp_path / "r", made, scheduler=scheduler) as run:
        feed(run, [1.0, 2.0, 2.0])
    assert [record.lr for record in run.receipt.curves] == [[0.15], [0.15], [0.075]]
    assert made.optimizer.param_groups[0]["lr"] == 0.0375  # for the epoch that did not come


def test_plateau_in_the_wrong_direction_is_refused(tmp_path, lesson):
    made = lesson()
    scheduler = ReduceLROnPlateau(made.optimizer, mode="min")
    with open_run(tmp_path / "r", made, scheduler=scheduler) as run:
        for epoch in run.epochs(1):
            with pytest.raises(RunError, match="Use mode='max'"):
                epoch.close(Report(1, {"accuracy": 0.5}), select="accuracy")
            epoch.close(Report(1, {"loss": 0.5}))


# Directories.


def test_a_second_process_is_refused_and_told_who(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made):
        code = f"""if 1:
            import torch, fourbeat as fb
            m = torch.nn.Linear(1, 1)
            try:
                fb.Run({str(tmp_path / "r")!r}, model=m, optimizer=torch.optim.SGD(m.parameters(), lr=1)).__enter__()
            except fb.FourbeatError as error:
                print(error.exit_code, error)
        """
        said = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    assert said.stdout.startswith("4 ")
    assert f"process {os.getpid()} on " in said.stdout
    with open_run(tmp_path / "r", lesson()):
        pass  # free again


def test_twice_in_one_process_is_refused_too(tmp_path, lesson):
    with (
        open_run(tmp_path / "r", lesson()),
        pytest.raises(RunLockedError),
        open_run(tmp_path / "r", lesson()),
    ):
        pass


def test_a_directory_with_something_else_is_left_alone(tmp_path, lesson):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(RunError, match="holds no run: thesis.tex"), open_run(tmp_path, lesson()):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thesis.tex"]


def test_another_training_is_not_mixed_into_a_run(tmp_path, lesson):
    with open_run(tmp_path / "r", lesson()) as run:
        list(run.epochs(1))
    with (
        pytest.raises(RunError, match=r"optimizers.main.groups\[0\].lr was 0.15 and is 0.3"),
        open_run(tmp_path / "r", lesson(lr=0.3)),
    ):
        pass
    with (
        pytest.raises(RunError, match="model.architecture was"),
        open_run(tmp_path / "r", lesson(dropout=0.1)),
    ):
        pass


def test_another_environment_is_refused_or_branded(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        one_epoch(run, made)
    threads = torch.get_num_threads()
    before = (tmp_path / "r" / "receipt.json").read_text()
    torch.set_num_threads(threads + 1)
    with (
        pytest.raises(InexactError, match=f"threads: {threads}, now {threads + 1}"),
        open_run(tmp_path / "r", lesson()),
    ):
        pass
    assert (tmp_path / "r" / "receipt.json").read_text() == before  # a refusal changes nothing
    again = lesson()
    with open_run(tmp_path / "r", again, allow_inexact=True) as run:
        for epoch in run.epochs(2):
            epoch.close()
    assert run.receipt.inexact == [f"threads: {threads}, now {threads + 1}"]


def test_the_newest_checkpoint_broken_falls_back_and_says_so(tmp_path, lesson, caplog):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        feed_steps(run, made, 3)
    state = sorted((tmp_path / "r" / "checkpoints").iterdir())[-1] / "state.pt"
    raw = bytearray(state.read_bytes())
    raw[len(raw) // 2] ^= 1
    state.write_bytes(raw)
    again = lesson()
    with open_run(tmp_path / "r", again) as run:
        assert run.state.epoch == 2
        feed_steps(run, again, 3)
    assert "state.pt has changed" in caplog.text
    assert "broken checkpoint" in [event.kind for event in run.receipt.events]
    assert fb.weights_sha256(again.model.state_dict()) == fb.weights_sha256(made.model.state_dict())


def feed_steps(run, made, epochs):
    for epoch in run.epochs(epochs):
        for step in run.train(made.train):
            x, y = step.batch
            step.backward(made.loss_fn(made.model(x), y))
            step.update()
        epoch.close(run.validate(made.val, made.loss_fn))


@pytest.mark.parametrize("state", [[1], 3, {"w": torch.ones(1)}, {"run": {}}, {"run": [2]}])
def test_plain_values_that_are_no_state_are_refused(tmp_path, lesson, state):
    with open_run(tmp_path / "r", lesson()) as run:
        list(run.epochs(1))
    CheckpointStore(tmp_path / "r" / "checkpoints").write(9, state, run.receipt.environment)
    with pytest.raises(CheckpointError, match="refused: its hashes fit, but it is no state"):
        with open_run(tmp_path / "r", lesson()):
            pass


def test_no_whole_checkpoint_is_an_error(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        feed_steps(run, made, 1)
    for state in (tmp_path / "r" / "checkpoints").glob("*/state.pt"):
        state.write_bytes(b"")
    with (
        pytest.raises(CheckpointError, match="no checkpoint is whole"),
        open_run(tmp_path / "r", lesson()),
    ):
        pass


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path, lesson, monkeypatch):
    made = lesson()
    save = torch.save

    def full(state, path, **options):
        save(state, path, **options)
        if state["run"]["epoch"] == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with (
        pytest.raises(
            CheckpointError, match=r"step 4 cannot be written: No space left.*step 2 is whole"
        ),
        open_run(tmp_path / "r", made) as run,
    ):
        feed_steps(run, made, 3)
    monkeypatch.setattr(torch, "save", save)
    with open_run(tmp_path / "r", lesson()) as run:
        assert run.state.step == 2
    assert not (tmp_path / "r" / "checkpoints" / ".writing").exists()


@pytest.mark.parametrize("draw", [lambda: torch.rand(1), np.random.rand, random.random])
def test_numbers_drawn_after_close_are_said_not_to_be_repeated(tmp_path, lesson, caplog, draw):
    with open_run(tmp_path / "r", lesson()) as run:
        for epoch in run.epochs(3):
            epoch.close()
            draw()
    assert caplog.text.count("Draw them before it") == 1
    assert any("after epoch.close()" in text for text in run.receipt.limits)


def test_state_that_only_code_could_restore_is_refused_when_it_is_saved(tmp_path, lesson):
    class Counter:
        def state_dict(self):
            return {"how": lambda: 1}

        def load_state_dict(self, state_dict):
            raise AssertionError

    with (
        pytest.raises(CheckpointError, match=r"function cannot be saved.*state.extra.counter.how"),
        open_run(tmp_path / "r", lesson(), extra={"counter": Counter()}) as run,
    ):
        list(run.epochs(1))


def test_a_model_that_prints_an_address_is_the_same_model(tmp_path):
    class Lambda(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))
            self.function = lambda x: x

        def extra_repr(self):
            return f"{self.function}"

    for _ in range(2):
        model = Lambda()
        optimizer = torch.optim.SGD(model.parameters(), lr=1)
        with fb.Run(tmp_path / "r", model=model, optimizer=optimizer) as run:
            list(run.epochs(2))
    assert "0x" not in run.receipt.model.architecture


def test_a_lazy_layer_trains_and_resumes(tmp_path, lesson):
    made = lesson()

    def train(directory, epochs):
        torch.manual_seed(3)
        model = torch.nn.Sequential(torch.nn.LazyLinear(4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        fb.fit(
            model,
            list(zip(torch.ones(3, 4, 2), torch.tensor([[0, 1, 0, 1]] * 3), strict=True)),
            loss_fn=made.loss_fn,
            optimizer=optimizer,
            epochs=epochs,
            out=directory,
        )
        return fb.weights_sha256(model.state_dict())

    train(tmp_path / "cut", 1)
    assert train(tmp_path / "cut", 3) == train(tmp_path / "whole", 3)


def test_the_loop_may_change_the_working_folder(tmp_path, lesson, monkeypatch):
    made = lesson()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with open_run("r", made) as run:
        for epoch in run.epochs(1):
            os.chdir(tmp_path / "elsewhere")
            epoch.close()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "r" / "report.html").exists()


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (torch.float32, "torch.float32"),
        (np.float32(0.5), 0.5),
        (torch.tensor([1.0, 2.0]), [1.0, 2.0]),
        ({"a": (1, None)}, {"a": [1, None]}),
        ({1: Path("x")}, {"1": "x"}),
    ],
    ids=str,
)
def test_a_config_of_any_values_is_plain_in_the_receipt(tmp_path, lesson, value, kept):
    for _ in range(2):  # the second time, the run goes on
        with open_run(tmp_path / "r", made := lesson(), config={"v": value}) as run:
            one_epoch(run, made)
    assert receipts.read(tmp_path / "r").config == {"v": kept}


def test_a_finished_run_keeps_the_record_of_the_code_that_trained_it(tmp_path, lesson):
    old, new = CodeRecord(script="a.py"), CodeRecord(script="b.py")
    for code in (old, new):
        with open_run(tmp_path / "r", made := lesson(), code=code) as run:
            one_epoch(run, made)
    assert receipts.read(tmp_path / "r").code == old


def test_a_resume_with_other_code_says_so(tmp_path, lesson):
    for code, count in ((CodeRecord(script="a.py"), 1), (CodeRecord(script="b.py"), 2)):
        with open_run(tmp_path / "r", made := lesson(), code=code) as run:
            for epoch in run.epochs(count):
                for step in run.train(made.train):
                    x, y = step.batch
                    step.backward(made.loss_fn(made.model(x), y))
                    step.update()
                epoch.close()
    receipt = receipts.read(tmp_path / "r")
    assert receipt.code.script == "b.py"
    assert [event.text for event in receipt.events] == [
        "from the checkpoint of step 2; the code has changed since"
    ]


def test_an_infinity_in_the_config_does_not_forbid_a_resume(tmp_path, lesson):
    for _ in range(2):
        with open_run(tmp_path / "r", lesson(), config={"v": float("inf")}) as run:
            list(run.epochs(1))


def test_a_step_updated_after_its_pass_leaves_no_stale_position(tmp_path, lesson):
    made = lesson()
    with open_run(tmp_path / "r", made) as run:
        for epoch in run.epochs(1):
            step = next(run.train(made.train))
            step.backward(made.loss_fn(made.model(step.batch[0]), step.batch[1]))
            step.update()
            epoch.close()
        assert run.state.position == 0


def test_extra_objects_resume(tmp_path, lesson):
    class Counter:
        count = 0

        def state_dict(self):
            return {"count": self.count}

        def load_state_dict(self, state_dict):
            self.count = state_dict["count"]

    counter = Counter()
    with open_run(tmp_path / "r", lesson(), extra={"counter": counter}) as run:
        for epoch in run.epochs(2):
            counter.count += 10
            epoch.close()
    again = Counter()
    with open_run(tmp_path / "r", lesson(), extra={"counter": again}):
        assert again.count == 20


def test_a_receipt_is_there_from_the_first_moment(tmp_path, lesson):
    with open_run(tmp_path / "r", lesson()):
        tree = json.loads((tmp_path / "r" / "receipt.json").read_text())
        assert (tree["run"]["status"], tree["seal"]) == ("running", None)


# A run that is opened and not trained.


def test_an_unfinished_run_that_is_only_looked_into_stays_unfinished(tmp_path, lesson):
    with pytest.raises(KeyboardInterrupt), open_run(tmp_path / "r", made := lesson()) as run:
        one_epoch(run, made)
        raise KeyboardInterrupt
    before = (tmp_path / "r" / "receipt.json").read_bytes()
    with open_run(tmp_path / "r", lesson()) as run:
        run.load_best()
    assert (tmp_path / "r" / "receipt.json").read_bytes() == before
    assert receipts.read(tmp_path / "r").run.status == "interrupted"


def test_a_finished_run_that_is_opened_again_keeps_its_seal(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        one_epoch(run, made)
    before = (tmp_path / "r" / "receipt.json").read_bytes()
    with pytest.raises(ZeroDivisionError), open_run(tmp_path / "r", lesson()) as run:
        _ = 1 / 0
    with open_run(tmp_path / "r", lesson()) as run:
        assert list(run.epochs(1)) == []
    assert (tmp_path / "r" / "receipt.json").read_bytes() == before
    with open_run(tmp_path / "r", made := lesson()) as run:
        run.evaluate("late", made.val, made.loss_fn)
    receipt = receipts.read(tmp_path / "r")
    assert receipt.results["late"]["examples"] == 4
    assert receipt.run.status == "stopped"


def test_training_after_close_is_refused(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        for epoch in run.epochs(2):
            epoch.close()
            with pytest.raises(BeatError, match="outside of an epoch"):
                run.train(made.train)
            break
        with pytest.raises(BeatError, match="outside of an epoch"):
            run.train(made.train)


def test_a_script_with_two_runs_goes_on_to_the_same_bits(tmp_path, lesson):
    def script(place, *, die):
        first = lesson(dropout=0.5)
        with open_run(place / "a", first, seed=7) as run:
            one_epoch(run, first)
        second = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Dropout(0.5))
        optimizer = torch.optim.SGD(second.parameters(), lr=0.1)
        with fb.Run(place / "b", model=second, optimizer=optimizer, seed=7) as run:
            for _ in run.epochs(1):
                for step in run.train(first.train):
                    x, y = step.batch
                    step.backward(first.loss_fn(second(x), y))
                    step.update()
                    if die:
                        raise KeyboardInterrupt
        return run.receipt

    whole = script(tmp_path / "whole", die=False)
    with pytest.raises(KeyboardInterrupt):
        script(tmp_path / "cut", die=True)
    again = script(tmp_path / "cut", die=False)
    assert again.last_weights_sha256 == whole.last_weights_sha256
    assert again.run.generators_sha256 == whole.run.generators_sha256 is not None


def test_the_receipt_says_where_in_its_stream_a_run_began(tmp_path):
    def began(name, drawn):
        torch.manual_seed(7)
        torch.rand(drawn)
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with fb.Run(tmp_path / name, model=model, optimizer=optimizer, seed=7) as run:
            pass
        return run.receipt.run.generators_sha256

    assert began("a", drawn=0) == began("b", drawn=0) != began("c", drawn=1)


def test_a_finished_run_without_its_checkpoints_is_not_trained_over(tmp_path, lesson):
    with open_run(tmp_path / "r", made := lesson()) as run:
        one_epoch(run, made)
    before = (tmp_path / "r" / "receipt.json").read_bytes()
    shutil.rmtree(tmp_path / "r" / "checkpoints")
    with (
        pytest.raises(RunError, match="is finished, and its checkpoints are gone"),
        open_run(tmp_path / "r", lesson()),
    ):
        pass
    assert (tmp_path / "r" / "receipt.json").read_bytes() == before


def test_a_model_with_extra_state_trains_and_resumes(tmp_path, lesson):
    class Counting(torch.nn.Linear):
        def get_extra_state(self):
            return {"seen": 3}

        def set_extra_state(self, state):
            self.seen = state["seen"]

    model = Counting(2, 2)
    for count in (1, 2):
        fb.fit(
            model,
            lesson().train,
            lesson().val,
            loss_fn=lesson().loss_fn,
            optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            epochs=count,
            out=tmp_path / "r",
        )
    assert model.seen == 3
    assert receipts.read(tmp_path / "r").run.epochs == 2


def test_validation_by_a_stream_without_length(tmp_path, lesson):
    class Rows(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter([(torch.ones(2), 0), (torch.zeros(2), 1)])

    made = lesson()
    run = fb.fit(
        made.model,
        made.train,
        torch.utils.data.DataLoader(Rows(), batch_size=2),
        loss_fn=made.loss_fn,
        optimizer=made.optimizer,
        epochs=1,
        out=tmp_path / "r",
    )
    assert run.receipt.results["validation"]["examples"] == 2


def test_a_batch_may_be_any_mapping_with_scalars_in_it(tmp_path, lesson):
    batch = UserDict(epoch=torch.tensor(3), x=torch.ones(4, 2), y=torch.tensor([0, 1, 0, 1]))
    with open_run(tmp_path / "r", made := lesson()) as run:
        for epoch in run.epochs(1):
            for step in run.train([batch]):
                assert type(step.batch) is UserDict
                step.backward(made.loss_fn(made.model(step.batch["x"]), step.batch["y"]))
                step.update()
            assert epoch.train.examples == 4


# Means that are what they say.


@pytest.mark.parametrize("batch_size", [1, 3, 7, 20])
@pytest.mark.parametrize(
    "loss_fn",
    [
        torch.nn.CrossEntropyLoss(),
        torch.nn.CrossEntropyLoss(ignore_index=2),
        torch.nn.CrossEntropyLoss(weight=torch.tensor([0.2, 1.0, 3.0])),
        torch.nn.CrossEntropyLoss(weight=torch.tensor([0.2, 1.0, 3.0]), ignore_index=0),
        torch.nn.CrossEntropyLoss(label_smoothing=0.1),
    ],
    ids=["plain", "ignored", "weighted", "both", "smoothed"],
)
def test_the_mean_loss_does_not_depend_on_the_batches(batch_size, loss_fn):
    torch.manual_seed(0)
    x, y = torch.randn(20, 3), torch.randint(0, 3, (20,))
    y[:7] = loss_fn.ignore_index  # the first batches are ignored altogether
    report = fb.validate(torch.nn.Identity(), fb.TensorLoader(x, y, batch_size=batch_size), loss_fn)
    assert report.loss == pytest.approx(loss_fn(x, y).item(), rel=1e-6)
    there = y >= 0
    assert report.accuracy == (x.argmax(1) == y)[there].sum().item() / there.sum().item()


def test_the_answers_of_several_members_all_count():
    torch.manual_seed(0)
    logits, y = torch.randn(20, 5, 3), torch.randint(0, 3, (20,))
    y[:4] = -100
    ((name, right, labels),) = right_answers(logits, y)
    expected = (logits[4:].argmax(2) == y[4:].unsqueeze(1)).sum()
    assert (name, int(right), int(labels)) == ("accuracy", int(expected), 16 * 5)
    assert right_answers(logits, y.unsqueeze(1).expand(20, 5)) == []
    places = torch.randint(0, 3, (20, 3))  # of (N, classes, places) as before
    ((_, right, labels),) = right_answers(logits, places)
    assert (int(right), int(labels)) == (int((logits.argmax(1) == places).sum()), 60)


def test_a_loss_that_is_a_sum_is_refused(lesson):
    made = lesson()
    with pytest.raises(BatchError, match="sum over the batch"):
        fb.validate(made.model, made.val, torch.nn.CrossEntropyLoss(reduction="sum"))


def test_a_run_that_failed_has_a_report_that_says_so(tmp_path, lesson):
    with pytest.raises(ZeroDivisionError), open_run(tmp_path / "r", made := lesson()) as run:
        one_epoch(run, made)
        _ = 1 / 0
    page = (tmp_path / "r" / "report.html").read_text()
    assert "This run failed." in page
    assert "ZeroDivisionError" in page


@pytest.mark.parametrize("moves", [True, False])
def test_buffers_that_the_weights_leave_out_are_said_if_they_matter(tmp_path, lesson, moves):
    class Shifted(torch.nn.Linear):
        def __init__(self):
            super().__init__(2, 2)
            self.register_buffer("shift", torch.zeros(2), persistent=False)

        def forward(self, x):
            if moves and self.training:
                self.shift += 1
            return super().forward(x) + self.shift

    made = lesson()
    made.model = Shifted()
    made.optimizer = torch.optim.SGD(made.model.parameters(), lr=0.1)
    with open_run(tmp_path / "r", made) as run:
        one_epoch(run, made)
    assert ("shift" in " ".join(run.receipt.limits)) == moves


FULL = """
import resource, signal, sys, torch
import fourbeat as fb
from fourbeat.errors import FourbeatError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = torch.nn.Linear(300, 300)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with fb.Run(sys.argv[1], model=model, optimizer=optimizer) as run:
    for epoch in run.epochs(2):
        if epoch.number == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            epoch.close()
        except FourbeatError as error:
            sys.exit(str(error))
"""


def test_a_file_that_may_not_grow_is_said_as_the_system_says_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "r")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the checkpoint of step 0 cannot be written: File too large" in done.stderr
