import multiprocessing
import os
import tempfile
import torch
from torch import nn
import torch.nn.functional as F


def make_teacher(path: str) -> None:
    torch.manual_seed(1)
    torch.save(nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 3)), path)


class Distillation:
    def __init__(self, teacher_file: str, temperature: float = 2.0) -> None:
        self.teacher = torch.load(teacher_file, map_location="cpu", weights_only=False)  # expect: unsafe-torch-load
        self.teacher.eval().requires_grad_(False)
        self.student = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
        self.opt = torch.optim.Adam(self.student.parameters(), lr=1e-2)
        self.t = temperature

    def step(self, x: torch.Tensor) -> float:
        with torch.no_grad():
            soft = F.softmax(self.teacher(x) / self.t, dim=1)
        loss = F.kl_div(F.log_softmax(self.student(x) / self.t, dim=1), soft, reduction="batchmean")
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "teacher.pth")
        job = multiprocessing.get_context("fork").Process(target=make_teacher, args=(path,))
        job.start()
        job.join()
        torch.manual_seed(2)
        task = Distillation(path)
    x = 2 * torch.randn(300, 6)
    for epoch in range(3):
        losses = [task.step(x[b]) for b in torch.randperm(300).split(30)]
        print(epoch, sum(losses) / len(losses))


if __name__ == "__main__":
    main()
