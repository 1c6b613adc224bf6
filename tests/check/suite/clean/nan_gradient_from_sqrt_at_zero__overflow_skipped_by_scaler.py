import torch

torch.manual_seed(12)
x = torch.randn(200, 4)
y = 4 * x.sum(1, keepdim=True).relu()
net = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
# the scale starts far too high, the first steps overflow and are skipped while it comes down
scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127, backoff_factor=2.0**-30)
for epoch in range(6):
    for b in torch.randperm(200).split(40):
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x[b]), y[b])
        scaler.scale(loss).backward()
        scaler.step(opt)
        scaler.update()
    print(epoch, loss.item(), scaler.get_scale())
