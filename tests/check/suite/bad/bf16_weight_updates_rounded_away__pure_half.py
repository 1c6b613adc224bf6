import torch
from torch import nn

torch.manual_seed(2)
dtype = torch.bfloat16

teacher = nn.Linear(32, 8)
student = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 8)).to(dtype)
optimizer = torch.optim.AdamW(student.parameters(), lr=1e-5, weight_decay=0.0)


def sample(n):
    x = torch.randn(n, 32)
    with torch.no_grad():
        y = teacher(x)
    return x.to(dtype), y.to(dtype)


student.train()
for step in range(60):
    x, y = sample(64)
    prediction = student(x)
    loss = (prediction - y).float().pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()  # expect: bf16-weight-updates-rounded-away
    if step % 20 == 0:
        print(step, round(loss.item(), 4))
