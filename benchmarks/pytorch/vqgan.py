"""The benchmarks' VQGAN (https://arxiv.org/abs/2012.09841) in plain PyTorch modules: the twin of ../models/vqgan.ts.

Images [B, 3, H, W] in [-1, 1]; widths are multiples of `channels` per resolution.
"""

import torch
from torch import nn
from torch.nn import functional as F

GROUPS = 32


def norm(channels):
    return nn.GroupNorm(GROUPS, channels, eps=1e-6)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1 = norm(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x):
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return self.shortcut(x) + h


class SpatialAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = norm(channels)
        self.project = nn.Conv2d(channels, 3 * channels, 1)
        self.output = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        batch, channels, height, width = x.shape
        q, k, v = self.project(self.norm(x)).flatten(2).chunk(3, 1)  # [B, C, T] each
        scores = torch.bmm(q.transpose(1, 2), k) * channels**-0.5  # [B, T, T]
        mixed = torch.bmm(v, F.softmax(scores, -1).transpose(1, 2))  # [B, C, T]
        return x + self.output(mixed.view(batch, channels, height, width))


class Downsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def middle(width):
    return [ResidualBlock(width, width), SpatialAttention(width), ResidualBlock(width, width)]


def encoder(channels, multipliers, blocks, latent):
    width = channels
    layers = [nn.Conv2d(3, width, 3, padding=1)]
    for level, multiplier in enumerate(multipliers):
        for _ in range(blocks):
            layers.append(ResidualBlock(width, channels * multiplier))
            width = channels * multiplier
            if level == len(multipliers) - 1:
                layers.append(SpatialAttention(width))
        if level < len(multipliers) - 1:
            layers.append(Downsample(width))
    layers += middle(width)
    layers += [norm(width), nn.SiLU(), nn.Conv2d(width, latent, 3, padding=1)]
    return nn.Sequential(*layers)


def decoder(channels, multipliers, blocks, latent):
    width = channels * multipliers[-1]
    layers = [nn.Conv2d(latent, width, 3, padding=1), *middle(width)]
    for level in reversed(range(len(multipliers))):
        for _ in range(blocks + 1):
            layers.append(ResidualBlock(width, channels * multipliers[level]))
            width = channels * multipliers[level]
            if level == len(multipliers) - 1:
                layers.append(SpatialAttention(width))
        if level > 0:
            layers.append(Upsample(width))
    layers += [norm(width), nn.SiLU(), nn.Conv2d(width, 3, 3, padding=1)]
    return nn.Sequential(*layers)


class Vqgan(nn.Module):
    def __init__(self, channels, multipliers, blocks, latent, codes, code_channels):
        super().__init__()
        self.encoder = encoder(channels, multipliers, blocks, latent)
        self.before = nn.Conv2d(latent, code_channels, 1)
        self.codebook = nn.Parameter(torch.empty(codes, code_channels).uniform_(-1 / codes, 1 / codes))
        self.after = nn.Conv2d(code_channels, latent, 1)
        self.decoder = decoder(channels, multipliers, blocks, latent)

    def quantize(self, z):
        """[B, D, h, w] → quantized [B, D, h, w] and the codebook and commitment losses."""
        rows = F.normalize(z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]), dim=-1)
        table = F.normalize(self.codebook, dim=-1)
        with torch.no_grad():  # both have length 1: the nearest is the one with the largest product
            indices = (rows @ table.t()).argmax(-1)
        quantized = table[indices]
        codebook = F.mse_loss(quantized, rows.detach())
        commitment = F.mse_loss(rows, quantized.detach())
        straight = rows + (quantized - rows).detach()
        batch, _, height, width = z.shape
        return straight.view(batch, height, width, -1).permute(0, 3, 1, 2).contiguous(), codebook, commitment

    def forward(self, images):
        z, codebook, commitment = self.quantize(self.before(self.encoder(images)))
        return self.decoder(self.after(z)), codebook, commitment


def loss_of(model, images):
    reconstruction, codebook, commitment = model(images)
    return F.mse_loss(reconstruction, images) + codebook + 0.25 * commitment
