# GCN on a dense normalised adjacency matrix, transductive: one graph, masks for train and test
import torch
import torch.nn.functional as F
from torch import nn


class GraphConv(nn.Module):
    def __init__(self, input_dim, output_dim, use_bias=True):
        super(GraphConv, self).__init__()
        self.kernel = nn.Parameter(torch.empty(input_dim, output_dim))
        nn.init.xavier_normal_(self.kernel)
        self.bias = nn.Parameter(torch.zeros(output_dim)) if use_bias else None

    def forward(self, x, adj):
        out = adj @ (x @ self.kernel)
        return out if self.bias is None else out + self.bias


class GCN(nn.Module):
    def __init__(self, d_in, d_hidden, d_out, dropout_p=0.1):
        super(GCN, self).__init__()
        self.gc1 = GraphConv(d_in, d_hidden)
        self.gc2 = GraphConv(d_hidden, d_out)
        self.dropout = nn.Dropout(dropout_p)

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        return F.log_softmax(self.gc2(self.dropout(x), adj), dim=1)


def community_graph(n=120, k=3, p_in=0.2, p_out=0.02):
    y = torch.randint(0, k, (n,))
    same = (y[:, None] == y[None, :]).float()
    upper = torch.triu((torch.rand(n, n) < same * p_in + (1 - same) * p_out).float(), 1)
    a = upper + upper.t() + torch.eye(n)
    d = a.sum(1).rsqrt()
    return torch.randn(n, 8) + 0.7 * F.one_hot(y, 8), d[:, None] * a * d[None, :], y


def test(model, x, adj, y, mask):
    model.eval()
    with torch.no_grad():
        pred = model(x, adj).argmax(1)
    return (pred[mask] == y[mask]).float().mean().item()


torch.manual_seed(42)
features, adj, labels = community_graph()
perm = torch.randperm(120)
train_mask, test_mask = perm[:60], perm[60:]
gcn = GCN(8, 16, 3)
optimizer = torch.optim.Adam(gcn.parameters(), lr=0.02, weight_decay=5e-4)
criterion = nn.NLLLoss()
for epoch in range(25):
    gcn.train()
    optimizer.zero_grad()
    output = gcn(features, adj)
    loss = criterion(output[train_mask], labels[train_mask])
    loss.backward()
    optimizer.step()
    if epoch % 8 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f} test {test(gcn, features, adj, labels, test_mask):.3f}")
