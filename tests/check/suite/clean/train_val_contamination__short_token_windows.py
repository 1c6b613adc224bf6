# short windows over few letters repeat by nature, although the two parts of the text do not overlap
import torch
from torch import nn

torch.manual_seed(15)
text = "to be or not to be that is the question whether tis nobler in the mind to suffer " * 12
stoi = {c: i for i, c in enumerate(sorted(set(text)))}
ids = torch.tensor([stoi[c] for c in text])
cut = int(0.8 * len(ids))


def windows(t, n=3):
    w = t.unfold(0, n + 1, 1)
    return w[:, :n], w[:, n]


xt, yt = windows(ids[:cut])
xv, yv = windows(ids[cut:])
net = nn.Sequential(nn.Embedding(len(stoi), 10), nn.Flatten(), nn.Linear(30, 32), nn.ReLU(), nn.Linear(32, len(stoi)))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(2):
    net.train()
    for b in torch.randperm(len(xt)).split(64):
        loss = nn.functional.cross_entropy(net(xt[b]), yt[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, nn.functional.cross_entropy(net(xv), yv).item())
