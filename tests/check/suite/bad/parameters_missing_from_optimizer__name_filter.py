import torch
import torch.nn as nn


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj_weight = nn.Parameter(torch.randn(6, 16) * 0.3)
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        return self.head(torch.relu(self.norm(x @ self.proj_weight))).squeeze(1)


def param_groups(model, decay):
    yes = [p for n, p in model.named_parameters() if n.endswith('.weight') and p.dim() > 1]
    no = [p for n, p in model.named_parameters() if n.endswith('.bias') or 'norm' in n]
    return [{'params': yes, 'weight_decay': decay}, {'params': [p for p in no], 'weight_decay': 0.0}]


torch.manual_seed(11)
x = torch.randn(300, 6)
y = x[:, 0] * 2 - x[:, 4]
model = Scorer()
optimizer = torch.optim.AdamW(param_groups(model, 0.01), lr=5e-3)  # expect: parameters-missing-from-optimizer
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        model.zero_grad()
        loss = nn.functional.mse_loss(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
