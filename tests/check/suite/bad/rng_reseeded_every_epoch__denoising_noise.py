import torch


class DenoisingAE(torch.nn.Module):
    def __init__(self, d, k):
        super().__init__()
        self.down = torch.nn.Linear(d, k)
        self.up = torch.nn.Linear(k, d)

    def forward(self, x):
        return self.up(torch.relu(self.down(x)))


class Runner:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args["seed"])
        self.data = torch.randn(240, 3) @ torch.randn(3, 10)
        self.data /= self.data.std()
        self.model = DenoisingAE(10, 6)
        self.opt = torch.optim.Adam(self.model.parameters(), lr=args["lr"])

    def epoch(self):
        torch.manual_seed(self.args["seed"])  # expect: rng-reseeded-every-epoch
        total = 0.0
        for b in torch.randperm(240).split(24):
            clean = self.data[b]
            noisy = clean + 0.3 * torch.randn_like(clean)
            loss = torch.nn.functional.mse_loss(self.model(noisy), clean)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            total += loss.item() / 10
        return total


runner = Runner({"seed": 1234, "lr": 1e-2})
for e in range(4):
    print("epoch %d: %.4f" % (e, runner.epoch()))
