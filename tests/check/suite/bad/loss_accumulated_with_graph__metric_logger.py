from collections import defaultdict

import torch
from torch import nn


class MetricLogger:
    def __init__(self):
        self.total = defaultdict(float)
        self.count = defaultdict(int)

    def update(self, **kwargs):
        for name, value in kwargs.items():
            self.total[name] += value  # expect: loss-accumulated-with-graph
            self.count[name] += 1

    def __str__(self):
        return "  ".join(f"{n}: {float(self.total[n] / self.count[n]):.4f}" for n in self.total)


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Linear(16, 3)
        self.up = nn.Linear(3, 16)

    def forward(self, x):
        code = torch.tanh(self.down(x))
        return self.up(code), code


torch.manual_seed(15)
mixing = torch.randn(3, 16)
data = torch.randn(400, 3) @ mixing
data = data / data.std()
model = AutoEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    logger = MetricLogger()
    for rows in torch.randperm(400).split(25):
        recon, code = model(data[rows])
        mse = (recon - data[rows]).pow(2).mean()
        sparsity = code.abs().mean()
        loss = mse + 1e-3 * sparsity
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logger.update(mse=mse, lr=optimizer.param_groups[0]["lr"])  # expect: loss-accumulated-with-graph
    print(epoch, logger)
