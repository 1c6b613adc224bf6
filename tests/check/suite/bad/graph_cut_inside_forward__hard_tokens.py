import torch
from torch import nn


class TwoStage(nn.Module):
    """describe the input by symbols, then classify the symbols"""

    def __init__(self, symbols=12):
        super().__init__()
        self.speaker = nn.Linear(8, 3 * symbols)
        self.table = nn.Embedding(symbols, 10)
        self.listener = nn.Linear(30, 3)
        self.symbols = symbols

    def forward(self, x):
        message = self.speaker(x).view(len(x), 3, self.symbols).argmax(-1)  # expect: graph-cut-inside-forward
        return self.listener(self.table(message).flatten(1))


torch.manual_seed(65)
x = torch.randn(300, 8)
y = x[:, :3].argmax(1)
game = TwoStage()
opt = torch.optim.Adam(game.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(game(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
