import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(28)


class Distiller(nn.Module):
    def __init__(self, student, teachers):
        super().__init__()
        self.student = student
        # Kept out of parameters() and state_dict().
        self.teachers = [t.eval().requires_grad_(False) for t in teachers]

    def forward(self, x):
        with torch.no_grad():
            wanted = torch.stack([F.softmax(t(x), dim=-1) for t in self.teachers]).mean(0)
        return F.kl_div(F.log_softmax(self.student(x), dim=-1), wanted, reduction="batchmean")


def teacher():
    return nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 4))


distiller = Distiller(nn.Linear(6, 4), [teacher() for _ in range(3)])
optimizer = torch.optim.Adam(distiller.parameters(), lr=1e-2)
for step in range(60):
    loss = distiller(torch.randn(64, 6))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), len(distiller.state_dict()))
