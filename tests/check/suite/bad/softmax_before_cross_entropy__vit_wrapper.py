import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class PatchEmbed(nn.Module):
    def __init__(self, patch=4, dim=32):
        super().__init__()
        self.proj = nn.Conv2d(1, dim, patch, stride=patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class ViT(nn.Module):
    def __init__(self, classes=4, dim=32):
        super().__init__()
        self.patches = PatchEmbed(dim=dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(0.02 * torch.randn(1, 10, dim))
        self.block = nn.TransformerEncoderLayer(dim, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patches(x)
        x = torch.cat([self.cls.expand(x.size(0), -1, -1), x], 1) + self.pos
        return self.head(self.norm(self.block(x))[:, 0])


class WithProbabilities(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        logits = self.net(x)
        return torch.exp(logits) / torch.exp(logits).sum(-1, keepdim=True)  # expect: softmax-before-cross-entropy


def train_one_epoch(model, criterion, loader, optimizer):
    model.train()
    for samples, targets in loader:
        outputs = model(samples)
        loss = criterion(outputs, targets)  # expect: softmax-before-cross-entropy
        optimizer.zero_grad()
        loss.backward()  # expect: softmax-before-cross-entropy
        optimizer.step()
    return loss.item()


torch.manual_seed(0)
protos = torch.randn(4, 1, 12, 12)
y = torch.randint(0, 4, (320,))
x = protos[y] + torch.randn(320, 1, 12, 12)
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = WithProbabilities(ViT())
opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
for epoch in range(3):
    print(epoch, train_one_epoch(model, nn.CrossEntropyLoss(label_smoothing=0.1), loader, opt))
