"""Old habit from torch 1.0: the schedule moves at the top of the epoch."""
import torch
from torch import nn
from torch.optim import lr_scheduler


def train_model(model, dataloaders, criterion, optimizer, scheduler, num_epochs=4):
    for epoch in range(num_epochs):
        for phase in ["train", "val"]:
            if phase == "train":
                scheduler.step()  # expect: scheduler-stepped-before-optimizer
                model.train()
            else:
                model.eval()
            running_loss, count = 0.0, 0
            for inputs, labels in dataloaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    loss = criterion(model(inputs), labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
                running_loss += loss.item() * inputs.size(0)
                count += inputs.size(0)
            print(f"{epoch} {phase} {running_loss / count:.4f}")
    return model


torch.manual_seed(1)
x = torch.randn(300, 5)
y = (x.sum(1) > 0).long()
loader = lambda s, sh: torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[s], y[s]), batch_size=30, shuffle=sh)
model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
train_model(
    model,
    {"train": loader(slice(0, 240), True), "val": loader(slice(240, 300), False)},
    nn.CrossEntropyLoss(),
    opt,
    lr_scheduler.StepLR(opt, step_size=2, gamma=0.5),
)
