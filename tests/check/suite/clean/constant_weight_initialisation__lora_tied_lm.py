"""LoRA on a small language model: frozen weights, B = 0, tied embedding, only the adapters in the optimizer."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class LoRALinear(nn.Module):
    def __init__(self, base, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.empty(r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.A), self.B) * self.scale


class TinyGPT(nn.Module):
    def __init__(self, vocab=24, d=32, t=10):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, d), nn.Embedding(t, d)
        self.ln = nn.LayerNorm(d)
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.ff = nn.Sequential(nn.Linear(d, 64), nn.GELU(), nn.Linear(64, d))
        self.lm_head = nn.Linear(d, vocab, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, idx, targets=None):
        x = self.wte(idx) + self.wpe(torch.arange(idx.size(1)))
        h = self.ln(x)
        x = x + self.o(F.scaled_dot_product_attention(self.q(h), self.k(h), self.v(h), is_causal=True))
        logits = self.lm_head(x + self.ff(self.ln(x)))
        loss = None if targets is None else F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return logits, loss


def walk(n, stride):
    return (torch.randint(0, 24, (n, 1)) + stride * torch.arange(11)) % 24


def fit(model, params, stride, iters, lr):
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=0.01)
    model.train()
    for it in range(iters):
        s = walk(24, stride)
        _, loss = model(s[:, :-1], s[:, 1:])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(2)
gpt = TinyGPT()
print("pretrain", fit(gpt, gpt.parameters(), 1, 40, 5e-3))
for p in gpt.parameters():
    p.requires_grad = False
for name in ("q", "v", "o"):
    setattr(gpt, name, LoRALinear(getattr(gpt, name)))
trainable = [p for p in gpt.parameters() if p.requires_grad]
print(sum(p.numel() for p in trainable), "trainable of", sum(p.numel() for p in gpt.parameters()))
print("lora", fit(gpt, trainable, 3, 30, 5e-3))
gpt.eval()
with torch.inference_mode():
    s = walk(40, 3)
    print("eval", gpt(s[:, :-1], s[:, 1:])[1].item())
