import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


def train(net, loader, epochs, max_norm=1.0):
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=4096.0)
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(net(x), y)
            scaler.scale(loss).backward()
            nn.utils.clip_grad_norm_(net.parameters(), max_norm)  # expect: clip-before-unscale
            scaler.step(optimizer)
            scaler.update()
        print(epoch, loss.item())


torch.manual_seed(0)
x = torch.randn(256, 8)
y = x[:, :4].argmax(1)
train(nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 4)),
      DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True), epochs=4)
