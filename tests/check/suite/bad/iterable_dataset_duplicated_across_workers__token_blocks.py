from typing import Iterator
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset


class Blocks(IterableDataset):
    def __init__(self, tokens: Tensor, length: int) -> None:
        super().__init__()
        self.tokens, self.length, self.epoch = tokens, length, 0

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        starts = list(range(0, len(self.tokens) - self.length - 1, self.length))
        order = torch.randperm(len(starts), generator=torch.Generator().manual_seed(self.epoch))
        for k in order.tolist():  # expect: iterable-dataset-duplicated-across-workers
            s = starts[k]
            yield self.tokens[s : s + self.length], self.tokens[s + 1 : s + self.length + 1]


def train() -> None:
    torch.manual_seed(14)
    tokens = torch.randint(0, 200, (3200,))
    tokens[1::2] = (tokens[::2] * 3 + 1) % 200
    data = Blocks(tokens, 16)
    loader = DataLoader(data, batch_size=20, num_workers=2, multiprocessing_context="fork")  # expect: iterable-dataset-duplicated-across-workers
    emb, rnn, out = nn.Embedding(200, 16), nn.GRU(16, 24, batch_first=True), nn.Linear(24, 200)
    params = [*emb.parameters(), *rnn.parameters(), *out.parameters()]
    opt = torch.optim.AdamW(params, lr=1e-2)
    for data.epoch in range(2):
        for x, y in loader:  # expect: iterable-dataset-duplicated-across-workers
            logits = out(rnn(emb(x))[0])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(f"epoch {data.epoch} loss {loss.item():.4f}")


if __name__ == "__main__":
    train()
