import torch
import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 4))

    def forward(self, x):
        return self.net(x)


torch.manual_seed(40)
basis = torch.randn(4, 20)
X = torch.randn(320, 4) @ basis + 0.05 * torch.randn(320, 20)
X = X / X.std()
enc, dec = Encoder(), nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 20))
opt_enc = torch.optim.Adam(enc.parameters(), lr=2e-3)
opt_dec = torch.optim.Adam(dec.parameters(), lr=2e-3)
scaler = torch.amp.GradScaler('cpu', init_scale=2.0**10)

for epoch in range(4):
    for idx in torch.randperm(320).split(32):
        opt_enc.zero_grad(); opt_dec.zero_grad()
        loss = nn.functional.mse_loss(dec(enc(X[idx])), X[idx])
        scaler.scale(loss).backward()
        scaler.step(opt_enc)
        opt_dec.step()  # expect: grad-scaler-bypassed
        scaler.update()
    print(epoch, loss.item())
