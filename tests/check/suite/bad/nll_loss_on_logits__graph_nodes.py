import torch
import torch.nn.functional as F

torch.manual_seed(6)
n, classes = 120, 3
block = torch.arange(n) % classes
prob = torch.where(block[:, None] == block[None], 0.15, 0.02)
adj = (torch.rand(n, n) < prob).float().triu(1)
adj = adj + adj.T + torch.eye(n)
norm = adj / adj.sum(1, keepdim=True)
feats = torch.randn(n, 8) + F.one_hot(block, 8).float()
train_mask = torch.rand(n) < 0.5


def init(i, o):
    return (torch.randn(i, o) * (2 / (i + o)) ** 0.5).requires_grad_()


w1, w2 = init(8, 16), init(16, classes)


def forward(dropout):
    h = F.relu(norm @ feats @ w1)
    h = F.dropout(h, 0.3, training=dropout)
    return norm @ h @ w2


opt = torch.optim.Adam([w1, w2], lr=0.01)
for epoch in range(40):
    opt.zero_grad()
    out = forward(True)
    loss = F.nll_loss(out[train_mask], block[train_mask])  # expect: nll-loss-on-logits
    loss.backward()  # expect: nll-loss-on-logits
    opt.step()
    if epoch % 10 == 0:
        with torch.no_grad():
            acc = (forward(False).argmax(1) == block)[~train_mask].float().mean()
        print(f"epoch {epoch} loss {loss.item():.3f} test {acc:.3f}")
