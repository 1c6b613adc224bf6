import torch
import torch.nn as nn

torch.manual_seed(1)
names = ["anna", "otto", "bert", "emma", "karl", "lena", "hugo", "ida", "paul", "rosa"] * 20
stoi = {c: i + 1 for i, c in enumerate(sorted(set("".join(names))))}
pairs = []
for w in names:
    seq = [0] + [stoi[c] for c in w] + [0]
    pairs += list(zip(seq[:-1], seq[1:]))
xs, ys = map(torch.tensor, zip(*pairs))
V = len(stoi) + 1
W = torch.randn(V, V, requires_grad=True)
opt = torch.optim.SGD([W], lr=10.0)
for k in range(40):
    ix = torch.randint(0, len(xs), (128,))
    logits = W[xs[ix]]
    logp = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    loss = nn.functional.nll_loss(logp, ys[ix])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if k % 10 == 0:
        print(k, loss.item())
