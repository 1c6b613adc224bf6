import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
N, D, C = 480, 16, 5
inputs = torch.randn(N, D)
labels = (inputs @ torch.randn(D, C)).argmax(-1)
loader = DataLoader(TensorDataset(inputs, labels), batch_size=48, shuffle=True)

teacher = nn.Sequential(nn.Linear(D, 64), nn.ReLU(), nn.Linear(64, C))
topt = optim.Adam(teacher.parameters(), 5e-3)
for _ in range(4):
    for x, y in loader:
        topt.zero_grad()
        F.cross_entropy(teacher(x), y).backward()
        topt.step()
teacher.eval().requires_grad_(False)

student = nn.Sequential(nn.Linear(D, 12), nn.ReLU(), nn.Linear(12, C))
sopt = optim.Adam(student.parameters(), 5e-3)
T, alpha = 2.0, 0.7


def distillation_loss(s, t, y):
    soft = F.kl_div(F.log_softmax(s / T, -1), F.softmax(t / T, -1), reduction="batchmean") * T * T
    return alpha * soft + (1 - alpha) * F.cross_entropy(s, y)


def train_student(epoch):
    total = 0.0
    for x, y in loader:
        sopt.zero_grad()  # expect: optimizer-step-outside-batch-loop
        with torch.no_grad():
            t = teacher(x)
        loss = distillation_loss(student(x), t, y)
        loss.backward()
        total += loss.item() * len(y)
    sopt.step()  # expect: optimizer-step-outside-batch-loop
    print(f"epoch {epoch}: {total / N:.4f}")


for epoch in range(6):
    train_student(epoch)
