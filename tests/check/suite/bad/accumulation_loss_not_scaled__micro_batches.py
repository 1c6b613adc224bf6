import argparse
import torch
import torch.nn.functional as F


def get_args():
    ap = argparse.ArgumentParser()
    ap.add_argument("--batch-size", type=int, default=64)
    ap.add_argument("--micro", type=int, default=4)
    ap.add_argument("--lr", type=float, default=0.01)
    ap.add_argument("--iters", type=int, default=24)
    return ap.parse_args()


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(4, 32)
        self.b = torch.nn.Linear(32, 1)

    def forward(self, x):
        return self.b(F.silu(self.a(x))).flatten()


def main():
    args = get_args()
    torch.manual_seed(1)
    x = torch.randn(600, 4)
    y = x[:, 0] * 2 + x[:, 1].abs()
    net = Net()
    opt = torch.optim.SGD(net.parameters(), lr=args.lr)
    for it in range(args.iters):
        rows = torch.randint(0, 600, (args.batch_size,))
        opt.zero_grad()
        shown = 0.0
        for part in rows.chunk(args.micro):
            loss = F.mse_loss(net(x[part]), y[part])  # expect: accumulation-loss-not-scaled
            loss.backward()  # expect: accumulation-loss-not-scaled
            shown += loss.item() / args.micro
        opt.step()
        if it % 6 == 0:
            print(f"{it:3d} {shown:.4f}")


main()
