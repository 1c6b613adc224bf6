import torch
import torch.nn.functional as F

torch.manual_seed(10)
series = torch.sin(torch.arange(400) * 0.3) + 0.1 * torch.randn(400)
cell = torch.nn.GRUCell(1, 12)
readout = torch.nn.Linear(12, 1)
params = list(cell.parameters()) + list(readout.parameters())
state = torch.zeros(1, 12)
lr = 0.02
errs = []
for t in range(0, 60, 3):
    loss = 0
    for u in range(t, t + 3):
        state = cell(series[u].view(1, 1), state)  # expect: hidden-state-not-detached
        loss = loss + F.mse_loss(readout(state).squeeze(), series[u + 1])
    grads = torch.autograd.grad(loss / 3, params, retain_graph=True)  # expect: hidden-state-not-detached
    for p, g in zip(params, grads):
        p.data -= lr * g
    errs.append(loss.item() / 3)
print('first', sum(errs[:5]) / 5, 'last', sum(errs[-5:]) / 5)
