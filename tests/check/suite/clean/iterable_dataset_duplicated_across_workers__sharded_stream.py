"""Streaming data set that shards itself over workers; numpy noise seeded per worker; custom collate with padding."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Stream(IterableDataset):
    def __init__(self, n, seed):
        self.n, self.seed, self.epoch = n, seed, 0

    def __iter__(self):
        info = get_worker_info()
        wid, k = (info.id, info.num_workers) if info else (0, 1)
        rng = np.random.default_rng((self.seed, self.epoch, wid))
        for i in range(wid, self.n, k):
            length = int(rng.integers(3, 8))
            y = int(rng.integers(0, 3))
            ids = rng.integers(1 + 6 * y, 13 + 6 * y, length)
            yield torch.as_tensor(ids), y


def collate(rows):
    lengths = torch.tensor([len(r) for r, _ in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for i, (r, _) in enumerate(rows):
        ids[i, : len(r)] = r
    return ids, lengths, torch.tensor([y for _, y in rows])


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(26, 16, padding_idx=0)
        self.gru = nn.GRU(16, 16, batch_first=True, bidirectional=True)
        self.o = nn.Linear(32, 3)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.e(ids), lengths, batch_first=True, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.o(torch.cat([h[0], h[1]], -1))


def main():
    torch.manual_seed(0)
    ds = Stream(240, 5)
    net = Bag()
    opt = torch.optim.Adam(net.parameters(), 4e-3)
    for epoch in range(2):
        ds.epoch = epoch
        right = n = 0
        for ids, lengths, y in DataLoader(ds, batch_size=24, num_workers=2, collate_fn=collate):
            logits = net(ids, lengths)
            loss = nn.functional.cross_entropy(logits, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            right += (logits.argmax(1) == y).sum().item()
            n += len(y)
        print(epoch, right / n)


if __name__ == "__main__":
    main()
