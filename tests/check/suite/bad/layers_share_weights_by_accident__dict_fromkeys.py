import torch
from torch import nn

torch.manual_seed(19)
TASKS = ["length", "width", "depth"]


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(9, 32), nn.Tanh())
        self.heads = nn.ModuleDict(dict.fromkeys(TASKS, nn.Linear(32, 1)))  # expect: layers-share-weights-by-accident

    def forward(self, x):
        h = self.trunk(x)
        return {task: head(h).squeeze(1) for task, head in self.heads.items()}  # expect: layers-share-weights-by-accident


model = MultiTask()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
x = torch.randn(300, 9)
targets = {"length": x[:, 0] + x[:, 1], "width": x[:, 2] - x[:, 3], "depth": x[:, 4] * x[:, 5]}
for epoch in range(5):
    for rows in torch.randperm(300).chunk(10):
        out = model(x[rows])
        loss = sum(nn.functional.mse_loss(out[t], targets[t][rows]) for t in TASKS)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
