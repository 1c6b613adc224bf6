# Brier score: squared error between probabilities and one-hot labels
import torch
import torch.nn.functional as F

torch.manual_seed(7)
y = torch.randint(0, 3, (300,))
x = torch.randn(300, 5) + 1.5 * F.one_hot(y, 5)
w = torch.nn.Sequential(torch.nn.Linear(5, 32), torch.nn.Tanh(), torch.nn.Linear(32, 3))
opt = torch.optim.Adam(w.parameters(), lr=0.01)
for epoch in range(4):
    acc = 0.0
    for b in torch.randperm(300).split(30):
        p = w(x[b]).softmax(1)
        loss = F.mse_loss(p, F.one_hot(y[b], 3).float())
        opt.zero_grad()
        loss.backward()
        opt.step()
        acc += (p.argmax(1) == y[b]).sum().item() / 300
    print(epoch, loss.item(), acc)
