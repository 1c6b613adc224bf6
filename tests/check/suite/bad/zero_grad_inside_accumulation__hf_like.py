from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset


@dataclass
class TrainingArguments:
    per_device_train_batch_size: int = 8
    gradient_accumulation_steps: int = 4
    learning_rate: float = 5e-4
    num_train_epochs: int = 3
    warmup_steps: int = 5
    max_grad_norm: float = 1.0


class SequenceDataset(Dataset):
    def __init__(self, n, length=12, vocab=30):
        g = torch.Generator().manual_seed(5)
        self.input_ids = torch.randint(1, vocab, (n, length), generator=g)
        self.labels = (self.input_ids[:, 0] > self.input_ids[:, -1]).long()

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return {"input_ids": self.input_ids[i], "labels": self.labels[i]}


class Classifier(nn.Module):
    def __init__(self, vocab=30, d=32):
        super().__init__()
        self.emb = nn.Embedding(vocab, d)
        self.pos = nn.Parameter(0.02 * torch.randn(12, d))
        self.layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.1, batch_first=True)
        self.cls = nn.Linear(d, 2)

    def forward(self, input_ids, labels=None):
        hidden = self.layer(self.emb(input_ids) + self.pos)
        logits = self.cls(hidden[:, 0] + hidden[:, -1])
        loss = nn.functional.cross_entropy(logits, labels) if labels is not None else None
        return {"loss": loss, "logits": logits}


class Trainer:
    def __init__(self, model, args, train_dataset):
        self.model, self.args = model, args
        self.loader = DataLoader(train_dataset, batch_size=args.per_device_train_batch_size, shuffle=True)
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate)
        self.lr_scheduler = LambdaLR(self.optimizer, lambda s: min(1.0, (s + 1) / args.warmup_steps))
        self.global_step = 0

    def training_step(self, inputs):
        self.model.train()
        self.model.zero_grad()  # expect: zero-grad-inside-accumulation
        loss = self.model(**inputs)["loss"] / self.args.gradient_accumulation_steps
        loss.backward()
        return loss.detach()

    def train(self):
        tr_loss = torch.tensor(0.0)
        for _ in range(self.args.num_train_epochs):
            for step, inputs in enumerate(self.loader):
                tr_loss += self.training_step(inputs)
                if (step + 1) % self.args.gradient_accumulation_steps == 0:
                    nn.utils.clip_grad_norm_(self.model.parameters(), self.args.max_grad_norm)
                    self.optimizer.step()  # expect: zero-grad-inside-accumulation
                    self.lr_scheduler.step()
                    self.global_step += 1
        return tr_loss.item() / self.global_step


torch.manual_seed(42)
print("train_loss", Trainer(Classifier(), TrainingArguments(), SequenceDataset(192)).train())
