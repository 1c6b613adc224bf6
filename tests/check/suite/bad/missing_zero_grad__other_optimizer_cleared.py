import torch
from torch import nn

torch.manual_seed(38)
vision, text = nn.Linear(14, 8), nn.Linear(9, 8)
opt_vision = torch.optim.Adam(vision.parameters(), lr=2e-3)
opt_text = torch.optim.Adam(text.parameters(), lr=2e-3)
z = torch.randn(320, 5)
pic, cap = z @ torch.randn(5, 14), z @ torch.randn(5, 9)
for epoch in range(3):
    for b in torch.randperm(320).split(32):
        a = nn.functional.normalize(vision(pic[b]), dim=1)
        c = nn.functional.normalize(text(cap[b]), dim=1)
        loss = nn.functional.cross_entropy(a @ c.t() * 5, torch.arange(32))
        opt_vision.zero_grad()  # expect: missing-zero-grad
        opt_vision.zero_grad()  # expect: missing-zero-grad
        loss.backward()  # expect: missing-zero-grad
        opt_vision.step()
        opt_text.step()  # expect: missing-zero-grad
    print(epoch, loss.item())
