import torch
import torch.nn.functional as F


class Dense(torch.nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(n_in, n_out) / n_in)  # expect: constant-weight-initialisation
        self.b = torch.nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x @ self.w + self.b


class Autoencoder(torch.nn.Module):
    def __init__(self, d, k):
        super().__init__()
        self.enc, self.dec = Dense(d, k), Dense(k, d)

    def forward(self, x):
        return self.dec(torch.sigmoid(self.enc(x)))


def main():
    torch.manual_seed(10)
    x = torch.randn(300, 2) @ torch.randn(2, 8)
    x = (x - x.mean(0)) / x.std(0)
    ae = Autoencoder(8, 4)
    opt = torch.optim.Adam(ae.parameters(), lr=0.02)
    for epoch in range(4):
        tot = 0
        for b in torch.randperm(300).split(30):
            opt.zero_grad()
            loss = F.mse_loss(ae(x[b]), x[b])
            loss.backward()
            opt.step()
            tot += loss.item()
        print(epoch, tot / 10)


main()
