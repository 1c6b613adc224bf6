"""Fine-tune: a pretrained net, ten classes, now three."""
import torch
from torch import nn


def pretrain():
    net = nn.Sequential()
    net.add_module("stem", nn.Linear(12, 32))
    net.add_module("act", nn.ReLU())
    net.add_module("fc", nn.Linear(32, 10))
    return net


def configure_optimizers(net):
    decay = [p for n, p in net.named_parameters() if not n.endswith("bias")]
    rest = [p for n, p in net.named_parameters() if n.endswith("bias")]
    return torch.optim.AdamW(  # expect: optimizer-holds-stale-parameters
        [{"params": decay, "weight_decay": 1e-2}, {"params": rest, "weight_decay": 0.0}], lr=1e-3
    )


def finetune(net, n_classes):
    opt = configure_optimizers(net)  # expect: optimizer-holds-stale-parameters
    net.fc = nn.Linear(net.fc.in_features, n_classes)  # expect: optimizer-holds-stale-parameters
    nn.init.normal_(net.fc.weight, std=0.05)
    x = torch.randn(360, 12)
    y = x[:, :3].argmax(1)
    for epoch in range(4):
        hits = 0
        for ix in torch.randperm(360).split(36):
            out = net(x[ix])
            loss = nn.functional.cross_entropy(out, y[ix])
            opt.zero_grad()
            loss.backward()
            opt.step()  # expect: optimizer-holds-stale-parameters
            hits += (out.argmax(1) == y[ix]).sum().item()
        print(epoch, hits / 360)


torch.manual_seed(55)
finetune(pretrain(), 3)
