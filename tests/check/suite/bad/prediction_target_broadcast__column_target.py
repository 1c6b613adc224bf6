import torch


class LogCosh(torch.nn.Module):
    def forward(self, prediction, truth):
        err = truth - prediction  # expect: prediction-target-broadcast
        return (err + torch.nn.functional.softplus(-2 * err) - 0.6931).mean()


class Meter(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, 12, batch_first=True)
        self.out = torch.nn.Linear(12, 1)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1]).squeeze(-1)


torch.manual_seed(29)
usage = torch.rand(200, 10, 1)
bill = usage.sum(dim=1) - 5
meter, loss_fn = Meter(), LogCosh()
opt = torch.optim.Adam(meter.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        loss = loss_fn(meter(usage[b]), bill[b])  # expect: prediction-target-broadcast
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
