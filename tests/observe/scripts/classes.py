"""A trainer class, argparse, a scheduler per step, clipping, a main function."""

import argparse

import torch
from shared_parts import ROWS, X, Y, end, said
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    def __len__(self):
        return len(X)

    def __getitem__(self, index):
        return {"x": X[index], "y": Y[index], "row": ROWS[index]}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 8)
        self.fc2 = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class Trainer:
    def __init__(self, lr):
        self.model = Net()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=lr)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, lr, total_steps=12)
        self.loss_fn = nn.CrossEntropyLoss()

    def fit(self, epochs):
        for _ in range(epochs):
            for batch in DataLoader(Rows(), batch_size=4, shuffle=True, num_workers=2):
                self.step(batch)

    def step(self, batch):
        self.model.zero_grad()
        loss = self.loss_fn(self.model(x=batch["x"]), batch["y"])
        loss.backward()
        said(loss, batch["row"])
        clip_grad_norm_(self.model.parameters(), 0.5)
        self.optimizer.step()
        self.scheduler.step()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.01)
    trainer = Trainer(parser.parse_args().lr)
    trainer.fit(2)
    end(trainer.model)


if __name__ == "__main__":
    main()
