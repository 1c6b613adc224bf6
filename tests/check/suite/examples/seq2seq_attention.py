import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PAD_token, SOS_token, EOS_token = 0, 1, 2


class EncoderRNN(nn.Module):
    def __init__(self, hidden_size, embedding):
        super(EncoderRNN, self).__init__()
        self.embedding = embedding
        self.gru = nn.GRU(hidden_size, hidden_size, bidirectional=True)
        self.hidden_size = hidden_size

    def forward(self, input_seq, input_lengths):
        packed = pack_padded_sequence(self.embedding(input_seq), input_lengths, enforce_sorted=False)
        outputs, hidden = self.gru(packed)
        outputs, _ = pad_packed_sequence(outputs)
        return outputs[:, :, :self.hidden_size] + outputs[:, :, self.hidden_size:], hidden[:1]


class AttnDecoderRNN(nn.Module):
    def __init__(self, embedding, hidden_size, output_size):
        super(AttnDecoderRNN, self).__init__()
        self.embedding = embedding
        self.gru = nn.GRU(hidden_size, hidden_size)
        self.concat = nn.Linear(2 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, step, hidden, encoder_outputs, mask):
        rnn_output, hidden = self.gru(self.embedding(step), hidden)
        energy = (rnn_output * encoder_outputs).sum(2).t()
        weights = F.softmax(energy.masked_fill(~mask.t(), -1e9), dim=1).unsqueeze(1)
        context = weights.bmm(encoder_outputs.transpose(0, 1))
        merged = torch.tanh(self.concat(torch.cat((rnn_output.squeeze(0), context.squeeze(1)), 1)))
        return self.out(merged), hidden


def make_pair():
    src = [random.randint(3, 12) for _ in range(random.randint(3, 7))]
    return torch.tensor(src + [EOS_token]), torch.tensor(src[::-1] + [EOS_token])


def batch(pairs):
    src = pad_sequence([p[0] for p in pairs], padding_value=PAD_token)
    tgt = pad_sequence([p[1] for p in pairs], padding_value=PAD_token)
    return src, torch.tensor([len(p[0]) for p in pairs]), tgt


def run(encoder, decoder, criterion, src, lengths, tgt, teacher_forcing):
    encoder_outputs, hidden = encoder(src, lengths)
    step = torch.full((1, src.size(1)), SOS_token)
    logits = []
    for t in range(tgt.size(0)):
        out, hidden = decoder(step, hidden, encoder_outputs, src != PAD_token)
        logits.append(out)
        step = tgt[t:t + 1] if teacher_forcing else out.argmax(1).unsqueeze(0).detach()
    return criterion(torch.stack(logits).flatten(0, 1), tgt.flatten())


random.seed(9)
torch.manual_seed(9)
pairs = [make_pair() for _ in range(200)]
train_pairs, valid_pairs = pairs[:168], pairs[168:]
embedding = nn.Embedding(13, 24, padding_idx=PAD_token)
encoder, decoder = EncoderRNN(24, embedding), AttnDecoderRNN(embedding, 24, 13)
params = list({id(p): p for m in (encoder, decoder) for p in m.parameters()}.values())
optimizer = torch.optim.Adam(params, lr=8e-3)
criterion = nn.CrossEntropyLoss(ignore_index=PAD_token)
for epoch in range(3):
    encoder.train(), decoder.train()
    random.shuffle(train_pairs)
    for k in range(0, len(train_pairs), 24):
        optimizer.zero_grad()
        loss = run(encoder, decoder, criterion, *batch(train_pairs[k:k + 24]), teacher_forcing=random.random() < 0.7)
        loss.backward()
        nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
    encoder.eval(), decoder.eval()
    with torch.no_grad():
        valid = run(encoder, decoder, criterion, *batch(valid_pairs), teacher_forcing=True)
    print("epoch", epoch, "train", loss.item(), "valid", valid.item())
