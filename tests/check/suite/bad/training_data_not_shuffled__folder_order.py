import os
import tempfile
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class FolderOfArrays(Dataset):
    """root/class_name/*.npy, like an image folder"""

    def __init__(self, root):
        self.classes = sorted(os.listdir(root))
        self.samples = []
        for label, name in enumerate(self.classes):
            folder = os.path.join(root, name)
            for file in sorted(os.listdir(folder)):
                self.samples.append((np.load(os.path.join(folder, file)), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        arr, label = self.samples[index]
        return torch.from_numpy(arr), label


def write_pictures(root, rng):
    for k, name in enumerate(["cat", "dog", "owl"]):
        os.makedirs(os.path.join(root, name))
        for i in range(40):
            pic = 0.4 * rng.standard_normal((1, 6, 6))
            pic[0, 2 * k] += 1
            np.save(os.path.join(root, name, "%03d.npy" % i), pic.astype(np.float32))


def main():
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as root:
        write_pictures(root, np.random.default_rng(1))
        data = FolderOfArrays(root)
    loader = DataLoader(data, batch_size=20, shuffle=False, num_workers=0)  # expect: training-data-not-shuffled
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 3))
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(4):
        total = 0.0
        for xb, yb in loader:
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(xb), yb)
            loss.backward()
            opt.step()
            total += loss.item()
        print("epoch", epoch, "loss", total / len(loader))


main()
