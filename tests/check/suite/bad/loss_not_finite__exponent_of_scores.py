import torch


def poisson(rate_log, count):
    rate = torch.exp(rate_log * 40)  # expect: loss-not-finite
    return (rate - count * torch.log(rate)).mean()


torch.manual_seed(1)
w = torch.zeros(3, requires_grad=True)
with torch.no_grad():
    w += torch.tensor([2.0, 1.0, -1.0])
x = torch.randn(200, 3)
count = torch.poisson(torch.exp(x[:, 0].clamp(max=2)))
optimizer = torch.optim.SGD([w], lr=1e-3)
for step in range(25):
    loss = poisson(x @ w, count)
    loss.backward()
    optimizer.step()
    w.grad = None
