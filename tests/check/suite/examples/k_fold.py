import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset


def reset_weights(m):
    for layer in m.children():
        if hasattr(layer, 'reset_parameters'):
            layer.reset_parameters()


def load_flowers(rng):
    species = np.repeat(np.arange(3), 50)
    centre = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    return centre[species] + rng.normal(0, 0.35, (150, 4)), species


def stratified_folds(y, n_splits, rng):
    fold = np.empty(len(y), dtype=int)
    for c in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == c))
        fold[members] = np.arange(len(members)) % n_splits
    for k in range(n_splits):
        yield np.flatnonzero(fold != k), np.flatnonzero(fold == k)


class SimpleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, x):
        return self.layers(x)


if __name__ == '__main__':
    torch.manual_seed(42)
    rng = np.random.default_rng(0)
    X, y = load_flowers(rng)
    results = {}
    for fold, (train_ids, test_ids) in enumerate(stratified_folds(y, 3, rng)):
        mu, sd = X[train_ids].mean(0), X[train_ids].std(0)
        dataset = TensorDataset(torch.tensor((X - mu) / sd, dtype=torch.float32), torch.tensor(y))
        trainloader = DataLoader(Subset(dataset, train_ids), batch_size=20, shuffle=True)
        testloader = DataLoader(Subset(dataset, test_ids), batch_size=50)
        network = SimpleNet()
        network.apply(reset_weights)
        optimizer = torch.optim.Adam(network.parameters(), lr=2e-2)
        loss_function = nn.CrossEntropyLoss()
        for epoch in range(4):
            network.train()
            for inputs, targets in trainloader:
                optimizer.zero_grad()
                loss = loss_function(network(inputs), targets)
                loss.backward()
                optimizer.step()
        correct, total = 0, 0
        network.eval()
        with torch.no_grad():
            for inputs, targets in testloader:
                predicted = network(inputs).argmax(1)
                total += targets.size(0)
                correct += (predicted == targets).sum().item()
        results[fold] = 100.0 * correct / total
        print('Accuracy for fold %d: %.2f %%' % (fold, results[fold]))
    print('Average: %.2f %%' % np.mean(list(results.values())))
