import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, RandomSampler, SequentialSampler


def get_linear_schedule_with_warmup(optimizer, warmup, total):
    def lr_lambda(step):
        if step < warmup:
            return step / max(1, warmup)
        return max(0.0, (total - step) / max(1, total - warmup))

    return LambdaLR(optimizer, lr_lambda)


@dataclass
class Arguments:
    batch: int = 12
    accumulate: int = 2
    epochs: int = 3
    lr: float = 2e-3
    warmup_ratio: float = 0.1


class Reviews(Dataset):
    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.items = []
        for _ in range(n):
            ids = rng.integers(2, 40, size=rng.integers(4, 12))
            self.items.append((ids, int((ids < 12).sum() > (ids > 28).sum())))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    width = max(len(ids) for ids, _ in batch)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    for row, (one, _) in zip(ids, batch):
        row[: len(one)] = torch.from_numpy(one)
    return {"input_ids": ids, "attention_mask": (ids != 0).long(), "labels": torch.tensor([y for _, y in batch])}


class Bert(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.emb = nn.Embedding(40, dim, padding_idx=0)
        layer = nn.TransformerEncoderLayer(dim, 4, 64, 0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.classifier = nn.Sequential(nn.Dropout(0.1), nn.Linear(dim, 2))

    def forward(self, input_ids, attention_mask, labels=None):
        h = self.encoder(self.emb(input_ids), src_key_padding_mask=attention_mask == 0)
        mask = attention_mask.unsqueeze(-1)
        logits = self.classifier((h * mask).sum(1) / mask.sum(1))
        if labels is None:
            return (logits,)
        return nn.functional.cross_entropy(logits, labels), logits


class Trainer:
    def __init__(self, model, args, train, dev):
        self.model, self.args, self.dev = model, args, dev
        self.loader = DataLoader(train, args.batch, sampler=RandomSampler(train), collate_fn=collate)
        per_epoch = math.ceil(len(self.loader) / args.accumulate)
        total = per_epoch * args.epochs
        no_decay = ("bias", "norm")
        groups = [
            {"params": [p for n, p in model.named_parameters() if not any(k in n for k in no_decay)], "weight_decay": 0.01},
            {"params": [p for n, p in model.named_parameters() if any(k in n for k in no_decay)], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=args.lr)
        self.scheduler = get_linear_schedule_with_warmup(self.optimizer, int(total * args.warmup_ratio), total)

    def train(self):
        for epoch in range(self.args.epochs):
            self.model.train()
            for step, batch in enumerate(self.loader):
                loss, _ = self.model(**batch)
                (loss / self.args.accumulate).backward()
                if (step + 1) % self.args.accumulate == 0 or step + 1 == len(self.loader):
                    nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                    self.optimizer.step()
                    self.scheduler.step()
                    self.model.zero_grad()
            print(epoch, self.evaluate())

    def evaluate(self):
        self.model.eval()
        loss, preds, labels = 0.0, [], []
        for batch in DataLoader(self.dev, 16, sampler=SequentialSampler(self.dev), collate_fn=collate):
            with torch.no_grad():
                one, logits = self.model(**batch)
            loss += one.item() * len(logits)
            preds.append(logits.argmax(-1).numpy())
            labels.append(batch["labels"].numpy())
        preds, labels = np.concatenate(preds), np.concatenate(labels)
        return {"loss": loss / len(labels), "acc": float((preds == labels).mean())}


torch.manual_seed(42)
Trainer(Bert(), Arguments(), Reviews(180, 0), Reviews(50, 1)).train()
