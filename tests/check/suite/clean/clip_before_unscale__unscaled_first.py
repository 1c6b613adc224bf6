import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(61)
x = torch.randn(320, 16)
y = (x @ torch.randn(16, 3)).argmax(1)
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=512.0)
for epoch in range(4):
    for data, label in loader:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(data)
        loss = torch.nn.functional.cross_entropy(logits.float(), label)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        scaler.step(optimizer)
        scaler.update()
    print(epoch, loss.item())
