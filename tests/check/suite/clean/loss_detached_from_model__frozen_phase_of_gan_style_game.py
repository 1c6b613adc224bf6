import torch
import torch.nn as nn

torch.manual_seed(71)
student, rival = nn.Linear(6, 1), nn.Linear(6, 1)
opt_s = torch.optim.SGD(student.parameters(), lr=0.05)
opt_r = torch.optim.SGD(rival.parameters(), lr=0.01)
x = torch.randn(200, 6)
y = x @ torch.tensor([[1.0], [0], [-1], [2], [0], [0.5]])
for step in range(40):
    b = torch.randint(0, 200, (32,))
    phase = (step // 10) % 2
    if phase == 0:
        loss = (student(x[b]) - y[b]).pow(2).mean()
        opt_s.zero_grad()
        loss.backward()
        opt_s.step()
    else:
        with torch.no_grad():
            residual = y[b] - student(x[b])
        loss = (rival(x[b]) - residual).pow(2).mean()
        opt_r.zero_grad()
        loss.backward()
        opt_r.step()
    if step % 10 == 9:
        print('phase', phase, 'loss', loss.item())
