import torch
from torch import nn
import torch.nn.functional as F


class Distiller(nn.Module):
    """student with a teacher that is kept out of parameters() and state_dict()"""

    def __init__(self, student, teacher):
        super().__init__()
        self.student = student
        self._teacher = [teacher.eval().requires_grad_(False)]

    def forward(self, x, t=2.0):
        s = self.student(x)
        with torch.no_grad():
            soft = F.softmax(self._teacher[0](x) / t, dim=1)
        return F.kl_div(F.log_softmax(s / t, dim=1), soft, reduction="batchmean") * t * t


torch.manual_seed(1)
teacher = nn.Sequential(nn.Linear(6, 48), nn.Tanh(), nn.Linear(48, 4))
d = Distiller(nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 4)), teacher)
opt = torch.optim.Adam(d.parameters(), lr=1e-2)
x = 2 * torch.randn(320, 6)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        loss = d(x[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
