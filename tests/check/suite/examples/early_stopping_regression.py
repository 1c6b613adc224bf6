import copy

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

# plain script: train-test split, mini-batches by hand, keep the best weights, restore them
rng = np.random.default_rng(7)
torch.manual_seed(7)
X = rng.normal(size=(300, 8))
y = X @ rng.normal(size=8) + 0.5 * np.sin(3 * X[:, 0]) + 0.1 * rng.normal(size=300)
order = rng.permutation(300)
train, test = order[:210], order[210:]
mean, scale = X[train].mean(axis=0), X[train].std(axis=0)
X_train, X_test = [torch.tensor((X[i] - mean) / scale, dtype=torch.float32) for i in (train, test)]
y_train, y_test = [torch.tensor(y[i], dtype=torch.float32).reshape(-1, 1) for i in (train, test)]

model = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 1))
loss_fn = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.01)
plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode='min', factor=0.5, patience=2)
n_epochs, batch_size = 12, 30
best_mse, best_weights, patience = np.inf, None, 3
history = []
for epoch in range(n_epochs):
    model.train()
    shuffled = torch.randperm(len(X_train))
    for start in range(0, len(X_train), batch_size):
        rows = shuffled[start:start + batch_size]
        loss = loss_fn(model(X_train[rows]), y_train[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        mse = float(loss_fn(model(X_test), y_test))
    plateau.step(mse)
    history.append(mse)
    if mse < best_mse:
        best_mse, best_weights, waited = mse, copy.deepcopy(model.state_dict()), 0
    else:
        waited += 1
        if waited >= patience:
            break
model.load_state_dict(best_weights)
print("MSE: %.3f RMSE: %.3f after %d epochs" % (best_mse, np.sqrt(best_mse), len(history)))
