import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_model(in_size, out_size, num_layers, width=32):
    layers = []
    for k in range(num_layers - 1):
        layers += [nn.Linear(in_size if k == 0 else width, width), nn.ReLU()]
    layers.append(nn.Linear(width, out_size))
    return nn.Sequential(*layers)


torch.manual_seed(0)
device, use_amp = "cpu", True
x = torch.randn(384, 16)
w = torch.randn(16, 4)
y = torch.tanh(x @ w / 4)
train_dl = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
net = make_model(16, 4, 3)
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=4)
loss_fn = nn.MSELoss()
for epoch in range(4):
    net.train()
    for input, target in train_dl:
        with torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=use_amp):
            output = net(input)
            assert output.dtype is torch.bfloat16
            loss = loss_fn(output.float(), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
    sched.step()
    net.eval()
    with torch.no_grad(), torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=use_amp):
        val = loss_fn(net(x[320:]).float(), y[320:]).item()
    print(f"epoch {epoch} val {val:.4f}")
