from dataclasses import dataclass
import torch
from torch import nn


@dataclass
class Hyper:
    hidden: int = 16
    lr: float = 0.8  # expect: learning-rate-too-high
    momentum: float = 0.9
    batch: int = 16
    epochs: int = 3


class Trainer:
    def __init__(self, hp: Hyper) -> None:
        self.hp = hp
        self.rnn = nn.GRU(1, hp.hidden, batch_first=True)
        self.out = nn.Linear(hp.hidden, 1)
        self.params = [*self.rnn.parameters(), *self.out.parameters()]
        self.opt = torch.optim.SGD(self.params, lr=hp.lr, momentum=hp.momentum)  # expect: learning-rate-too-high

    def epoch(self, seq: torch.Tensor) -> float:
        losses = []
        for b in torch.randperm(len(seq)).split(self.hp.batch):
            h, _ = self.rnn(seq[b, :-1])
            loss = nn.functional.mse_loss(self.out(h), seq[b, 1:])
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)


torch.manual_seed(27)
seq = 1.0 + torch.sin(0.5 * torch.arange(12.0) + 6.28 * torch.rand(160, 1)).unsqueeze(2)
trainer = Trainer(Hyper())
for epoch in range(3):
    print(epoch, trainer.epoch(seq))
