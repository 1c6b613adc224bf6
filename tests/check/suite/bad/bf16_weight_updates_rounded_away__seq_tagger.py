import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def get_model(vocab, tags, dtype):
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(vocab, 24)
            self.conv = nn.Conv1d(24, 48, 3, padding=1)
            self.out = nn.Linear(48, tags)

        def forward(self, ids):
            h = self.embed(ids).transpose(1, 2)
            h = torch.relu(self.conv(h)).transpose(1, 2)
            return self.out(h)

    return Tagger().to(dtype)


def main():
    torch.manual_seed(123)
    ids = torch.randint(0, 50, (256, 10))
    tags = (ids + ids.roll(1, 1)) % 4
    loader = DataLoader(TensorDataset(ids, tags), batch_size=32, shuffle=True)
    model = get_model(50, 4, torch.bfloat16)
    opt = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.0)
    for epoch in range(4):
        running, n = 0.0, 0
        for batch, target in loader:
            loss = nn.functional.cross_entropy(model(batch).flatten(0, 1).float(), target.flatten())
            opt.zero_grad()
            loss.backward()
            opt.step()  # expect: bf16-weight-updates-rounded-away
            running, n = running + loss.item() * len(batch), n + len(batch)
        print(epoch, running / n)


main()
