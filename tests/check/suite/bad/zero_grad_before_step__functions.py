import torch
from torch import nn, optim
from torch.utils.data import TensorDataset, DataLoader


def get_data(n=320, d=5):
    x = torch.randn(n, d)
    y = (x[:, :2].sum(1) > 0).float().unsqueeze(1)
    return DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)


def get_model(d=5):
    model = nn.Sequential(nn.Linear(d, 20), nn.ReLU(), nn.Linear(20, 1))
    return model, optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def loss_batch(model, loss_func, xb, yb, opt):
    loss = loss_func(model(xb), yb)
    loss.backward()
    opt.zero_grad()  # expect: zero-grad-before-step
    opt.step()  # expect: zero-grad-before-step
    return loss.item(), len(xb)


def fit(epochs, model, loss_func, opt, train_dl):
    for epoch in range(epochs):
        model.train()
        losses, nums = zip(*[loss_batch(model, loss_func, xb, yb, opt) for xb, yb in train_dl])
        print(epoch, sum(l * n for l, n in zip(losses, nums)) / sum(nums))


torch.manual_seed(9)
model, opt = get_model()
fit(3, model, nn.BCEWithLogitsLoss(), opt, get_data())
