import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset


def f1_score(pred, true):
    tp = (pred & true).sum().item()
    return 2 * tp / max(1, pred.sum().item() + true.sum().item())


def run_epoch(model, loader, optimizer=None):
    model.train(optimizer is not None)
    preds, trues = [], []
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in loader:
            logit = model(x).squeeze(1)
            loss = nn.functional.binary_cross_entropy_with_logits(logit, y)
            if optimizer:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            preds.append(logit.detach() > 0)
            trues.append(y > 0.5)
    return f1_score(torch.cat(preds), torch.cat(trues))


def main():
    torch.manual_seed(6)
    x = torch.randn(600, 10)
    y = ((x[:, 0] + x[:, 1] * x[:, 2]) > 0.4).float()
    train = DataLoader(TensorDataset(x[:450], y[:450]), batch_size=45, shuffle=True)
    valid = DataLoader(TensorDataset(x[450:], y[450:]), batch_size=50)
    model = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)  # expect: plateau-scheduler-wrong-mode
    for epoch in range(12):
        run_epoch(model, train, optimizer)
        f1 = run_epoch(model, valid)
        scheduler.step(f1)  # expect: plateau-scheduler-wrong-mode
        print(epoch, round(f1, 4), optimizer.param_groups[0]["lr"])


if __name__ == "__main__":
    main()
