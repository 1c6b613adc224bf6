import torch
from shared_parts import end, said
from torch import nn
from torch.optim.lr_scheduler import LinearLR, SequentialLR, StepLR

torch.manual_seed(0)
text = torch.randint(0, 11, (40,))


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 11)
        self.head.weight = self.embed.weight

    def loss(self, x, y):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return nn.functional.cross_entropy(
            self.head(self.block(self.embed(x), mask)).transpose(1, 2), y
        )


def train():
    net = Language()
    opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
    first, then = LinearLR(opt, 0.1, total_iters=2), StepLR(opt, 2)
    schedule = SequentialLR(opt, [first, then], milestones=[2])
    for _ in range(5):
        starts = torch.randint(0, 30, (4,))
        x = torch.stack([text[s : s + 6] for s in starts])
        y = torch.stack([text[s + 1 : s + 7] for s in starts])
        loss = net.loss(x, y)
        opt.zero_grad()
        loss.backward()
        said(loss)
        opt.step()
        schedule.step()
    end(net)


train()
