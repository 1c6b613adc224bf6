import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
loader = DataLoader(TensorDataset(torch.randn(160, 4), torch.randn(160, 1)), batch_size=20, shuffle=True)
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)


def with_last(iterable):
    """Each value, and whether it is the last."""
    it = iter(iterable)
    value = next(it)
    while True:
        try:
            after = next(it)
        except StopIteration:
            yield value, True
            return
        yield value, False
        value = after


for epoch in range(4):
    for (x, y), last in with_last(loader):
        loss = nn.functional.mse_loss(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    batches = iter(loader)
    while (batch := next(batches, None)) is not None:
        x, y = batch
        opt.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        opt.step()
    assert next(batches, None) is None
    print(epoch, loss.item(), last)
