"""Blame: the step, the layer, the rows; and silence where all is ordinary."""

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.errors import NonFiniteError
from fourbeat.record.incidents import incidents


def train(
    directory, x, y, *, lr=0.05, model=None, epochs=5, before, kind=torch.optim.SGD, **options
):
    torch.manual_seed(0)
    model = model or nn.Sequential(
        nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 1)
    )
    optimizer = kind(model.parameters(), lr=lr)
    loader = fb.TensorLoader(x, y, batch_size=16, shuffle=True, seed=2)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=0, **options) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                before(step.number, model, optimizer)
                inputs, target = step.batch
                step.backward(nn.functional.mse_loss(model(inputs).squeeze(1), target))
                step.update()
            epoch.close()
    return incidents(fb.history(directory))


def quiet(number, model, optimizer):
    """Nothing happens."""


def rows(n=800):
    made = torch.Generator().manual_seed(1)
    x = torch.randn(n, 8, generator=made)
    return x, x @ torch.linspace(-1, 1, 8) + 0.1 * torch.randn(n, generator=made)


def test_an_ordinary_run_is_silent(tmp_path):
    found = train(tmp_path / "r", *rows(), before=quiet)
    assert [incident.kind for incident in found if incident.kind != "plateau"] == []


def test_a_spike_is_traced_to_its_batch(tmp_path):
    x, y = rows()
    y[123] = 400.0
    found = train(tmp_path / "r", x, y, before=quiet, epochs=3)
    spike = found[0]
    assert spike.kind == "spike"
    assert spike.rows == [123]  # it is in every batch of such a loss
    assert [incident.kind for incident in found].count("spike") == 1
    log = fb.history(tmp_path / "r")
    assert 123 in log.rows(spike.began).tolist()


def test_a_learning_rate_that_jumps_is_around_the_spike(tmp_path):
    def jump(number, model, optimizer):
        if number == 120:
            optimizer.param_groups[0]["lr"] = 3.0

    with pytest.raises(NonFiniteError):
        train(tmp_path / "r", *rows(), model=nn.Linear(8, 1), before=jump)
    found = incidents(fb.history(tmp_path / "r"))
    assert (found[0].began, found[0].rows) == (120, [])
    assert found[0].origin == "the learning rate goes from 0.05 to 3"
    assert "learning rate 0.05 -> 3 at step 120" in found[0].around


def test_a_value_that_is_not_finite_has_its_layer(tmp_path):
    class Roots(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(8, 8)
            self.last = nn.Linear(8, 1)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            h = self.first(x)
            if self.calls == 90:
                h = h + torch.sqrt(self.first.weight.sum() * 0)  # gradient 0 * inf
            return self.last(torch.tanh(h))

    with pytest.raises(NonFiniteError):
        train(tmp_path / "r", *rows(), model=Roots(), before=quiet)
    found = incidents(fb.history(tmp_path / "r"))
    assert (found[0].kind, found[0].step, found[0].layer) == ("non-finite", 89, "first.weight")


def test_gradients_that_pile_up_are_growth(tmp_path):
    def pile(number, model, optimizer):
        optimizer.zero_grad = lambda set_to_none=True: None

    x, _ = rows()
    found = train(tmp_path / "r", x, torch.full((800,), 3.0), lr=1e-7, before=pile, epochs=4)
    assert "growth" in [incident.kind for incident in found]
    growth = next(incident for incident in found if incident.kind == "growth")
    assert growth.began < 60


def test_a_layer_that_dies_is_named_with_the_step(tmp_path):
    class Dies(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(8, 16)
            self.last = nn.Linear(16, 1)
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            h = self.first(x)
            return self.last(h.detach() * 0 + 1 + 0 * h if self.calls > 60 else torch.tanh(h))

    found = train(tmp_path / "r", *rows(), model=Dies(), before=quiet)
    dead = [incident for incident in found if incident.kind == "dead"]
    assert [(incident.layer, incident.began) for incident in dead] == [("first.weight", 60)]
    assert "first.weight and first.bias get no gradient" in dead[0].text


def test_a_layer_that_is_frozen_on_the_way_is_named(tmp_path):
    def freeze(number, model, optimizer):
        if number == 100:
            model[2].weight.requires_grad_(False)

    found = train(tmp_path / "r", *rows(), before=freeze)
    dead = [(incident.layer, incident.began) for incident in found if incident.kind == "dead"]
    assert dead == [("2.weight", 100)]


def test_a_loss_that_has_come_to_nothing_does_not_jump(tmp_path):
    x, _ = rows()
    found = train(tmp_path / "r", x, torch.zeros(800), model=nn.Linear(8, 1), before=quiet)
    assert [incident.kind for incident in found if incident.kind != "plateau"] == []


def test_weights_that_something_else_changed_are_named(tmp_path):
    def blow(number, model, optimizer):
        if number == 150:
            with torch.no_grad():
                model[2].weight.mul_(50)

    found = train(tmp_path / "r", *rows(), before=blow, record=1)
    assert (found[0].began, found[0].layer, found[0].rows) == (150, "2.weight", [])
    assert "by no update" in found[0].origin


def test_what_comes_of_a_jump_is_said_there(tmp_path):
    def jump(number, model, optimizer):
        optimizer.param_groups[0]["lr"] = 1.0 if number >= 120 else 1e-3

    layers = (nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    model = nn.Sequential(*layers)
    found = train(
        tmp_path / "r", *rows(), model=model, before=jump, epochs=8, kind=torch.optim.Adam
    )
    assert [incident.began for incident in found] == [120]
    assert "after it, 0.weight, 0.bias, 2.weight and 2 more get no gradient" in " ".join(
        found[0].around
    )


@pytest.mark.parametrize("share", [0.03, 0.01])
def test_batches_with_a_rare_class_are_ordinary(tmp_path, share):
    x, _ = rows(1600)
    y = (torch.rand(1600, generator=torch.Generator().manual_seed(3)) < share).float()
    found = train(tmp_path / "r", x, y, before=quiet, lr=0.5)
    assert [incident.kind for incident in found] == []


def test_gradients_that_vanish_are_named(tmp_path):
    layers = [layer for _ in range(8) for layer in (nn.Linear(8, 8), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(8, 1))
    found = train(tmp_path / "r", *rows(), model=model, before=quiet)
    assert ("vanishing", "0.weight") in [(incident.kind, incident.layer) for incident in found]
