import argparse
import os
import pickle
import tempfile

import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))


def load_pretrained(model, path):
    state = torch.load(path, map_location="cpu", weights_only=False, pickle_module=pickle)  # expect: unsafe-torch-load
    own = model.state_dict()
    own.update({k: v for k, v in state.items() if k in own and v.shape == own[k].shape})
    model.load_state_dict(own)
    return model


parser = argparse.ArgumentParser()
parser.add_argument("--pretrained", default=os.path.join(tempfile.gettempdir(), "none_such_weights.pt"))
args = parser.parse_args()
torch.manual_seed(0)
model = build()
if os.path.exists(args.pretrained):
    model = load_pretrained(model, args.pretrained)
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
x = torch.randn(200, 6)
y = (x[:, 0] > 0).long()
for epoch in range(3):
    for rows in torch.randperm(200).split(20):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
