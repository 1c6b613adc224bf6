"""Fine-tuning a small language model held wholly in bfloat16."""
import torch
from torch import nn

torch.manual_seed(13)


class TinyLM(nn.Module):
    def __init__(self, vocab=40, d=32):
        super().__init__()
        self.tok = nn.Embedding(vocab, d)
        self.mix = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.norm = nn.LayerNorm(d)
        self.lm_head = nn.Linear(d, vocab, bias=False)

    def forward(self, ids):
        h = self.tok(ids)
        return self.lm_head(self.norm(h + self.mix(h)))


def finetune(model, steps, lr=2e-6):
    opt = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.0)
    for _ in range(steps):
        ids = torch.randint(0, 40, (8, 12))
        logits = model(ids[:, :-1])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1).float(), (ids[:, :-1].flatten() * 3 + 1) % 40)
        loss.backward()
        opt.step()  # expect: bf16-weight-updates-rounded-away
        opt.zero_grad()
        yield loss.item()


model = TinyLM().to(dtype=torch.bfloat16)
print(list(finetune(model, 20))[-1])
