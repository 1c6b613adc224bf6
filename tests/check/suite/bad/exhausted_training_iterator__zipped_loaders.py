"""Semi-supervised training: a labelled and an unlabelled stream side by side."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(65)
xl = torch.randn(128, 6)
labelled = DataLoader(TensorDataset(xl, (xl[:, 0] > 0).long()), 16, shuffle=True)
unlabelled = DataLoader(TensorDataset(torch.randn(256, 6)), 32, shuffle=True)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
both = zip(labelled, unlabelled)  # expect: exhausted-training-iterator
for epoch in range(5):
    for (x, y), (u,) in both:  # expect: exhausted-training-iterator
        sup = nn.functional.cross_entropy(net(x), y)
        with torch.no_grad():
            pseudo = net(u).softmax(1)
        conf, lab = pseudo.max(1)
        unsup = (nn.functional.cross_entropy(net(u + 0.1 * torch.randn_like(u)), lab, reduction="none") * (conf > 0.9)).mean()
        opt.zero_grad()
        (sup + 0.3 * unsup).backward()
        opt.step()
    print(epoch, sup.item())
