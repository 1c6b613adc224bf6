import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class CharEncoder(nn.Module):
    def __init__(self, n_chars=20, dim=16):
        super().__init__()
        self.table = nn.Embedding(n_chars, dim)
        self.conv = nn.Conv1d(dim, 24, 3, padding=1)

    def forward(self, chars):
        h = F.relu(self.conv(self.table(chars).transpose(1, 2)))
        return h.amax(-1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.chars = CharEncoder()
        self.meta = nn.Linear(4, 8)
        self.out = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, chars, meta):
        text = self.chars(chars).data  # expect: graph-cut-inside-forward
        both = torch.cat([text, F.relu(self.meta(meta))], -1)
        return self.out(both)


def main():
    torch.manual_seed(21)
    chars, meta = torch.randint(0, 20, (300, 9)), torch.randn(300, 4)
    y = ((chars == 3).any(1) | (meta[:, 0] > 1)).long()
    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for epoch in range(4):
        for c, m, t in DataLoader(TensorDataset(chars, meta, y), batch_size=30, shuffle=True):
            loss = F.cross_entropy(model(c, m), t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
