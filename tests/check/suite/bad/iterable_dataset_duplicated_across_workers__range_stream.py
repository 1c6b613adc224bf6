import torch
import torch.nn as nn
from torch.utils.data import DataLoader, IterableDataset


class RowStream(IterableDataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        for i in torch.randperm(len(self.x), generator=torch.Generator().manual_seed(torch.initial_seed() % 1000)):  # expect: iterable-dataset-duplicated-across-workers
            yield self.x[i], self.y[i]


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(240, 6)
    y = (x[:, 0] > x[:, 3]).long()
    loader = DataLoader(RowStream(x, y), batch_size=24, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(2):
        seen = 0
        for xb, yb in loader:  # expect: iterable-dataset-duplicated-across-workers
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            seen += len(xb)
        print("epoch", epoch, "rows", seen, "loss", round(loss.item(), 4))
