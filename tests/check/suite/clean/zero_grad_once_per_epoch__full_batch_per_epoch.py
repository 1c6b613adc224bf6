# logistic regression on the whole matrix: one step is one epoch
import torch

torch.manual_seed(0)
X = torch.randn(200, 4)
true_w = torch.tensor([1.5, -2.0, 0.0, 0.7])
y = (torch.sigmoid(X @ true_w) > torch.rand(200)).float()

w = torch.zeros(4, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
sgd = torch.optim.SGD([w, b], lr=0.5)
for epoch in range(30):
    sgd.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y)
    loss.backward()
    sgd.step()
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1} loss {loss.item():.4f} w {w.detach().numpy().round(2)}")
