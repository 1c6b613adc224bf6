import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class ContentLoss(nn.Module):
    def __init__(self, target):
        super(ContentLoss, self).__init__()
        self.target = target.detach()

    def forward(self, input):
        self.loss = F.mse_loss(input, self.target)
        return input


def gram_matrix(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    G = torch.mm(features, features.t())
    return G.div(a * b * c * d)


class StyleLoss(nn.Module):
    def __init__(self, target_feature):
        super(StyleLoss, self).__init__()
        self.target = gram_matrix(target_feature).detach()

    def forward(self, input):
        G = gram_matrix(input)
        self.loss = F.mse_loss(G, self.target)
        return input


torch.manual_seed(5)
cnn = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Tanh(), nn.Conv2d(8, 8, 3, padding=1), nn.Tanh()).eval()
yy, xx = torch.meshgrid(torch.linspace(0, 1, 16), torch.linspace(0, 1, 16), indexing='ij')
content_img = torch.stack([yy, xx, 1 - yy]).unsqueeze(0)
style_img = torch.stack([torch.sin(20 * xx) * 0.5 + 0.5] * 3).unsqueeze(0) * torch.tensor([1.0, 0.5, 0.2]).view(1, 3, 1, 1)


def get_style_model_and_losses(cnn, style_img, content_img):
    content_losses, style_losses, model = [], [], nn.Sequential()
    for i, layer in enumerate(cnn.children()):
        model.add_module(str(i), layer)
        if isinstance(layer, nn.Conv2d):
            style_loss = StyleLoss(model(style_img).detach())
            model.add_module("style_loss_{}".format(i), style_loss)
            style_losses.append(style_loss)
    content_loss = ContentLoss(model(content_img).detach())
    model.add_module("content_loss", content_loss)
    content_losses.append(content_loss)
    return model, style_losses, content_losses


model, style_losses, content_losses = get_style_model_and_losses(cnn, style_img, content_img)
input_img = content_img.clone()
input_img.requires_grad_(True)
model.eval()
model.requires_grad_(False)
optimizer = optim.Adam([input_img], lr=0.03)
for run in range(1, 41):
    optimizer.zero_grad()
    model(input_img)
    style_score, content_score = 0, 0
    for sl in style_losses:
        style_score += sl.loss
    for cl in content_losses:
        content_score += cl.loss
    style_score *= 1000
    loss = style_score + content_score
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        input_img.clamp_(0, 1)
    if run % 10 == 0:
        print("run {}: Style {:4f} Content {:4f}".format(run, style_score.item(), content_score.item()))
