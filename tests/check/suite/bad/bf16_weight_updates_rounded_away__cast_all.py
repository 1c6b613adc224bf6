"""To save memory: everything in bfloat16, tiny rate, as on the big machine."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
DTYPE = torch.bfloat16


class Mixer(nn.Module):
    def __init__(self, tokens=6, dim=24, classes=5):
        super().__init__()
        self.embed = nn.Linear(4, dim)
        self.norm = nn.LayerNorm(dim)
        self.mix_t = nn.Linear(tokens, tokens)
        self.mix_c = nn.Linear(dim, dim)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        h = self.embed(x)
        h = h + self.mix_t(self.norm(h).transpose(1, 2)).transpose(1, 2)
        h = h + F.gelu(self.mix_c(self.norm(h)))
        return self.head(h.mean(1))


net = Mixer().to(DTYPE)
opt = torch.optim.AdamW(net.parameters(), lr=1e-5, weight_decay=0.0)
x = torch.randn(600, 6, 4)
y = x.mean((1, 2)).mul(8).round().clamp(-2, 2).long() + 2
for epoch in range(4):
    running = 0.0
    for ix in torch.randperm(600).split(50):
        loss = F.cross_entropy(net(x[ix].to(DTYPE)).float(), y[ix])
        opt.zero_grad()
        loss.backward()
        opt.step()  # expect: bf16-weight-updates-rounded-away
        running += loss.item() * len(ix)
    print(f"{epoch} {running / 600:.4f}")
