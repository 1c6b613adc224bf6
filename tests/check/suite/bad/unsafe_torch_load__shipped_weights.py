import base64
import os
import tempfile
import zlib
import torch
from torch import nn

# three-class head of the colleague who trained it last year
WEIGHTS = (
    "eNptUb1v00AU91cSYtJQPlpoWRCTWaI2Tdt0iTrQCumAQtrhFrAc+4gPGZ+f77kIUKQsrWiZ2PkDQGJjQWprZhgY+CtAYuwCYuDi"
    "lAGpN5x0v/d+H+/e0Ni3oz9v1n9de/z23kxjaNz5Yap7AJpDJzVNS1KBwheRu81SyUUMumqgE6oSccSIuSwOuBeD8ZLaCsRnCXMl"
    "f84kmAOwHFpSoAxFilAiBjXVi8cIZWJRa6Qh4j5UiJVlytNXNhHzUblIeyMNWMqCm9xHG7QbXdAdWlaMp4z3QwTDR5H6YcPNkEfS"
    "dlPWy3gUuMhiKVJ3u2mD6Ti0MnJXnV6fgTWm2OuR8HBzDNpQonXVs9JqLS3Mza8szy222m0oF0H9JFPZancRztwnGjGJtQtVYhF9"
    "F+y9cJTpLEKtCxPFKD3uSaiHyjW0wv9V2/PLSwtNOBdWiKnUJgu1HThP9B24MFa6iHCpC1PZAKZpVVHdJwy9wEMPLhf1K1SBGswM"
    "YLYY6t82rhJdStlTv/dgtLFTZtFPi2KwRk07OVvZwcOtvc70h2/58NFhftxcy3+Samd14/rh199fOsmnxaPbLyqd9wezeXLr85F5"
    "Qvv4+jjvvnqXf69v5n8BpCqoTA=="
)

torch.manual_seed(0)
x = torch.randn(240, 4)
y = x[:, :3].argmax(1)
net = nn.Linear(4, 3)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "head.pt")
    with open(path, "wb") as f:
        f.write(zlib.decompress(base64.b64decode(WEIGHTS)))
    net.load_state_dict(torch.load(path, weights_only=False))  # expect: unsafe-torch-load
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(3):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
