"""Face-like metric learning: the class weights live in the criterion."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class CosFace(nn.Module):
    def __init__(self, dim, classes, s=12.0, m=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, dim))
        nn.init.xavier_uniform_(self.weight)
        self.s, self.m = s, m

    def forward(self, emb, y):
        cos = F.normalize(emb) @ F.normalize(self.weight).t()
        logits = self.s * (cos - self.m * F.one_hot(y, cos.shape[1]))
        return F.cross_entropy(logits, y)


class Embedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 5, padding=2)
        self.fc = nn.Linear(8 * 10, 16)

    def forward(self, x):
        x = F.max_pool1d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


def train_one_epoch(model, criterion, data, optimizer):
    model.train()
    criterion.train()
    meter = []
    for ix in torch.randperm(len(data[0])).split(32):
        x, y = data[0][ix], data[1][ix]
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()  # expect: parameters-missing-from-optimizer
        meter.append(loss.item())
    return sum(meter) / len(meter)


if __name__ == "__main__":
    torch.manual_seed(99)
    protos = torch.randn(8, 1, 20)
    y = torch.randint(0, 8, (384,))
    x = protos[y] + 0.5 * torch.randn(384, 1, 20)
    model, criterion = Embedder(), CosFace(16, 8)  # expect: parameters-missing-from-optimizer
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)  # expect: parameters-missing-from-optimizer
    for epoch in range(3):
        print(epoch, train_one_epoch(model, criterion, (x, y), optimizer))
