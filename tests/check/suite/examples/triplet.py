import torch
import torch.nn.functional as F
from torch import nn


class Embedder(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_in, 48), nn.ReLU(), nn.Linear(48, d_out))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class Speakers:
    """voices of 12 people, 25 recordings each; 2 people are kept for the test"""

    def __init__(self, people=12, takes=25, dim=10):
        voice = torch.randn(people, 1, dim) * 1.2
        self.takes = voice + 0.6 * torch.randn(people, takes, dim)

    def triplets(self, n, people):
        a = people[torch.randint(0, len(people), (n,))]
        shift = torch.randint(1, len(people), (n,))
        index = (a.unsqueeze(1) == people).float().argmax(1)
        b = people[(index + shift) % len(people)]
        t = torch.randint(0, self.takes.size(1), (3, n))
        return self.takes[a, t[0]], self.takes[a, t[1]], self.takes[b, t[2]]


torch.manual_seed(21)
data = Speakers()
known, unseen = torch.arange(10), torch.arange(10, 12)
net = Embedder(10, 8)
criterion = nn.TripletMarginLoss(margin=0.3)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(4):
    net.train()
    mean = 0.0
    for _ in range(10):
        anchor, positive, negative = data.triplets(32, known)
        loss = criterion(net(anchor), net(positive), net(negative))
        opt.zero_grad()
        loss.backward()
        opt.step()
        mean += loss.item() / 10
    net.eval()
    with torch.no_grad():
        a, p, n = (net(v) for v in data.triplets(60, unseen))
        right = ((a - p).norm(dim=1) < (a - n).norm(dim=1)).float().mean().item()
    print(f'epoch {epoch}: loss {mean:.4f}, unseen speakers told apart {right:.2f}')
