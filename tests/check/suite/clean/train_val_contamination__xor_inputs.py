import torch
import torch.nn as nn

torch.manual_seed(12)
bits = torch.randint(0, 2, (320, 2)).float()
parity = (bits.sum(1) % 2).unsqueeze(1)
train_x, train_y, val_x, val_y = bits[:256], parity[:256], bits[256:], parity[256:]
net = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.05)
for epoch in range(6):
    net.train()
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(net(train_x[b]), train_y[b])
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, ((net(val_x) > 0).float() == val_y).float().mean().item())
