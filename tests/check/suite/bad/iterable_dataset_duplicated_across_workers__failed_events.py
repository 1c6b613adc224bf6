import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class EventLog(IterableDataset):
    """Reads events one after the other."""

    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.events = torch.randn(n, 6, generator=g)
        self.failed = (self.events[:, 0] + self.events[:, 1] > 1).float()

    def __iter__(self):
        for event, failed in zip(self.events, self.failed):  # expect: iterable-dataset-duplicated-across-workers
            yield event, failed


def main():
    torch.manual_seed(5)
    loader = DataLoader(EventLog(160, 1), batch_size=20, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
    model = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(2):
        seen = 0
        for x, y in loader:  # expect: iterable-dataset-duplicated-across-workers
            optimizer.zero_grad()
            loss = criterion(model(x).squeeze(1), y)
            loss.backward()
            optimizer.step()
            seen += len(y)
        print(epoch, seen, loss.item())


if __name__ == "__main__":
    main()
