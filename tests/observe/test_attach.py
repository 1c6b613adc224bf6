"""What attaching changes in PyTorch is put back, keeps nothing alive, and knows its place."""

import gc
import inspect
import weakref

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, TensorDataset, dataloader

from fourbeat.errors import FourbeatError
from fourbeat.observe import events
from fourbeat.observe.attach import attach

PATCHED = [
    (torch, ["compile"]),
    (torch.autograd, ["backward"]),
    (torch.nn.utils, ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_"]),
    (torch.nn.utils.clip_grad, ["clip_grad_norm_", "clip_grad_value_", "_clip_grads_with_norm_"]),
    (nn.Module, ["__call__", "train", "zero_grad"]),
    (torch.amp.GradScaler, ["scale", "unscale_", "step"]),
    (torch.optim.Optimizer, ["__init__", "zero_grad"]),
    (LRScheduler, ["step"]),
    (torch.optim.lr_scheduler.ReduceLROnPlateau, ["step"]),
    (dataloader._BaseDataLoaderIter, ["__next__", "_next_index"]),
]


def functions():
    steps = inspect.getmodule(torch.optim.Optimizer)
    hooks, later = steps._global_optimizer_pre_hooks, steps._global_optimizer_post_hooks
    found = [vars(owner)[name] for owner, names in PATCHED for name in names]
    return [*found, dict(hooks), dict(later)]


def test_everything_is_put_back():
    before = functions()
    with attach():
        during = functions()
    assert all(a is not b and a != b for a, b in zip(before, during, strict=True))
    assert functions() == before
    with pytest.raises(ZeroDivisionError), attach():
        1 / 0  # noqa: B018
    assert functions() == before


def test_the_functions_still_look_like_themselves():
    with attach():
        assert inspect.signature(nn.Module.zero_grad).parameters.keys() == {"self", "set_to_none"}
        assert torch.autograd.backward.__name__ == "backward"
        assert torch.nn.utils.clip_grad_norm_.__doc__.lstrip().startswith("Clip the gradient norm")


def test_what_somebody_else_put_there_stays():
    original = nn.Module.zero_grad
    try:
        with attach():
            inner = nn.Module.zero_grad
            nn.Module.zero_grad = lambda self: inner(self)
            theirs = nn.Module.zero_grad
        assert nn.Module.zero_grad is theirs
        nn.Linear(1, 1).zero_grad()
    finally:
        nn.Module.zero_grad = original


def test_twice_is_refused():
    with attach(), pytest.raises(FourbeatError, match="observed already"), attach():
        pass
    with attach():
        pass


class Training:
    """A small loop, step by step."""

    def __init__(self, optimizer=torch.optim.SGD, **options):
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        self.optimizer = optimizer(self.model.parameters(), lr=0.1, **options)
        self.loader = DataLoader(
            TensorDataset(torch.randn(12, 3), torch.arange(12) % 2), batch_size=4
        )

    def run(self):
        for x, y in self.loader:
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            yield x, loss

    def weights(self):
        return torch.cat([p.detach().reshape(-1).clone() for p in self.model.parameters()])


def test_nothing_lives_longer_than_its_step():
    gc.collect()
    gc.disable()  # a cycle would be kept
    try:
        with attach() as stream, stream.read_by(lambda event: None):
            steps = Training().run()
            x, loss = next(steps)
            watched = [weakref.ref(x), weakref.ref(loss)]
            del x, loss
            next(steps)
            assert [one() for one in watched] == [None] * 2
    finally:
        gc.enable()


def test_a_function_keeps_no_copy_of_its_variables():
    """A frame asked for its variables keeps them until it is left, before Python 3.13."""
    kept = []

    def train():
        training = Training()
        for x, y in training.loader:
            loss = nn.functional.cross_entropy(training.model(x), y)
            loss.backward()
            training.optimizer.step()
            kept.append(weakref.ref(loss))
            del loss, x, y
            assert kept[-1]() is None

    with attach() as stream, stream.read_by(lambda event: None):
        train()
    assert len(kept) == 3


def test_a_reader_may_leave_an_update_out():
    training = Training(torch.optim.Adam)
    seen = []

    def read(event):
        if isinstance(event, events.Updating):
            event.skip = len(seen) == 0
        if isinstance(event, events.Updated | events.Stepped):
            seen.append(event)

    with attach() as stream, stream.read_by(read):
        steps = training.run()
        before = training.weights()
        next(steps)
        assert torch.equal(training.weights(), before)
        assert not training.optimizer.state
        assert all(p.grad is not None for p in training.model.parameters())
        next(steps)
        assert not torch.equal(training.weights(), before)
    done, stepped = seen[::2], seen[1::2]
    assert [one.done for one in done] == [False, True]
    assert [(one.number, one.counted) for one in stepped] == [(0, False), (0, True)]


def test_hushed_nothing_is_told_or_counted():
    training, seen = Training(), []
    with attach() as stream, stream.read_by(seen.append):
        steps = training.run()
        next(steps)
        stream.hushed = True
        training.optimizer.step()
        training.model(torch.zeros(1, 3)).sum().backward()
        stream.hushed = False
        count = len(seen)
        next(steps)
        assert [type(event).__name__ for event in seen[count:]][:3] == ["Clear", "Batch", "Forward"]
        assert [e.number for e in seen if isinstance(e, events.Stepped)] == [0, 1]


def test_an_update_that_raises_does_not_confuse_the_next():
    class Broken(torch.optim.SGD):
        fails = True

        def step(self, closure=None):
            if Broken.fails:
                raise RuntimeError("no")
            return super().step(closure)

    training, seen = Training(Broken), []
    with attach() as stream, stream.read_by(seen.append):
        with pytest.raises(RuntimeError):
            next(training.run())
        Broken.fails = False
        next(training.run())
    names = [type(event).__name__ for event in seen]
    assert names.count("Updating") == 2
    assert names.count("Updated") == names.count("Stepped") == 1


def test_names_go_by_the_variables_of_the_innermost_function():
    found = {}

    def train(student, helper):
        opt = torch.optim.SGD([*student.parameters(), *helper.parameters()], lr=0.1)
        helper(student(torch.ones(2, 3))).sum().backward()
        opt.step()

    with attach() as stream:

        def read(event):
            if isinstance(event, events.Updating):
                found.update(stream.subjects().parameters)

        with stream.read_by(read):
            train(nn.Linear(3, 4), nn.Linear(4, 1))
    assert sorted(found) == ["helper.bias", "helper.weight", "student.bias", "student.weight"]


def test_two_optimizers_for_the_same_parameters_take_turns_under_one_name():
    training = Training(torch.optim.Adam)
    other = torch.optim.SGD(training.model.parameters(), lr=0.1)
    told = []
    with attach() as stream:

        def read(event):
            if isinstance(event, events.Updating):
                named = stream.subjects().optimizers.items()
                told.append([(name, type(o).__name__) for name, o in named])
            if isinstance(event, events.Stepped):
                told.append(event.number)

        with stream.read_by(read):
            for _ in training.run():
                other.step()
    turns = [[("main", "Adam")], [("main", "SGD")]] * 3
    assert told[::2] == turns
    assert told[1::2] == list(range(6))


def test_optimizers_made_anew_keep_their_name():
    model = nn.Linear(2, 1)
    names = []
    with attach() as stream, stream.read_by(lambda e: names.extend(stream.subjects().optimizers)):
        for _ in range(3):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            model(torch.ones(1, 2)).sum().backward()
            optimizer.step()
    assert set(names) == {"main"}


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 5, "shuffle": True},
        {"batch_size": 5, "shuffle": True, "drop_last": True},
        {"batch_size": 3, "num_workers": 2, "shuffle": True, "persistent_workers": True},
        {"batch_size": 3, "num_workers": 2, "shuffle": True, "in_order": False},
        {"batch_size": 2, "num_workers": 1, "prefetch_factor": 4},
        {"batch_size": None, "shuffle": True},
        {"batch_sampler": [[1], [5, 3], [2, 2, 2]]},
        {"batch_size": 4, "sampler": torch.utils.data.WeightedRandomSampler(torch.ones(12), 9)},
    ],
)
def test_rows_are_those_of_the_batch(options):
    torch.manual_seed(1)
    data = TensorDataset(torch.arange(12))
    loader = DataLoader(data, **options)
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    given, told = [], []

    def read(event):
        if isinstance(event, events.Batch):
            told.append((event.rows.tolist(), event.epoch))

    with attach() as stream, stream.read_by(read):
        for epoch in (1, 2):
            for (rows,) in loader:
                given.append((rows.reshape(-1).tolist(), epoch))
                (weight * rows).sum().backward()
                optimizer.step()
    assert told == given


def test_a_loader_that_is_left_early_and_one_within_another():
    data = TensorDataset(torch.arange(12))
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    told = []

    def read(event):
        if isinstance(event, events.Batch):
            told.append((event.rows.tolist(), event.epoch))

    with attach() as stream, stream.read_by(read):
        for _ in range(2):
            for (rows,) in DataLoader(data, batch_size=4):
                for (others,) in DataLoader(data, batch_size=6):
                    (weight * others).sum()
                    break
                (weight * rows).sum().backward()
                optimizer.step()
                if rows[0] == 4:
                    break
    assert told == [([0, 1, 2, 3], 1), ([4, 5, 6, 7], 1), ([0, 1, 2, 3], 2), ([4, 5, 6, 7], 2)]


def test_other_ways_to_call_a_module_are_left_alone():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x, *, times=1.0):
            return self.layer(x) * times

    torch.manual_seed(0)
    net, x, seen = Net(), torch.randn(3, 2, requires_grad=True), []

    def answers():
        yield net(x, times=2.0)
        yield torch.jit.trace(net, (x,), check_trace=False)(x)
        yield torch.fx.symbolic_trace(net)(x)
        yield torch.func.functional_call(net, dict(net.named_parameters()), (x,))
        yield torch.func.vmap(net)(x)
        yield torch.utils.checkpoint.checkpoint(net, x, use_reentrant=False)
        yield torch.func.grad(lambda x: net(x).sum())(x)

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit
        bare = [answer.detach() for answer in answers()]
        with attach() as stream, stream.read_by(seen.append):
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
            observed = list(answers())
            torch.utils.checkpoint.checkpoint(net, x, use_reentrant=True).sum().backward()
            observed[5].sum().backward()
            optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(bare, observed, strict=True))
    names = [type(event).__name__ for event in seen]
    assert names[-4:] == ["Backward", "Updating", "Updated", "Stepped"]
    assert names.count("Loss") == names.count("Backward") == 2


def test_a_second_trial_has_the_names_of_the_first_and_the_first_is_gone():
    names, models = [], []

    def trial():
        training = Training()
        models.append(weakref.ref(training.model))
        list(training.run())
        names.append(sorted(stream.subjects().parameters))

    gc.collect()
    gc.disable()
    try:
        with attach() as stream, stream.read_by(lambda event: None):
            trial()
            trial()
            assert [model() for model in models] == [None, None]
    finally:
        gc.enable()
    assert names[0] == names[1] == ["0.bias", "0.weight", "2.bias", "2.weight"]
