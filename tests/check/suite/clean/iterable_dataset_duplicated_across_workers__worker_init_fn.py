import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Range(IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        for k in torch.randperm(self.end - self.start).tolist():
            t = (self.start + k) / 100
            yield torch.tensor([t]), torch.sin(torch.tensor([3 * t]))


def split(worker_id):
    info = get_worker_info()
    data, n = info.dataset, info.num_workers
    width = (data.end - data.start) // n
    data.start, data.end = data.start + worker_id * width, data.start + (worker_id + 1) * width


if __name__ == "__main__":
    torch.manual_seed(5)
    loader = DataLoader(Range(-100, 100), batch_size=20, num_workers=2, worker_init_fn=split)
    net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        total = 0.0
        for x, y in loader:
            loss = nn.functional.mse_loss(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() / 10
        print(epoch, round(total, 4))
