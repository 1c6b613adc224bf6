"""Kipf and Welling's GCN on a small dense graph, with early reporting."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class GraphConvolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))
        bound = 1 / math.sqrt(outputs)
        self.weight.data.uniform_(-bound, bound)
        self.bias.data.uniform_(-bound, bound)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, features, hidden, classes, dropout):
        super().__init__()
        self.gc1, self.gc2, self.dropout = GraphConvolution(features, hidden), GraphConvolution(hidden, classes), dropout

    def forward(self, x, adj):
        x = F.dropout(F.relu(self.gc1(x, adj)), self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


torch.manual_seed(125)
labels = torch.randint(0, 4, (120,))
adj = (torch.rand(120, 120) < 0.02 + 0.12 * (labels[:, None] == labels[None, :])).float()
adj = ((adj + adj.T) > 0).float() + torch.eye(120)
adj = adj / adj.sum(1, keepdim=True)
x = F.one_hot(labels, 4).float() @ torch.randn(4, 16) + torch.randn(120, 16)
idx_train, idx_val, idx_test = torch.arange(40), torch.arange(40, 80), torch.arange(80, 120)
model = GCN(16, 16, 4, 0.5)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)


def accuracy(output, index):
    return (output[index].argmax(1) == labels[index]).double().mean().item()


for epoch in range(40):
    model.train()
    optimizer.zero_grad()
    output = model(x, adj)
    loss = F.nll_loss(output[idx_train], labels[idx_train])
    loss.backward()
    optimizer.step()
    model.eval()
    with torch.no_grad():
        output = model(x, adj)
    if epoch % 10 == 0:
        print(epoch, loss.item(), accuracy(output, idx_train), accuracy(output, idx_val))
print("test", accuracy(output, idx_test))
