import os
import tempfile

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class LineDataset(IterableDataset):
    def __init__(self, path):
        self.path = path

    def __iter__(self):  # expect: iterable-dataset-duplicated-across-workers
        with open(self.path) as lines:
            for line in lines:
                *features, label = map(float, line.split(","))
                yield torch.tensor(features), torch.tensor(label)


def write(path, n=160):
    x = torch.randn(n, 5)
    y = (x[:, 0] - x[:, 4] > 0).float()
    with open(path, "w") as out:
        for row, label in zip(x.tolist(), y.tolist()):
            out.write(",".join(f"{v:.6f}" for v in [*row, label]) + "\n")


def main():
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "train.csv")
        write(path)
        loader = DataLoader(LineDataset(path), batch_size=16, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
        model = nn.Linear(5, 1)
        opt = torch.optim.SGD(model.parameters(), lr=0.1)
        for epoch in range(2):
            for x, y in loader:  # expect: iterable-dataset-duplicated-across-workers
                loss = nn.functional.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
            print(epoch, loss.item())


if __name__ == "__main__":
    main()
