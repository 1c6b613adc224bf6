"""Loader with an explicit sampler, as the sampler API of the framework wants it."""
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, Dataset, SequentialSampler


class Spectra(Dataset):
    """Spectra by substance, in the order of the measuring campaign."""

    def __init__(self, substances=6, each=50):
        base = torch.randn(substances, 24).cumsum(1)
        self.items = [(base[s] / 3 + 0.4 * torch.randn(24), s) for s in range(substances) for _ in range(each)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


torch.manual_seed(36)
data = Spectra()
loader = DataLoader(data, batch_sampler=BatchSampler(SequentialSampler(data), 15, drop_last=False))  # expect: training-data-not-shuffled
net = nn.Sequential(nn.Unflatten(1, (1, 24)), nn.Conv1d(1, 6, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 6))
opt = torch.optim.Adam(net.parameters(), lr=5e-4)
for epoch in range(4):
    for spectrum, substance in loader:  # expect: training-data-not-shuffled
        loss = nn.functional.cross_entropy(net(spectrum), substance)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
