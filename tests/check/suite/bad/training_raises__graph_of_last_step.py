# a running penalty on the drift between steps; the last prediction still has its graph
import torch
import torch.nn.functional as F

torch.manual_seed(11)
w1 = torch.randn(3, 16).mul_(0.3).requires_grad_()
w2 = torch.randn(16, 1).mul_(0.3).requires_grad_()
opt = torch.optim.SGD([w1, w2], lr=0.05)
xs = torch.randn(40, 3)
ys = xs.sum(1, keepdim=True)


def net(x):
    return torch.tanh(x @ w1) @ w2


previous = None
for i in range(12):
    out = net(xs)
    loss = F.mse_loss(out, ys)
    if previous is not None:
        loss = loss + 0.01 * (out - previous).pow(2).mean()
    opt.zero_grad()
    loss.backward()  # expect: training-raises
    opt.step()
    previous = out
