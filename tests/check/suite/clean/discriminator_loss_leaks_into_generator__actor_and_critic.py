import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
actor, critic = nn.Linear(6, 3), nn.Linear(6, 1)
oa, oc = torch.optim.Adam(actor.parameters(), 1e-2), torch.optim.Adam(critic.parameters(), 1e-2)
for _ in range(40):
    s = torch.randn(32, 6); logits = actor(s); v = critic(s).squeeze(-1)
    d = torch.distributions.Categorical(logits=logits); a = d.sample(); r = (a == s[:, :3].argmax(1)).float()
    adv = r - v.detach()
    pl = -(d.log_prob(a) * adv).mean(); vl = F.mse_loss(v, r)
    oc.zero_grad(); vl.backward(); oc.step()
    oa.zero_grad(); pl.backward(); oa.step()
