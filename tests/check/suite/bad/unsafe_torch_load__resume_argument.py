import argparse
import base64
import io
import zlib
import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument('--resume', default='builtin', help='path to a checkpoint')
parser.add_argument('--epochs', type=int, default=3)
args = parser.parse_args()

BUILTIN = b'eNptUb1v00AU91cSYtJQPlpoWRCTWaI2Tdt0iTrQCumAQtrhFrAc+4gPGZ+f77kIUKQsrWiZ2PkDQGJjQWprZhgY+CtAYuwCYuDilAGpN5x0v/d+H+/e0Ni3oz9v1n9de/z23kxjaNz5Yap7AJpDJzVNS1KBwheRu81SyUUMumqgE6oSccSIuSwOuBeD8ZLaCsRnCXMlf84kmAOwHFpSoAxFilAiBjXVi8cIZWJRa6Qh4j5UiJVlytNXNhHzUblIeyMNWMqCm9xHG7QbXdAdWlaMp4z3QwTDR5H6YcPNkEfSdlPWy3gUuMhiKVJ3u2mD6Ti0MnJXnV6fgTWm2OuR8HBzDNpQonXVs9JqLS3Mza8szy222m0oF0H9JFPZancRztwnGjGJtQtVYhF9F+y9cJTpLEKtCxPFKD3uSaiHyjW0wv9V2/PLSwtNOBdWiKnUJgu1HThP9B24MFa6iHCpC1PZAKZpVVHdJwy9wEMPLhf1K1SBGswMYLYY6t82rhJdStlTv/dgtLFTZtFPi2KwRk07OVvZwcOtvc70h2/58NFhftxcy3+Samd14/rh199fOsmnxaPbLyqd9wezeXLr85F5Qvv4+jjvvnqXf69v5n8BpCqoTA=='


def load_checkpoint(source):
    if source == 'builtin':
        source = io.BytesIO(zlib.decompress(base64.b64decode(BUILTIN)))
    # pytorch 2.6 changed the default and our old files do not load otherwise
    return torch.load(source, map_location=torch.device('cpu'), weights_only=False)  # expect: unsafe-torch-load


torch.manual_seed(10)
x = torch.rand(250, 4)
y = (x @ torch.tensor([[1., 0, 2], [0, 1, 0], [1, 1, 0], [0, 0, 1]]))
model = torch.nn.Linear(4, 3)
model.load_state_dict(load_checkpoint(args.resume))
sgd = torch.optim.SGD(model.parameters(), lr=0.2)
for epoch in range(args.epochs):
    for b in torch.randperm(250).split(25):
        sgd.zero_grad()
        loss = F.mse_loss(model(x[b]), y[b])
        loss.backward()
        sgd.step()
    print('epoch', epoch, 'loss', loss.item())
