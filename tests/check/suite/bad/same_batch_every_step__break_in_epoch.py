import argparse, torch, torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

ap = argparse.ArgumentParser()
ap.add_argument('--iters', type=int, default=30)
ap.add_argument('--bs', type=int, default=16)
a = ap.parse_args()
torch.manual_seed(26)

notes = torch.tensor([0, 4, 7, 4, 5, 9, 0, 9] * 50)
notes = (notes + torch.arange(400) // 40) % 12
X = torch.stack([notes[i:i + 8] for i in range(0, 384, 2)])
Y = torch.stack([notes[i + 1:i + 9] for i in range(0, 384, 2)])
perm = torch.randperm(len(X))
dl = DataLoader(TensorDataset(X[perm], Y[perm]), batch_size=a.bs)
rnn = torch.nn.LSTM(12, 24, batch_first=True)
out = torch.nn.Linear(24, 12)
opt = torch.optim.AdamW([*rnn.parameters(), *out.parameters()], lr=1e-2)
it = 0
while it < a.iters:
    for x, y in dl:  # expect: same-batch-every-step
        logits = out(rnn(F.one_hot(x, 12).float())[0])
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        opt.zero_grad(); loss.backward(); opt.step()
        it += 1
        if it % 10 == 0:
            print(it, loss.item())
        break
