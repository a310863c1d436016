"""FQGAN (https://arxiv.org/abs/2411.16681) and PatchGAN in plain PyTorch modules, made from a tokenizer's config
as @fqgan/tokenizer writes it: the same layers, losses and number of parameters. For convolutional encoders,
transformer adapters and vq codebooks.

Images [B, 3, H, W] in [-1, 1]; codes [B, N] by codebook.
"""

import torch
import vqgan
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Pre-norm transformer block, [B, T, C] → [B, T, C]."""

    def __init__(self, channels, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attention = nn.MultiheadAttention(channels, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class TokenTransformer(nn.Module):
    def __init__(self, tokens, channels, layers, heads):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(tokens, channels) * channels**-0.5)
        self.before, self.after = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.blocks = nn.Sequential(*[Block(channels, heads) for _ in range(layers)])

    def forward(self, tokens):
        return self.after(self.blocks(self.before(tokens + self.positions)))


class FeatureHead(nn.Module):
    """Code vectors [B, D, h, w] → a teacher's features of the image, [B, F]."""

    def __init__(self, dimensions, positions, features, layers, heads):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(dimensions, features), nn.ReLU(), nn.Linear(features, features))
        self.first = nn.Parameter(torch.randn(1, features) * features**-0.5)
        self.transformer = TokenTransformer(positions + 1, features, layers, heads)

    def forward(self, codes):
        tokens = self.mlp(codes.flatten(2).transpose(1, 2))
        first = self.first.expand(len(codes), 1, -1)
        return self.transformer(torch.cat([first, tokens], 1))[:, 0]


class Factor(nn.Module):
    """One codebook with the networks before it and, for training, its teacher's head."""

    def __init__(self, config, channels, latent, positions):
        super().__init__()
        quantizer, adapter, teacher = config["quantizer"], config["adapter"], config["representation"]
        size, dimensions = quantizer["size"], quantizer["dimensions"]
        self.quantizer, self.teacher = quantizer, teacher
        self.adapter = TokenTransformer(positions, channels, adapter["layers"], adapter["heads"])
        self.head = nn.Sequential(vqgan.norm(channels), nn.SiLU(), nn.Conv2d(channels, latent, 3, padding=1))
        self.project = nn.Conv2d(latent, dimensions, 1)
        self.codebook = nn.Parameter(torch.empty(size, dimensions).uniform_(-1 / size, 1 / size))
        if teacher:
            sizes = {name: teacher[name] for name in ("features", "layers", "heads")}
            self.feature_head = FeatureHead(dimensions, positions, **sizes)

    def latents(self, features):
        tokens = self.adapter(features.flatten(2).transpose(1, 2))
        return self.project(self.head(tokens.transpose(1, 2).reshape(features.shape)))

    def table(self):
        return F.normalize(self.codebook, dim=-1)

    def indices(self, z):
        """[B, D, h, w] → unit rows [B·N, D], the table, and the nearest code of each."""
        rows = F.normalize(z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]), dim=-1)
        table = self.table()
        with torch.no_grad():
            return rows, table, (rows @ table.t()).argmax(-1)

    def quantize(self, z):
        rows, table, indices = self.indices(z)
        codes = table[indices]
        straight = rows + (codes - rows).detach()
        losses = [
            F.mse_loss(codes, rows.detach()),
            self.quantizer["beta"] * F.mse_loss(rows, codes.detach()),
        ]
        entropy = self.quantizer["entropy"]["weight"]
        if entropy > 0:
            distances = rows.square().sum(1, keepdim=True) + table.square().sum(1) - 2 * rows @ table.t()
            logits = -distances / self.quantizer["entropy"]["temperature"]
            p, mean = logits.softmax(1), logits.softmax(1).mean(0)
            sample = -(p * logits.log_softmax(1)).sum(1).mean()
            losses.append(entropy * (sample + (mean * (mean + 1e-5).log()).sum()))
        batch, channels, height, width = z.shape
        image = straight.view(batch, height, width, channels).permute(0, 3, 1, 2).contiguous()
        return image, straight, sum(losses)


class Fqgan(nn.Module):
    def __init__(self, config):
        super().__init__()
        encoder, decoder, latent = config["encoder"], config["decoder"], config["latentChannels"]
        vqgan.GROUPS = encoder["groups"]
        levels = encoder["multipliers"]
        side = config["image"]["size"] // 2 ** (len(levels) - 1)
        channels = encoder["channels"] * levels[-1]
        # Without the last normalisation and convolution, which each codebook has for itself.
        self.encoder = vqgan.encoder(encoder["channels"], levels, encoder["residualBlocks"], latent)[:-3]
        self.factors = nn.ModuleDict(
            {name: Factor(one, channels, latent, side * side) for name, one in config["codebooks"].items()}
        )
        width = sum(one["quantizer"]["dimensions"] for one in config["codebooks"].values())
        self.combine = nn.Conv2d(width, latent, 1)
        self.decoder = vqgan.decoder(
            decoder["channels"], decoder["multipliers"], decoder["residualBlocks"] - 1, latent
        )
        self.losses, self.side = config["losses"], side

    def encode(self, images):
        features = self.encoder(images)
        found = {name: factor.indices(factor.latents(features))[2] for name, factor in self.factors.items()}
        return {name: indices.view(len(images), -1) for name, indices in found.items()}

    def decode(self, codes):
        maps = [
            factor.table()[codes[name]].transpose(1, 2).reshape(len(codes[name]), -1, self.side, self.side)
            for name, factor in self.factors.items()
        ]
        return self.decoder(self.combine(torch.cat(maps, 1)))

    def forward(self, images, features):
        """@param features: the teachers' of the images, [B, F] by teacher"""
        trunk = self.encoder(images)
        maps, rows, losses = [], [], []
        for factor in self.factors.values():
            quantized, straight, loss = factor.quantize(factor.latents(trunk))
            maps.append(quantized)
            rows.append(straight)
            losses.append(loss)
            if factor.teacher:
                predicted = F.normalize(factor.feature_head(quantized), dim=-1)
                cosines = predicted @ F.normalize(features[factor.teacher["teacher"]], dim=-1).t()
                own = torch.arange(len(images))
                losses.append(factor.teacher["weight"] * F.cross_entropy(cosines, own))
        if self.losses["disentanglement"] > 0 and len(rows) > 1:
            pairs = [(a, b) for i, a in enumerate(rows) for b in rows[i + 1 :]]
            terms = [F.cosine_similarity(a, b).square().mean() for a, b in pairs]
            losses.append(self.losses["disentanglement"] * sum(terms) / len(terms))
        reconstruction = self.decoder(self.combine(torch.cat(maps, 1)))
        losses.append(self.losses["reconstruction"]["l2"] * F.mse_loss(reconstruction, images))
        return reconstruction, sum(losses)


class Patch(nn.Module):
    """PatchGAN: 4×4 convolutions, batch normalisation, a logit a patch."""

    def __init__(self, channels, layers):
        super().__init__()
        widths = [channels * min(2**i, 8) for i in range(layers + 1)]
        parts = [nn.Conv2d(3, channels, 4, 2, 1), nn.LeakyReLU(0.2, True)]
        for i in range(1, layers + 1):
            stride = 2 if i < layers else 1
            parts += [
                nn.Conv2d(widths[i - 1], widths[i], 4, stride, 1, bias=False),
                nn.BatchNorm2d(widths[i]),
                nn.LeakyReLU(0.2, True),
            ]
        self.parts = nn.Sequential(*parts, nn.Conv2d(widths[-1], 1, 4, 1, 1))

    def forward(self, images):
        return self.parts(images)
