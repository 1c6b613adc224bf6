"""What rules share, seen through what they report."""

import copy

import torch
from torch import nn
from torch.nn import functional as F

from fourbeat.check.watch import checking


def rules(facts):
    """The rules that found something, by id."""
    assert facts.failed == {}
    return {finding.rule for finding in facts.findings.values()}


def data():
    """Inputs of shape (64, 8) and classes of shape (64,)."""
    x = torch.randn(64, 8, generator=torch.Generator().manual_seed(0))
    return x, (x[:, 0] > 0).long()


def train(model, optimizer, steps=10):
    """Steps on the same batch."""
    x, y = data()
    for _ in range(steps):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_the_close_look_ends_after_some_steps_and_leaves_no_mode_behind():
    depths = []
    with checking():
        model = nn.Linear(8, 2)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        for _ in range(12):
            train(model, optimizer, 1)
            depths.append(torch._C._len_torch_function_stack())
    assert depths[0] == 1
    assert depths[-1] == 0


def test_what_a_model_was_is_gone_when_the_script_drops_it():
    import gc
    import weakref

    with checking():
        model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
        optimizer = torch.optim.Adam(model.parameters())
        train(model, optimizer, 20)
        alive = [weakref.ref(one) for one in (model, optimizer, *model.parameters())]
        del model, optimizer
        gc.collect()
        assert [one() for one in alive] == [None] * len(alive)


def test_a_probe_takes_no_random_number_and_prints_nothing(capsys):
    class Scrambled(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(4, 8)
            self.drop = nn.Dropout(0.1)
            self.out = nn.Linear(8, 2)

        def forward(self, x):
            print("called")
            x = x.view(x.size(1), x.size(0), x.size(2))
            return self.out(self.drop(self.rnn(x)[0][-1]))

    def run():
        torch.manual_seed(0)
        model = Scrambled()
        x = torch.randn(12, 5, 4)
        for _ in range(3):
            model(x).pow(2).mean().backward()
        return torch.rand(4), capsys.readouterr().out

    bare = run()
    with checking() as facts:
        checked = run()
    assert rules(facts) == {"view-instead-of-permute"}
    assert torch.equal(bare[0], checked[0])
    assert bare[1] == checked[1]


def test_a_part_that_is_trained_later_is_not_called_cut_off():
    body, head = nn.Linear(8, 8), nn.Linear(8, 2)
    x, y = data()
    for late in (True, False):
        with checking() as facts:
            optimizer = torch.optim.SGD([*body.parameters(), *head.parameters()], 0.1)
            for number in range(40):
                h = torch.relu(body(x))
                h = h if late and number > 30 else h.detach()
                loss = F.cross_entropy(head(h), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        assert rules(facts) == (set() if late else {"graph-cut-inside-forward"})


def test_a_parameter_that_an_optimizer_gets_later_is_not_missing():
    for later in (True, False):
        with checking() as facts:
            model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
            optimizer = torch.optim.SGD(model[2].parameters(), 0.1)
            train(model, optimizer)
            if later:
                optimizer.add_param_group({"params": list(model[0].parameters())})
            train(model, optimizer)
        assert rules(facts) == (set() if later else {"parameters-missing-from-optimizer"})


def test_layers_built_once_for_each_model_are_not_built_in_forward():
    with checking() as facts:
        first = nn.Sequential(nn.Linear(8, 2))
        for _ in range(5):
            model = copy.deepcopy(first)
            model.append(nn.Linear(2, 2))
            train(model, torch.optim.SGD(model.parameters(), 0.1))
    assert rules(facts) == set()


def test_transformed_functions_are_left_alone():
    with checking() as facts:
        model = nn.Linear(8, 2)
        x, y = data()
        values = dict(model.named_parameters())

        def loss(values, x, y):
            return F.cross_entropy(torch.func.functional_call(model, values, (x[None],)), y[None])

        for _ in range(3):
            torch.func.vmap(torch.func.grad(loss), (None, 0, 0))(values, x, y)
    assert rules(facts) == set()
