import torch
import torch.nn as nn

torch.manual_seed(4)
gen = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
dis = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
go = torch.optim.Adam(gen.parameters(), lr=1e-3)
do = torch.optim.Adam(dis.parameters(), lr=1e-3)
lossf = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(40, 1), torch.zeros(40, 1)
for i in range(30):
    real = torch.randn(40, 2) * 0.3 + 1.0
    do.zero_grad()
    dl = (lossf(dis(real), ones) + lossf(dis(gen(torch.randn(40, 2))), zeros)) / 2
    dl.backward()
    do.step()

    go.zero_grad()
    gl = lossf(dis(gen(torch.randn(40, 2))), ones)
    gl.backward()
    go.step()
    if i % 10 == 0:
        print("iter", i, "D", round(dl.item(), 3), "G", round(gl.item(), 3))
