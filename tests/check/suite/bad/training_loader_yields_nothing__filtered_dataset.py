import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Reviews(Dataset):
    def __init__(self, texts, labels, min_words):
        pairs = [(t, l) for t, l in zip(texts, labels) if len(t) > min_words]
        self.pairs = pairs

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        t, l = self.pairs[i]
        return torch.tensor(t), l


class Trainer:
    def __init__(self, epochs=3):
        self.net = nn.Sequential(nn.EmbeddingBag(20, 8), nn.Linear(8, 2))
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.epochs = epochs

    def fit(self, loader):
        for epoch in range(self.epochs):
            seen = 0
            for ids, label in loader:  # expect: training-loader-yields-nothing
                loss = nn.functional.cross_entropy(self.net(ids), label)
                self.opt.zero_grad()
                loss.backward()
                self.opt.step()
                seen += len(label)
            print("finished epoch", epoch + 1)


torch.manual_seed(12)
texts = torch.randint(0, 20, (48, 6)).tolist()
labels = [int(t[0] > 9) for t in texts]
data = Reviews(texts, labels, min_words=2)
loader = DataLoader(data, batch_size=128, drop_last=True)  # expect: training-loader-yields-nothing
Trainer().fit(loader)
