"""Activity recognition: time-major sensor windows, LSTM, flattened for a dense layer."""
import torch
from torch import nn


class HAR(nn.Module):
    def __init__(self, channels=3, hidden=12, steps=10, classes=4):
        super().__init__()
        self.rnn = nn.LSTM(channels, hidden)
        self.fc = nn.Linear(hidden * steps, classes)

    def forward(self, x):
        # x: (time, batch, channel)
        seq, _ = self.rnn(x)
        flat = seq.contiguous().view(x.size(1), -1)  # expect: view-instead-of-permute
        return self.fc(flat)  # expect: view-instead-of-permute


def windows(n):
    y = torch.randint(0, 4, (n,))
    t = torch.linspace(0, 3, 10)[:, None, None]
    phase = torch.rand(1, n, 1) * 3
    x = torch.sin((y + 1)[None, :, None] * t + phase) + 0.1 * torch.randn(10, n, 3)
    return x, y


def main():
    torch.manual_seed(14)
    model = HAR()
    optim = torch.optim.Adam(model.parameters(), lr=3e-3)
    for it in range(50):
        x, y = windows(32)
        logits = model(x)  # expect: view-instead-of-permute
        loss = nn.functional.cross_entropy(logits, y)
        optim.zero_grad()
        loss.backward()
        optim.step()
        if it % 10 == 0:
            print(it, round(loss.item(), 4), (logits.argmax(-1) == y).float().mean().item())


if __name__ == "__main__":
    main()
