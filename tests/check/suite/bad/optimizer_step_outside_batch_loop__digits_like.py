import torch
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset


class Glyphs(Dataset):
    """Noisy 8x8 glyphs of five classes."""

    def __init__(self, n=400, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.templates = (torch.rand(5, 64, generator=g) > 0.6).float()
        self.y = torch.randint(0, 5, (n,), generator=g)
        self.x = self.templates[self.y] + 0.3 * torch.randn(n, 64, generator=g)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return {"image": self.x[index], "label": self.y[index]}


def accuracy(model, loader):
    model.eval()
    right = 0
    with torch.no_grad():
        for batch in loader:
            right += (model(batch["image"]).argmax(1) == batch["label"]).sum().item()
    return right / len(loader.dataset)


def run(epochs=6):
    torch.manual_seed(1)
    train = DataLoader(Glyphs(400, 0), batch_size=40, shuffle=True)
    test = DataLoader(Glyphs(100, 0), batch_size=100)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 5))
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(epochs):
        model.train()
        for batch in train:
            optimizer.zero_grad()  # expect: optimizer-step-outside-batch-loop
            loss = criterion(model(batch["image"]), batch["label"])
            loss.backward()
        optimizer.step()  # expect: optimizer-step-outside-batch-loop
        print(epoch, loss.item())


if __name__ == "__main__":
    run()
