import numpy as np, torch
from torch.utils.data import DataLoader, Dataset

RNG = np.random.RandomState(1)  # expect: augmentation-rng-duplicated-in-workers

class Mixed(Dataset):
    """mixup of two rows"""
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __len__(self): return len(self.x)
    def __getitem__(self, i):
        j, lam = RNG.randint(len(self.x)), RNG.beta(.4, .4)  # expect: augmentation-rng-duplicated-in-workers
        return np.float32(lam * self.x[i] + (1 - lam) * self.x[j]), np.float32(lam * self.y[i] + (1 - lam) * self.y[j])

def run():
    torch.manual_seed(21)
    x = RNG.randn(240, 6); y = (x[:, :2].sum(1) > 0).astype('f4')
    dl = DataLoader(Mixed(x, y), batch_size=24, shuffle=True, num_workers=2)  # expect: augmentation-rng-duplicated-in-workers
    net = torch.nn.Sequential(torch.nn.Linear(6, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
    opt = torch.optim.SGD(net.parameters(), lr=.1, momentum=.9)
    for ep in range(3):
        for a, b in dl:
            l = torch.nn.functional.binary_cross_entropy_with_logits(net(a).squeeze(1), b)
            opt.zero_grad(); l.backward(); opt.step()
        print(ep, round(l.item(), 4))

if __name__ == '__main__':
    run()
