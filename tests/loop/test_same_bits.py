"""Same seed, same bits: plain loop, modes A and B, and a resume at every step."""

import os
import random
import signal

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, Dataset, IterableDataset

import fourbeat as fb


class Noisy(Dataset):
    """Samples that draw from torch, NumPy and Python when they are fetched."""

    def __len__(self):
        return 11

    def __getitem__(self, i):
        noise = torch.randn(3) * 0.1 + float(np.random.rand()) * 0.1 + random.random() * 0.1
        return noise + i / 10, i % 2


class Stream(IterableDataset):
    """An iterable dataset with random numbers."""

    def __iter__(self):
        for i in range(11):
            yield torch.randn(3) + i / 10, i % 2


class Plain(Dataset):
    """Samples that draw nothing: what is drawn in kept workers no resume repeats."""

    def __len__(self):
        return 11

    def __getitem__(self, i):
        return torch.full((3,), i / 10), i % 2


class Wrapped:
    """What people put around a DataLoader, with a method that another loader has too."""

    def __init__(self, loader):
        self.loader = loader
        self.batches = len(loader)

    def __iter__(self):
        return iter(self.loader)


def make(kind: str):
    """Everything of a small training with as much randomness as there can be."""
    fb.seed_everything(3)
    model = nn.Sequential(
        nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    if kind == "unfrozen on the way":
        model[0].requires_grad_(False)
    if kind == "keyed":
        x = torch.randn(11, 3)
        y = torch.arange(11) % 2
        loader = fb.TensorLoader(x, y, batch_size=3, shuffle=True, seed=3)
    elif kind == "generator":
        loader = DataLoader(
            Noisy(), batch_size=3, shuffle=True, generator=torch.Generator().manual_seed(5)
        )
    elif kind == "workers":
        loader = DataLoader(Noisy(), batch_size=3, shuffle=True, num_workers=2)
    elif kind in ("kept workers", "wrapped"):
        kept = kind == "kept workers"
        loader = Wrapped(
            DataLoader(
                Plain(),
                batch_size=3,
                shuffle=True,
                num_workers=2 if kept else 0,
                persistent_workers=kept,
                generator=torch.Generator().manual_seed(5) if kind == "wrapped" else None,
            )
        )
    elif kind in ("loaders in turn", "loaders of one seed"):
        seeds = (5, 6) if kind == "loaders in turn" else (5, 5)
        loader = [
            DataLoader(
                Noisy(), batch_size=3, shuffle=True, generator=torch.Generator().manual_seed(seed)
            )
            for seed in seeds
        ]
    elif kind == "a loader for each epoch":

        def loader(epoch):
            own = torch.Generator().manual_seed(5)
            return DataLoader(Noisy(), batch_size=3, shuffle=True, generator=own)

    elif kind in ("kept workers for each epoch", "kept workers in turn"):

        def make_loader(epoch):
            return DataLoader(
                Plain(), batch_size=3, shuffle=True, num_workers=1, persistent_workers=True
            )

        first, second = make_loader(1), make_loader(2)
        later = {"kept workers in turn": lambda epoch: first if epoch == 1 else second}
        loader = later.get(kind, make_loader)
    elif kind == "stream":
        loader = DataLoader(Stream(), batch_size=3)
    else:
        loader = DataLoader(Noisy(), batch_size=3, shuffle=True)
    return model, optimizer, loader


def plain_loop(kind, epochs, schedule=None):
    model, optimizer, loader = make(kind)
    scheduler = schedule(optimizer) if schedule else None
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        if kind == "keyed":
            loader.set_epoch(epoch)
        for x, y in loader:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
            if isinstance(scheduler, OneCycleLR):
                scheduler.step()
        if isinstance(scheduler, CosineAnnealingLR):
            scheduler.step()
    return fb.weights_sha256(model.state_dict())


class Killed(Exception):
    """Stands for `kill -9`: nothing after it is written."""


def body_of(kind, epoch, loader):
    """What an epoch's body makes before it trains."""
    if kind == "drawn in the body":
        x, y = torch.randn(11, 3), torch.arange(11) % 2
        return [(x[rows], y[rows]) for rows in torch.randperm(11).split(3)]
    if kind in ("loaders in turn", "loaders of one seed"):
        return loader[epoch % 2]
    return loader(epoch) if callable(loader) else loader


class Interrupting(list):
    """Held-out batches that bring a SIGTERM with them, once."""

    def __iter__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        return super().__iter__()


def mode_a(directory, kind, epochs, *, die_at=None, schedule=None, every=1, term_in=None):
    model, optimizer, loader = make(kind)
    scheduler = schedule(optimizer) if schedule else None
    loss_fn = nn.CrossEntropyLoss()
    held_out = [(torch.ones(4, 3), torch.tensor([0, 1, 0, 1]))]
    with fb.Run(
        directory,
        model=model,
        optimizer=optimizer,
        scheduler=scheduler,
        seed=3,
        checkpoint_every=every,
    ) as run:
        for epoch in run.epochs(epochs):
            if kind == "unfrozen on the way" and epoch.number == 2:
                model[0].requires_grad_(True)
            for step in run.train(body_of(kind, epoch.number, loader)):
                if step.number == die_at:
                    raise Killed
                x, y = step.batch
                step.backward(loss_fn(model(x), y))
                step.update()
            made = Interrupting if epoch.number == term_in else list
            epoch.close(run.validate(made(held_out), loss_fn))
    return fb.weights_sha256(model.state_dict())


KINDS = ["keyed", "default", "generator", "stream"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The weights of a kind's whole training, made once."""
    made = {}

    def find(kind):
        if kind not in made:
            made[kind] = mode_a(tmp_path_factory.mktemp(kind) / "whole", kind, 3)
        return made[kind]

    return find


@pytest.mark.parametrize("kind", [*KINDS, "workers", "kept workers", "wrapped"])
def test_mode_a_equals_the_plain_loop(tmp_path, kind):
    assert mode_a(tmp_path / "a", kind, 3) == plain_loop(kind, 3)


@pytest.mark.parametrize("kind", ["keyed", "default", "generator"])
def test_mode_b_equals_the_plain_loop(tmp_path, kind):
    model, optimizer, loader = make(kind)
    held_out = [(torch.ones(4, 3), torch.tensor([0, 1, 0, 1]))]
    fb.fit(
        model,
        loader,
        held_out,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        epochs=3,
        seed=3,
        out=tmp_path / "b",
    )
    assert fb.weights_sha256(model.state_dict()) == plain_loop(kind, 3)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda optimizer: CosineAnnealingLR(optimizer, T_max=3),
        lambda optimizer: OneCycleLR(optimizer, max_lr=0.1, total_steps=12),
    ],
    ids=["per epoch", "per step"],
)
def test_schedules_move_when_the_plain_loop_moves_them(tmp_path, schedule):
    assert mode_a(tmp_path / "a", "keyed", 3, schedule=schedule) == plain_loop("keyed", 3, schedule)


@pytest.mark.parametrize(
    "kind",
    [
        *KINDS,
        "drawn in the body",
        "loaders in turn",
        "loaders of one seed",
        "a loader for each epoch",
        "wrapped",
        "unfrozen on the way",
    ],
)
@pytest.mark.parametrize("die_at", range(12))
def test_a_resume_at_every_step_ends_with_the_same_bits(tmp_path, undisturbed, kind, die_at):
    with pytest.raises(Killed):
        mode_a(tmp_path / "cut", kind, 3, die_at=die_at)
    assert mode_a(tmp_path / "cut", kind, 3) == undisturbed(kind)


@pytest.mark.parametrize("every", [2, 3, None])
def test_a_resume_from_further_back_ends_with_the_same_bits(tmp_path, every):
    whole = mode_a(tmp_path / "whole", "generator", 3)
    for die_at in (7, 10):
        with pytest.raises(Killed):
            mode_a(tmp_path / "cut", "generator", 3, die_at=die_at, every=every)
    assert mode_a(tmp_path / "cut", "generator", 3, every=every) == whole


@pytest.mark.parametrize(
    ("kind", "die_at"),
    [
        ("workers", 6),
        ("kept workers", 2),
        ("kept workers", 6),
        ("kept workers for each epoch", 5),
        ("kept workers for each epoch", 9),
        ("kept workers in turn", 3),
        ("kept workers in turn", 9),
    ],
)
@pytest.mark.parametrize("every", [1, None])
def test_a_resume_with_workers_ends_with_the_same_bits(tmp_path, kind, die_at, every):
    whole = mode_a(tmp_path / "whole", kind, 3, every=every)
    with pytest.raises(Killed):
        mode_a(tmp_path / "cut", kind, 3, die_at=die_at, every=every)
    assert mode_a(tmp_path / "cut", kind, 3, every=every) == whole


@pytest.mark.parametrize("kind", ["default", "generator", "kept workers", "loaders in turn"])
@pytest.mark.parametrize("term_in", [1, 2])
def test_a_signal_in_validation_and_a_resume_end_with_the_same_bits(tmp_path, kind, term_in):
    whole = mode_a(tmp_path / "whole", kind, 3)
    with pytest.raises(SystemExit):
        mode_a(tmp_path / "cut", kind, 3, term_in=term_in)
    assert mode_a(tmp_path / "cut", kind, 3) == whole


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_keyed_loader_needs_no_workers_to_give_the_same_batches(workers):
    x = torch.arange(20.0).reshape(10, 2)
    loader = fb.TensorLoader(x, batch_size=3, shuffle=True, seed=workers)
    state = torch.get_rng_state()
    first, again = list(loader.batches(4)), list(loader.batches(4))
    assert all(torch.equal(a[0], b[0]) for a, b in zip(first, again, strict=True))
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize(
    "schedule",
    [
        lambda optimizer: OneCycleLR(optimizer, max_lr=0.1, total_steps=12),
        lambda optimizer: CosineAnnealingLR(optimizer, T_max=3),
        lambda optimizer: ReduceLROnPlateau(optimizer, patience=0, factor=0.5),
        lambda optimizer: torch.optim.lr_scheduler.SequentialLR(
            optimizer,
            [
                torch.optim.lr_scheduler.LinearLR(optimizer, total_iters=1),
                torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5**epoch),
            ],
            milestones=[1],
        ),
    ],
    ids=["onecycle", "cosine", "plateau", "sequential"],
)
@pytest.mark.parametrize("die_at", [2, 5, 8])
def test_schedules_resume(tmp_path, schedule, die_at):
    whole = mode_a(tmp_path / "whole", "keyed", 3, schedule=schedule)
    with pytest.raises(Killed):
        mode_a(tmp_path / "cut", "keyed", 3, die_at=die_at, schedule=schedule)
    assert mode_a(tmp_path / "cut", "keyed", 3, schedule=schedule) == whole


def test_another_seed_gives_other_weights(tmp_path):
    def train(name, seed):
        torch.manual_seed(seed)
        model = nn.Linear(3, 2)
        x, y = torch.ones(4, 3), torch.tensor([0, 1, 0, 1])
        fb.fit(
            model,
            fb.TensorLoader(x, y, batch_size=2, seed=seed, shuffle=True),
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            epochs=1,
            seed=seed,
            out=tmp_path / name,
        )
        return fb.weights_sha256(model.state_dict())

    assert train("a", 1) == train("b", 1) != train("c", 2)


def test_the_same_seed_is_not_rewound(tmp_path):
    """Numbers that made the weights are not drawn again for dropout and order."""
    torch.manual_seed(11)
    model = nn.Linear(2, 2)
    expected = torch.get_rng_state()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with fb.Run(tmp_path / "run", model=model, optimizer=optimizer, seed=11):
        assert torch.equal(torch.get_rng_state(), expected)
    with fb.Run(tmp_path / "other", model=model, optimizer=optimizer, seed=12):
        torch_first = torch.rand(1)
    torch.manual_seed(12)
    assert torch.equal(torch_first, torch.rand(1))


class Secret(Plain):
    """Draws from a generator that nobody knows of."""

    def __init__(self):
        self.dice = np.random.default_rng(1)


class Shared(Plain):
    """The same, for all of its kind."""

    dice = np.random.default_rng(1)


@pytest.mark.parametrize("kind", [Secret, Shared])
def test_a_generator_that_is_not_known_is_said(tmp_path, kind):
    model = nn.Linear(3, 2)
    run = fb.fit(
        model,
        DataLoader(kind(), batch_size=3),
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        epochs=1,
        out=tmp_path / "r",
    )
    assert "dataset has a generator of its own, 'dice'" in " ".join(run.receipt.limits)
