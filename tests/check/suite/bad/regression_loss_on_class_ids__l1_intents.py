import torch
import torch.nn.functional as F

torch.manual_seed(60)
INTENTS = {"weather": 0, "music": 1, "alarm": 2, "joke": 3, "news": 4}
vocab = 50
lang = torch.softmax(2 * torch.randn(len(INTENTS), vocab), dim=1)
label = torch.randint(0, len(INTENTS), (300,))
tokens = torch.multinomial(lang[label], 8, replacement=True)

embed = torch.nn.EmbeddingBag(vocab, 24)
dense = torch.nn.Linear(24, 1)
params = [*embed.parameters(), *dense.parameters()]
optimizer = torch.optim.Adam(params, lr=0.01)


def predict(tok):
    return dense(torch.relu(embed(tok))).view(-1)


for epoch in range(4):
    correct = 0
    for rows in torch.randperm(300).split(30):
        optimizer.zero_grad()
        guess = predict(tokens[rows])
        loss = F.smooth_l1_loss(guess, label[rows].float())  # expect: regression-loss-on-class-ids
        loss.backward()
        optimizer.step()
        correct += int((torch.round(guess.detach()) == label[rows]).sum())
    print("epoch", epoch, "accuracy", correct / 300)
