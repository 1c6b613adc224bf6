import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(21)
teacher = nn.Sequential(nn.Linear(6, 48), nn.Tanh(), nn.Linear(48, 4)).eval()
student = nn.Linear(6, 4)
opt = torch.optim.Adam(student.parameters(), lr=1e-2)
x = 2 * torch.randn(320, 6)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        with torch.no_grad():
            target = F.softmax(teacher(x[b]), dim=1)
        loss = F.kl_div(F.softmax(student(x[b]), dim=1), target, reduction="batchmean")  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
