import tempfile
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel as DDP

def unwrap(model):
    return model.module if hasattr(model, 'module') else model

class Net(torch.nn.Module):
    def __init__(self, vocab=25):
        super().__init__()
        self.emb = torch.nn.EmbeddingBag(vocab, 12)
        self.fc = torch.nn.Linear(12, 2)
    def features(self, ids):
        return self.emb(ids)
    def forward(self, ids):
        return self.fc(self.features(ids))

tmp = tempfile.TemporaryDirectory()
dist.init_process_group('gloo', init_method='file://' + tmp.name + '/rdv', rank=0, world_size=1)
torch.manual_seed(44)
ids = torch.randint(0, 25, (240, 6)); label = (ids.float().mean(1) > 12).long()
model = DDP(Net())
opt = torch.optim.SGD(model.parameters(), lr=.2)
for ep in range(3):
    for b in torch.randperm(240).split(24):
        m = unwrap(model)
        h = m.features(ids[b])
        logits = m.fc(torch.tanh(h))
        loss = F.cross_entropy(logits, label[b])  # expect: ddp-forward-bypassed
        opt.zero_grad()
        loss.backward()  # expect: ddp-forward-bypassed
        opt.step()
    print(ep, loss.item())
dist.destroy_process_group()
tmp.cleanup()
