import tempfile
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class VAE(nn.Module):
    def __init__(self, d: int, k: int) -> None:
        super().__init__()
        self.enc = nn.Linear(d, 2 * k)
        self.dec = nn.Linear(k, d)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dec(self.enc(x).chunk(2, dim=1)[0])

    def elbo(self, x: torch.Tensor) -> torch.Tensor:
        mu, logvar = self.enc(x).chunk(2, dim=1)
        z = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
        return (self.dec(z) - x).pow(2).sum(1).mean() + 0.1 * kl


def train(rank: int, folder: str) -> None:
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    torch.manual_seed(rank)
    x = torch.randn(160, 2) @ torch.tensor([[1.0, 0, 1, 0, 1], [0, 1, 0, 1, 1]])
    model = DistributedDataParallel(VAE(5, 2))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for b in torch.randperm(160).split(16):
            loss = model.module.elbo(x[b])  # expect: ddp-forward-bypassed
            opt.zero_grad()
            loss.backward()
            opt.step()
        if rank == 0:
            print("epoch", epoch, "loss", round(loss.item(), 3), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.start_processes(train, args=(folder,), nprocs=2, start_method="fork")
