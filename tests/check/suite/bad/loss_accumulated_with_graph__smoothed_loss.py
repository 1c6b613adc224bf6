import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--beta", type=float, default=0.9)
parser.add_argument("--iters", type=int, default=40)
args = parser.parse_args()

torch.manual_seed(16)
emb = torch.nn.Embedding(30, 12)
out = torch.nn.Linear(12, 30)
opt = torch.optim.Adam([*emb.parameters(), *out.parameters()], lr=0.02)
chain = (torch.arange(400) * 7 + torch.arange(400) // 30) % 30
avg_loss = 0
for it in range(args.iters):
    pos = torch.randint(0, 399, (32,))
    loss = torch.nn.functional.cross_entropy(out(emb(chain[pos])), chain[pos + 1])
    opt.zero_grad()
    loss.backward()
    opt.step()
    avg_loss = args.beta * avg_loss + (1 - args.beta) * loss  # expect: loss-accumulated-with-graph
    if it % 10 == 9:
        print(f"iter {it + 1} smoothed {avg_loss.item() / (1 - args.beta ** (it + 1)):.4f}")
