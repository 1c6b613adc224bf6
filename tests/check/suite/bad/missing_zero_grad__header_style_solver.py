"""Port of an in-house C++ solver: plain index loops, a solver object, updates written out."""
import torch

N_ROWS = 640
N_COLS = 12
BATCH = 64
N_SWEEPS = 6


class SgdSolver:
    def __init__(self, params, rate):
        self.params = list(params)
        self.rate = rate
        self.count = 0

    def apply(self):
        with torch.no_grad():
            for i in range(len(self.params)):
                p = self.params[i]
                p -= self.rate * p.grad  # expect: missing-zero-grad
        self.count += 1


def build():
    return torch.nn.Sequential(torch.nn.Linear(N_COLS, 24), torch.nn.Tanh(), torch.nn.Linear(24, 1))


def run():
    torch.manual_seed(7)
    xs = torch.randn(N_ROWS, N_COLS)
    ys = (xs[:, :3].sum(1, keepdim=True) + 0.1 * torch.randn(N_ROWS, 1)).tanh()
    net = build()
    solver = SgdSolver(net.parameters(), 0.004)
    for sweep in range(N_SWEEPS):
        order = torch.randperm(N_ROWS)
        total = 0.0
        for b in range(0, N_ROWS, BATCH):
            idx = order[b : b + BATCH]
            diff = net(xs[idx]) - ys[idx]
            loss = (diff * diff).mean()
            loss.backward()  # expect: missing-zero-grad
            solver.apply()  # expect: missing-zero-grad
            total += loss.item() * len(idx)
        print(f"sweep {sweep}: {total / N_ROWS:.5f}")


run()
