from typing import Iterable, Callable

import torch
from torch import Tensor, nn


class Engine:
    """Runs epochs and calls hooks."""

    def __init__(self, module: nn.Module, optim: torch.optim.Optimizer, objective: Callable[[Tensor, Tensor], Tensor]):
        self.module = module
        self.optim = optim
        self.objective = objective
        self.log: list[float] = []

    def on_epoch_start(self) -> None:
        self.module.train()
        self.optim.zero_grad(set_to_none=False)  # expect: zero-grad-once-per-epoch

    def on_batch(self, x: Tensor, y: Tensor) -> None:
        loss = self.objective(self.module(x), y)
        loss.backward()  # expect: zero-grad-once-per-epoch
        nn.utils.clip_grad_norm_(self.module.parameters(), 5.0)
        self.optim.step()  # expect: zero-grad-once-per-epoch
        self.log.append(loss.item())

    def run(self, batches: Callable[[], Iterable[tuple[Tensor, Tensor]]], epochs: int) -> None:
        for epoch in range(epochs):
            self.on_epoch_start()
            for x, y in batches():
                self.on_batch(x, y)
            print(epoch, sum(self.log[-8:]) / 8)


def main() -> None:
    torch.manual_seed(77)
    seqs = torch.randint(0, 12, (256, 9))
    labels = ((seqs == 3).sum(1) > (seqs == 7).sum(1)).long()

    class BagOfTokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.EmbeddingBag(12, 16)
            self.proj = nn.Linear(16, 2)

        def forward(self, ids: Tensor) -> Tensor:
            return self.proj(self.table(ids))

    def batches():
        for ix in torch.randperm(256).split(32):
            yield seqs[ix], labels[ix]

    net = BagOfTokens()
    Engine(net, torch.optim.SGD(net.parameters(), lr=0.1), nn.CrossEntropyLoss()).run(batches, 4)


main()
