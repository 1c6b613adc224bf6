# every layer has its own loss and its own optimizer; no gradient crosses a layer
import torch
import torch.nn as nn
from torch.optim import Adam


def overlay_y_on_x(x, y, classes=4):
    x_ = x.clone()
    x_[:, :classes] *= 0.0
    x_[range(x.shape[0]), y] = x.abs().max()
    return x_


class Layer(nn.Linear):
    def __init__(self, in_features, out_features, num_steps=40, threshold=0.3, lr=0.02):
        super().__init__(in_features, out_features)
        self.relu = nn.ReLU()
        self.opt = Adam(self.parameters(), lr=lr)
        self.threshold = threshold
        self.num_steps = num_steps

    def forward(self, x):
        direction = x / (x.norm(2, 1, keepdim=True) + 1e-4)
        return self.relu(direction @ self.weight.T + self.bias.unsqueeze(0))

    def train_layer(self, x_pos, x_neg):
        for _ in range(self.num_steps):
            g_pos = self.forward(x_pos).pow(2).mean(1)
            g_neg = self.forward(x_neg).pow(2).mean(1)
            loss = torch.log(1 + torch.exp(torch.cat([-g_pos + self.threshold, g_neg - self.threshold]))).mean()
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
        print("layer loss", loss.item())
        return self.forward(x_pos).detach(), self.forward(x_neg).detach()


class Net(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.layers = nn.ModuleList(Layer(a, b) for a, b in zip(dims, dims[1:]))

    @torch.no_grad()
    def predict(self, x, classes=4):
        goodness = []
        for label in range(classes):
            h = overlay_y_on_x(x, torch.full((len(x),), label))
            total = 0
            for layer in self.layers:
                h = layer(h)
                total = total + h.pow(2).mean(1)
            goodness.append(total.unsqueeze(1))
        return torch.cat(goodness, 1).argmax(1)

    def train_net(self, x_pos, x_neg):
        h_pos, h_neg = x_pos, x_neg
        for layer in self.layers:
            h_pos, h_neg = layer.train_layer(h_pos, h_neg)


torch.manual_seed(1234)
centre = 1.5 * torch.randn(4, 16)
y = torch.randint(0, 4, (400,))
x = torch.cat([torch.zeros(400, 4), centre[y] + 0.5 * torch.randn(400, 16)], 1)
x, x_te, y, y_te = x[:320], x[320:], y[:320], y[320:]
net = Net([20, 48, 48])
wrong = (y + torch.randint(1, 4, (320,))) % 4
net.train_net(overlay_y_on_x(x, y), overlay_y_on_x(x, wrong))
print("test accuracy", (net.predict(x_te) == y_te).float().mean().item())
