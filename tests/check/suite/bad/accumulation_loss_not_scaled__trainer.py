import torch
from torch import nn, Tensor


class SequenceTagger(nn.Module):
    def __init__(self, vocab: int, tags: int, dim: int = 16):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, dim, batch_first=True, bidirectional=True)
        self.proj = nn.Linear(2 * dim, tags)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.proj(self.lstm(self.embed(tokens))[0])


class Trainer:
    def __init__(self, net: nn.Module, accumulate: int):
        self.net, self.accumulate = net, accumulate
        self.optim = torch.optim.SGD(net.parameters(), lr=0.1)
        self.pending = 0

    def feed(self, tokens: Tensor, tags: Tensor) -> float:
        scores = self.net(tokens)
        loss = nn.functional.cross_entropy(scores.transpose(1, 2), tags)  # expect: accumulation-loss-not-scaled
        loss.backward()  # expect: accumulation-loss-not-scaled
        self.pending += 1
        if self.pending == self.accumulate:
            self.optim.step()
            self.optim.zero_grad(set_to_none=True)
            self.pending = 0
        return loss.item()


torch.manual_seed(6)
tokens = torch.randint(0, 20, (192, 10))
tags = (tokens % 3 + (tokens.roll(1, 1) > 10)).clamp(max=3)
trainer = Trainer(SequenceTagger(20, 4), accumulate=4)
for epoch in range(3):
    values = [trainer.feed(tokens[i], tags[i]) for i in torch.randperm(192).split(12)]
    print(f"epoch {epoch} mean loss {sum(values) / len(values):.4f}")
