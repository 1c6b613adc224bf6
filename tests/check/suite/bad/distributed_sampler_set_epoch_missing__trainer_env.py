import os
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, DistributedSampler


class Blobs(Dataset):
    def __init__(self, n: int, seed: int) -> None:
        g = torch.Generator().manual_seed(seed)
        self.y = torch.randint(0, 3, (n,), generator=g)
        self.x = torch.randn(n, 4, generator=g) + 2 * torch.eye(4)[self.y]

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, i: int):
        return self.x[i], self.y[i]


class Trainer:
    def __init__(self, model: nn.Module, data: Dataset, rank: int, world: int) -> None:
        self.rank = rank
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        self.loader = DataLoader(data, batch_size=16, sampler=DistributedSampler(data, world, rank, seed=5))  # expect: distributed-sampler-set-epoch-missing

    def _run_batch(self, source, targets) -> float:
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.model(source), targets)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def _run_epoch(self, epoch: int) -> None:
        losses = [self._run_batch(s, t) for s, t in self.loader]  # expect: distributed-sampler-set-epoch-missing
        print(f"[rank {self.rank}] epoch {epoch} | steps {len(losses)} | loss {sum(losses) / len(losses):.4f}")

    def train(self, max_epochs: int) -> None:
        for epoch in range(max_epochs):
            self._run_epoch(epoch)


if __name__ == "__main__":
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 2))
    torch.manual_seed(5)
    Trainer(nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)), Blobs(256, 0), rank, world).train(3)
