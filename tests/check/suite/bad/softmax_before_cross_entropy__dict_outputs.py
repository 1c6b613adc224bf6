"""HuggingFace-like: the model gives a ModelOutput, the trainer computes the loss."""
from dataclasses import dataclass
from typing import Optional

import torch
from torch import Tensor, nn


@dataclass
class ModelOutput:
    probs: Tensor
    hidden: Tensor
    loss: Optional[Tensor] = None


@dataclass
class TrainingArguments:
    lr: float = 3e-3
    epochs: int = 3
    batch_size: int = 32
    logging_steps: int = 10


class Classifier(nn.Module):
    def __init__(self, vocab=50, dim=24, n_labels=3):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        layer = nn.TransformerEncoderLayer(dim, 2, 48, dropout=0.0, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, 1)
        self.cls = nn.Linear(dim, n_labels)

    def forward(self, input_ids, labels=None):
        h = self.enc(self.emb(input_ids)).mean(1)
        out = ModelOutput(self.cls(h).softmax(-1), h)  # expect: softmax-before-cross-entropy
        if labels is not None:
            out.loss = nn.functional.cross_entropy(out.probs, labels, label_smoothing=0.05)  # expect: softmax-before-cross-entropy
        return out


class Trainer:
    def __init__(self, model, args, data):
        self.model, self.args, self.data = model, args, data
        self.opt = torch.optim.AdamW(model.parameters(), lr=args.lr)

    def train(self):
        n, step = len(self.data["labels"]), 0
        for _ in range(self.args.epochs):
            for ix in torch.randperm(n).split(self.args.batch_size):
                batch = {k: v[ix] for k, v in self.data.items()}
                out = self.model(**batch)
                self.opt.zero_grad()
                out.loss.backward()  # expect: softmax-before-cross-entropy
                self.opt.step()
                step += 1
                if step % self.args.logging_steps == 0:
                    print({"step": step, "loss": out.loss.item()})


torch.manual_seed(33)
labels = torch.randint(0, 3, (320,))
ids = torch.randint(0, 15, (320, 9)) + labels[:, None] * 10
Trainer(Classifier(), TrainingArguments(), {"input_ids": ids, "labels": labels}).train()
