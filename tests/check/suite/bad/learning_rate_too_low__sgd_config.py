import json
import torch

CONFIG = json.loads('{"lr": 1e-9, "weight_decay": 0.0, "hidden": 20, "epochs": 4, "batch": 25}')


class Model(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.inner = torch.nn.Linear(3, hidden)
        self.outer = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x))).squeeze(-1)


def train(cfg):
    torch.manual_seed(9)
    x = torch.rand(250, 3)
    y = 3 * x[:, 0] - 2 * x[:, 1] + 1
    model = Model(cfg['hidden'])
    sgd = torch.optim.SGD(model.parameters(), lr=cfg['lr'], weight_decay=cfg['weight_decay'])  # expect: learning-rate-too-low
    for epoch in range(cfg['epochs']):
        mean = 0
        for b in torch.randperm(250).split(cfg['batch']):
            loss = torch.nn.functional.mse_loss(model(x[b]), y[b])
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            mean += loss.item() / 10
        print('epoch', epoch, 'mse', mean)


train(CONFIG)
