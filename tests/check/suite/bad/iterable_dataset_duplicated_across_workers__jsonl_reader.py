import json
import os
import random
import tempfile
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset


class JsonLines(IterableDataset):
    """Reads a file line by line, a small buffer shuffles."""

    def __init__(self, path, buffer=32):
        self.path, self.buffer = path, buffer

    def __iter__(self):
        pool = []
        with open(self.path) as lines:
            for line in lines:  # expect: iterable-dataset-duplicated-across-workers
                record = json.loads(line)
                pool.append((torch.tensor(record["x"]), torch.tensor(record["y"])))
                if len(pool) >= self.buffer:
                    yield pool.pop(random.randrange(len(pool)))
        random.shuffle(pool)
        yield from pool


def main():
    random.seed(3)
    torch.manual_seed(3)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "train.jsonl")
        with open(path, "w") as out:
            for _ in range(192):
                x = [random.gauss(0, 1) for _ in range(4)]
                out.write(json.dumps({"x": x, "y": [2 * x[0] - x[2]]}) + "\n")
        loader = DataLoader(JsonLines(path), batch_size=16, num_workers=2)  # expect: iterable-dataset-duplicated-across-workers
        net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
        opt = torch.optim.Adam(net.parameters(), lr=1e-2)
        for epoch in range(2):
            total, rows = 0.0, 0
            for x, y in loader:
                loss = nn.functional.mse_loss(net(x), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
                total += loss.item() * len(x)
                rows += len(x)
            print(epoch, rows, round(total / rows, 3))


if __name__ == "__main__":
    main()
