import tempfile
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

folder = tempfile.TemporaryDirectory()
dist.init_process_group('gloo', init_method='file://' + folder.name + '/store', rank=0, world_size=1)
torch.manual_seed(17)
seqs = torch.randint(0, 16, (240, 6))
target = (seqs.float().mean(1) > 7.5).long()
ds = TensorDataset(seqs, target)
train_sampler = DistributedSampler(ds, drop_last=True)  # expect: distributed-sampler-set-epoch-missing
train_dl = DataLoader(ds, batch_size=24, sampler=train_sampler, shuffle=False)
emb = torch.nn.EmbeddingBag(16, 12)
fc = torch.nn.Linear(12, 2)
opt = torch.optim.AdamW(list(emb.parameters()) + list(fc.parameters()), lr=1e-2)
it = 0
for ep in range(3):
    for s, t in train_dl:  # expect: distributed-sampler-set-epoch-missing
        loss = F.cross_entropy(fc(emb(s)), t)
        opt.zero_grad()
        loss.backward()
        opt.step()
        it += 1
    if dist.get_rank() == 0:
        print('epoch', ep, 'iteration', it, 'loss', loss.item())
dist.destroy_process_group()
folder.cleanup()
