import torch
import torch.nn.functional as F

torch.manual_seed(23)
params = {
    "w1": torch.full((6, 20), 0.1, requires_grad=True),  # expect: constant-weight-initialisation
    "b1": torch.zeros(20, requires_grad=True),
    "w2": torch.full((20, 3), 0.1, requires_grad=True),  # expect: constant-weight-initialisation
    "b2": torch.zeros(3, requires_grad=True),
}


def net(p, x):
    return torch.relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]


x = torch.randn(400, 6)
y = (x[:, :3] + x[:, 3:]).argmax(1)
optimizer = torch.optim.Adam(list(params.values()), lr=1e-2)
for epoch in range(4):
    for rows in torch.randperm(400).split(40):
        loss = F.cross_entropy(net(params, x[rows]), y[rows])  # expect: constant-weight-initialisation
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()  # expect: constant-weight-initialisation
    print(epoch, loss.item())
