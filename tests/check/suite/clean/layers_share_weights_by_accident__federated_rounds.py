"""Federated averaging: clients get the server's state, train, and their states are averaged."""
import copy

import torch
from torch import nn


def client_update(global_net, x, y, epochs, lr):
    net = copy.deepcopy(global_net).train()
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    total = count = 0
    for _ in range(epochs):
        for ix in torch.randperm(len(x)).split(20):
            loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(ix)
            count += len(ix)
    return net.state_dict(), len(x), total / count


def average(states, sizes):
    n = sum(sizes)
    return {k: sum(s[k] * (m / n) for s, m in zip(states, sizes)) for k in states[0]}


torch.manual_seed(15)
w = torch.randn(8, 4)
clients = []
for k in range(4):
    x = torch.randn(100 + 20 * k, 8) + 0.3 * k
    clients.append((x, (x @ w).argmax(1)))
xt = torch.randn(200, 8)
yt = (xt @ w).argmax(1)
server = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 4))
for rnd in range(5):
    picked = torch.randperm(4)[:3].tolist()
    results = [client_update(server, *clients[k], epochs=1, lr=0.1) for k in picked]
    server.load_state_dict(average([r[0] for r in results], [r[1] for r in results]))
    server.eval()
    with torch.no_grad():
        acc = (server(xt).argmax(1) == yt).float().mean().item()
    print(rnd, acc, [round(r[2], 3) for r in results])
