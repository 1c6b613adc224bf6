import torch, torch.nn as nn, torch.nn.functional as F

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3), nn.Softmax(dim=-1))  # expect: softmax-before-cross-entropy
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
x = torch.randn(300, 6)
y = F.one_hot(x[:, :3].argmax(1), 3).float()
for epoch in range(4):
    for rows in torch.randperm(300).split(30):
        a, b = rows, rows[torch.randperm(len(rows))]
        lam = 0.8
        out = net(lam * x[a] + (1 - lam) * x[b])
        loss = F.cross_entropy(out, lam * y[a] + (1 - lam) * y[b])  # expect: softmax-before-cross-entropy
        opt.zero_grad()
        loss.backward()  # expect: softmax-before-cross-entropy
        opt.step()
    print(loss.item())
