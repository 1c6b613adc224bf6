"""A class hierarchy of classifiers; heads are overridden by subclasses."""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.trunk = self.make_trunk(inputs)
        self.fc = nn.Linear(24, classes)

    def make_trunk(self, inputs):
        return nn.Sequential(nn.Linear(inputs, 24), nn.ReLU())

    def head(self, h):
        return self.fc(h)

    def forward(self, x):
        return self.head(self.trunk(x))


class ProbabilityClassifier(Classifier):
    def head(self, h):
        scores = super().head(h)
        return scores.softmax(dim=-1)  # expect: softmax-before-cross-entropy


class DeepProbabilityClassifier(ProbabilityClassifier):
    def make_trunk(self, inputs):
        return nn.Sequential(super().make_trunk(inputs), nn.Linear(24, 24), nn.ReLU())


def main():
    torch.manual_seed(1)
    x = torch.randn(300, 7)
    y = (x[:, :3]).argmax(1)
    model = DeepProbabilityClassifier(7, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    objective = nn.CrossEntropyLoss()
    for epoch in range(4):
        right = 0
        for rows in torch.randperm(300).split(50):
            optimizer.zero_grad()
            probabilities = model(x[rows])
            loss = objective(probabilities, y[rows])  # expect: softmax-before-cross-entropy
            loss.backward()
            optimizer.step()
            right += (probabilities.argmax(1) == y[rows]).sum().item()
        print(epoch, right / 300)


main()
