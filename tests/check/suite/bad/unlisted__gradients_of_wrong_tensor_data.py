import torch
import torch.nn.functional as F

torch.manual_seed(20)
x = torch.randn(300, 4)
y = x @ torch.tensor([1.0, -2.0, 0.5, 3.0]) + 1.0
w = torch.zeros(4, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr = 0.1
for epoch in range(4):
    for idx in torch.randperm(300).split(30):
        loss = F.mse_loss(x[idx] @ w + b, y[idx])
        w.grad = b.grad = None
        loss.backward()
        weights = w.detach().clone()
        weights.data -= lr * w.grad  # expect: *
        b.data -= lr * b.grad
    print(epoch, loss.item())
