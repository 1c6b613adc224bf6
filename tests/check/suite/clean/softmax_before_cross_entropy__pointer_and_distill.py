import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class RoutedClassifier(nn.Module):
    """Experts are mixed by a softmax gate, the features by attention; the classifier gives logits."""

    def __init__(self, dim=8, experts=3, classes=4):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.gate = nn.Linear(dim, experts)
        self.experts = nn.ModuleList(nn.Linear(dim, classes) for _ in range(experts))

    def forward(self, x):
        attention = torch.softmax(x @ self.query, dim=1)
        pooled = (attention.unsqueeze(-1) * x).sum(1)
        weights = torch.softmax(self.gate(pooled), dim=-1)
        outs = torch.stack([expert(pooled) for expert in self.experts], 1)
        return (weights.unsqueeze(-1) * outs).sum(1)

    @torch.no_grad()
    def predict_proba(self, x):
        return self(x).softmax(-1)


torch.manual_seed(16)
x = torch.randn(400, 6, 8)
y = x.mean(1)[:, :4].argmax(1)
train = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
teacher, student = RoutedClassifier(), RoutedClassifier(experts=1)
for model, other in ((teacher, None), (student, teacher)):
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(3):
        model.train()
        for xb, yb in train:
            logits = model(xb)
            loss = F.cross_entropy(logits, yb)
            if other is not None:
                soft = other.predict_proba(xb)
                loss = 0.5 * loss + 0.5 * F.cross_entropy(logits, soft)
            opt.zero_grad()
            loss.backward()
            opt.step()
        model.eval()
        accuracy = (model.predict_proba(x[320:]).argmax(-1) == y[320:]).float().mean().item()
        print(epoch, loss.item(), accuracy)
