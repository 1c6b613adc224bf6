import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, vocab, classes):
        super().__init__()
        self.bag = nn.EmbeddingBag(vocab, 20)
        self.out = nn.Linear(20, classes)

    def forward(self, tokens):
        return torch.softmax(self.out(self.bag(tokens)), dim=1)  # expect: nll-loss-on-logits


def fit(model, tokens, labels, epochs=4, lr=0.02):
    criterion = nn.NLLLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        total = 0.0
        for ix in torch.randperm(len(labels)).split(40):
            optimizer.zero_grad()
            loss = criterion(model(tokens[ix]), labels[ix])  # expect: nll-loss-on-logits
            loss.backward()
            optimizer.step()
            total += loss.item() * len(ix)
        print(f"epoch {epoch}: {total / len(labels):.4f}")


torch.manual_seed(70)
tokens = torch.randint(0, 40, (320, 6))
labels = tokens.float().mean(1).sub(10).div(5).long().clamp(0, 3)
fit(Classifier(40, 4), tokens, labels)
