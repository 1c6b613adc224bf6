import argparse
import torch


def build(width):
    return torch.nn.Sequential(
        torch.nn.Linear(10, width), torch.nn.ReLU(),
        torch.nn.Linear(width, width), torch.nn.ReLU(),
        torch.nn.Linear(width, 3))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--lr', type=float, default=2e-4)
    parser.add_argument('--epochs', type=int, default=3)
    parser.add_argument('--half', action='store_false', default=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    y = torch.randint(0, 3, (320,))
    x = torch.randn(320, 10)
    x[torch.arange(320), y] += 2.0
    net = build(24)
    for m in net:
        if isinstance(m, torch.nn.Linear):
            torch.nn.init.kaiming_uniform_(m.weight)
    if args.half:
        net = net.bfloat16()  # expect: bf16-weight-updates-rounded-away
        x = x.bfloat16()
    optim = torch.optim.Adam(net.parameters(), lr=args.lr)
    for epoch in range(args.epochs):
        running = 0.0
        for b in torch.randperm(320).split(32):
            optim.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x[b]).float(), y[b])
            loss.backward()
            optim.step()  # expect: bf16-weight-updates-rounded-away
            running += loss.item()
        print('epoch', epoch, 'loss', running / 10)


main()
