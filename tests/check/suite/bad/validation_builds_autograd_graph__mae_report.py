import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(14)


class Energy(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 20, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(20, 1)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(self.drop(out[:, -1]))[:, 0]


def split(n):
    x = torch.randn(n, 12, 3)
    return TensorDataset(x, x[:, -4:, 0].sum(1) + x[:, -1, 1])


def fit_epoch(model, loader, optimizer):
    model.train()
    for x, y in loader:
        loss = nn.functional.l1_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def report(model, loader):
    model.eval()
    errors = []
    for x, y in loader:
        prediction = model(x)  # expect: validation-builds-autograd-graph
        errors.append((prediction - y).abs().mean().item())
    return sum(errors) / len(errors)


train, valid = DataLoader(split(320), 32, shuffle=True), DataLoader(split(96), 32)
model = Energy()
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(4):
    fit_epoch(model, train, optimizer)
    print(f"epoch {epoch} mae {report(model, valid):.4f}")
