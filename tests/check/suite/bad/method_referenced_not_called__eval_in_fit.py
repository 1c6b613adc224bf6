import torch
from torch import nn

torch.manual_seed(14)


def fit(model, x, y, epochs=3):
    opt = torch.optim.SGD(model.parameters(), lr=0.05)
    sched = torch.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)
    for epoch in range(epochs):
        model.train()
        for rows in torch.randperm(len(x)).split(25):
            loss = nn.functional.mse_loss(model(x[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()
        model.eval  # expect: method-referenced-not-called
        with torch.no_grad():
            print(epoch, nn.functional.mse_loss(model(fresh), fresh.sum(1, keepdim=True)).item())  # also: validation-in-train-mode


x, fresh = torch.randn(250, 5), torch.randn(50, 5)
fit(nn.Sequential(nn.Linear(5, 20), nn.ReLU(), nn.Dropout(0.1), nn.Linear(20, 1)), x, x.sum(1, keepdim=True))
