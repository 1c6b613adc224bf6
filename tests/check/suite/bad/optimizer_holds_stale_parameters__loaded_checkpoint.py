import copy
import torch
import torch.nn as nn

torch.manual_seed(5)


def build_model():
    return nn.Sequential(nn.Linear(6, 20), nn.ReLU(), nn.Linear(20, 2))


class Experiment:
    def __init__(self):
        self.model = build_model()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)

    def restore(self, snapshot):
        self.model = copy.deepcopy(snapshot)  # expect: optimizer-holds-stale-parameters

    def train_epoch(self, x, y):
        total = 0.0
        for b in torch.randperm(len(x)).split(32):
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x[b]), y[b])
            loss.backward()
            self.optimizer.step()  # expect: optimizer-holds-stale-parameters # also: loss-detached-from-model # also: parameters-missing-from-optimizer
            total += loss.item() * len(b)
        return total / len(x)


x = torch.randn(256, 6)
y = (x[:, 0] + x[:, 1] > 0).long()
exp = Experiment()
print('warm up', exp.train_epoch(x, y))
snapshot = copy.deepcopy(exp.model)
print('explore', exp.train_epoch(x, y))
exp.restore(snapshot)
for epoch in range(4):
    print(epoch, exp.train_epoch(x, y))
