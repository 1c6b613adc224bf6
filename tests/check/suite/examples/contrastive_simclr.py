import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class ContrastiveView:
    def __init__(self, base, n_views=2):
        self.base, self.n_views = base, n_views

    def __call__(self, x):
        return [self.base(x) for _ in range(self.n_views)]


def jitter(x):
    gain = 1 + 0.2 * torch.randn(())
    keep = (torch.rand_like(x) > 0.1).float()
    return gain * x * keep + 0.1 * torch.randn_like(x)


class Unlabelled(Dataset):
    def __init__(self, x, transform):
        self.x, self.transform = x, transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.transform(self.x[i])


class SimCLR(object):
    def __init__(self, encoder, projector, temperature=0.3):
        self.encoder, self.projector, self.temperature = encoder, projector, temperature
        self.optimizer = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], lr=3e-3, weight_decay=1e-5)
        self.criterion = nn.CrossEntropyLoss()

    def info_nce_loss(self, features, n_views=2):
        batch = features.shape[0] // n_views
        labels = torch.cat([torch.arange(batch) for _ in range(n_views)])
        labels = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
        features = F.normalize(features, dim=1)
        similarity = features @ features.T
        mask = torch.eye(labels.shape[0], dtype=torch.bool)
        labels = labels[~mask].view(labels.shape[0], -1)
        similarity = similarity[~mask].view(similarity.shape[0], -1)
        positives = similarity[labels.bool()].view(labels.shape[0], -1)
        negatives = similarity[~labels.bool()].view(similarity.shape[0], -1)
        logits = torch.cat([positives, negatives], dim=1) / self.temperature
        return logits, torch.zeros(logits.shape[0], dtype=torch.long)

    def train(self, loader, epochs):
        for epoch in range(epochs):
            total = 0.0
            for views in loader:
                features = self.projector(self.encoder(torch.cat(views, dim=0)))
                loss = self.criterion(*self.info_nce_loss(features))
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.item()
            print(f"epoch {epoch} loss {total / len(loader):.4f}")


torch.manual_seed(0)
y = torch.randint(0, 4, (320,))
x = 1.5 * torch.randn(4, 16)[y] + 0.5 * torch.randn(320, 16)
loader = DataLoader(Unlabelled(x[:256], ContrastiveView(jitter)), batch_size=32, shuffle=True, drop_last=True)
encoder = nn.Sequential(nn.Linear(16, 48), nn.ReLU(), nn.Linear(48, 16))
SimCLR(encoder, nn.Sequential(nn.ReLU(), nn.Linear(16, 8))).train(loader, 3)

# linear probe on frozen features
with torch.no_grad():
    f_train, f_test = encoder(x[:256]), encoder(x[256:])
probe = nn.Linear(16, 4)
opt = torch.optim.SGD(probe.parameters(), lr=0.1)
for _ in range(3):
    for b in torch.randperm(256).split(32):
        loss = F.cross_entropy(probe(f_train[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
with torch.no_grad():
    print("probe accuracy", (probe(f_test).argmax(1) == y[256:]).float().mean().item())
