import tempfile
from pathlib import Path
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Trainer:
    def __init__(self, rank: int, out: Path) -> None:
        self.rank, self.out = rank, out
        self.net = DistributedDataParallel(nn.Linear(4, 1))
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.05)

    def epoch(self, x: torch.Tensor, y: torch.Tensor) -> float:
        for b in torch.randperm(len(x)).split(16):
            loss = nn.functional.mse_loss(self.net(x[b]), y[b])
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
        return loss.item()

    def checkpoint(self, epoch: int) -> None:
        state = {"model": self.net.module.state_dict(), "epoch": epoch}
        torch.save(state, self.out / "latest.ckpt")  # expect: checkpoint-saved-by-every-rank


def run(rank: int, world: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=world)
    g = torch.Generator().manual_seed(rank)
    torch.manual_seed(rank)
    x = torch.randn(128, 4, generator=g)
    y = x.sum(1, keepdim=True)
    trainer = Trainer(rank, Path(folder))
    for epoch in range(2):
        value = trainer.epoch(x, y)
        trainer.checkpoint(epoch)
        if rank == 0:
            print("epoch", epoch, "loss", round(value, 4), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(run, args=(2, folder), nprocs=2)
