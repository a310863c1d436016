"""FAR (https://arxiv.org/abs/2411.16681) in plain PyTorch with a KV cache: the twin of @fqgan/ar-generator.

Its state_dict has the released checkpoints' names, so that it can be checked against the same golden numbers.
"""

from itertools import islice

import torch
from torch import nn
from torch.nn import functional as F


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


def rotary_table(rows, columns, depth):
    """[1 + rows·columns, D/2, 2]: cosine and sine of each pair; the class token's row is zero."""
    quarter = depth // 4
    frequencies = 10000.0 ** (-torch.arange(quarter) / quarter)
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    angles = torch.cat(
        [row.reshape(-1, 1) * frequencies, column.reshape(-1, 1) * frequencies], -1
    )
    grid = torch.stack([angles.cos(), angles.sin()], -1)
    return torch.cat([torch.zeros(1, 2 * quarter, 2), grid])


def rotate(x, table):
    """x [B, T, heads, D], table [T, D/2, 2]"""
    a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
    cosine, sine = table[:, None, :, 0], table[:, None, :, 1]
    return torch.stack([a * cosine - b * sine, b * cosine + a * sine], -1).flatten(-2)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.wqkv = nn.Linear(width, 3 * width, bias=False)
        self.wo = nn.Linear(width, width, bias=False)

    def forward(self, x, table, cache=None, position=0):
        batch, length, width = x.shape
        q, k, v = self.wqkv(x).view(batch, length, 3, self.heads, -1).unbind(2)
        q, k, v = (t.transpose(1, 2) for t in (rotate(q, table), rotate(k, table), v))
        if cache is not None:
            cache[0][:, :, position : position + length] = k
            cache[1][:, :, position : position + length] = v
            k, v = (c[:, :, : position + length] for c in cache)
        scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
        if length > 1:
            scores = scores + torch.full((length, length), -torch.inf).triu(1)
        mixed = F.softmax(scores, -1) @ v
        return self.wo(mixed.transpose(1, 2).reshape(batch, length, width))


class SwiGlu(nn.Module):
    def __init__(self, width, multiple):
        super().__init__()
        inner = -(-int(8 * width / 3) // multiple) * multiple
        self.w1 = nn.Linear(width, inner, bias=False)
        self.w3 = nn.Linear(width, inner, bias=False)
        self.w2 = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Block(nn.Module):
    def __init__(self, width, heads, multiple):
        super().__init__()
        self.attention = Attention(width, heads)
        self.feed_forward = SwiGlu(width, multiple)
        self.attention_norm = RmsNorm(width)
        self.ffn_norm = RmsNorm(width)

    def forward(self, x, table, cache=None, position=0):
        x = x + self.attention(self.attention_norm(x), table, cache, position)
        return x + self.feed_forward(self.ffn_norm(x))


class Far(nn.Module):
    def __init__(self, sizes, grid, classes, width, layers, heads, head_layers, multiple=256):
        super().__init__()
        self.k, self.heads, self.positions = len(sizes), heads, grid[0] * grid[1]
        self.cls_embedding = nn.ModuleDict({"embedding_table": nn.Embedding(classes + 1, width)})
        for i, size in enumerate(sizes):
            setattr(self, f"tok_embeddings_{i + 1}", nn.Embedding(size, width))
            setattr(self, f"output_{i + 1}", nn.Linear(width, size, bias=False))
        self.aggregation_layer = nn.Linear(self.k * width, width)
        self.layers = nn.ModuleList(Block(width, heads, multiple) for _ in range(layers))
        self.ar_head = nn.ModuleList(Block(width, heads, multiple) for _ in range(head_layers))
        self.norm = RmsNorm(width)
        self.table = rotary_table(*grid, width // heads)

    def embed(self, i, codes):
        return getattr(self, f"tok_embeddings_{i + 1}")(codes)

    def classify(self, i, item):
        return getattr(self, f"output_{i + 1}")(self.norm(item))

    def forward(self, labels, codes):
        """labels [B], codes k × [B, N] → k × [B, N, size]"""
        start = self.cls_embedding["embedding_table"](labels)[:, None]
        embedded = [self.embed(i, c) for i, c in enumerate(codes)]
        x = torch.cat([start, self.aggregation_layer(torch.cat(embedded, -1))[:, :-1]], 1)
        for block in self.layers:
            x = block(x, self.table[: x.shape[1]])
        items = torch.stack([x, *embedded[: self.k - 1]], 2)  # [B, N, k, C]
        y = items.flatten(0, 1)
        for block in self.ar_head:
            y = block(y, self.table[: self.k])
        y = y.view(items.shape)
        return [self.classify(i, y[:, :, i]) for i in range(self.k)]

    @torch.no_grad()
    def generate(self, labels, scale, choose, positions=None):
        """Codes k × [B, positions]; a scale per codebook; `choose(logits, i, position)` → [B]."""
        drawn = list(islice(self.stream(labels, scale, choose), positions))
        return [torch.stack(codes, 1) for codes in zip(*drawn)]

    def stream(self, labels, scale, choose):
        """The codes of each position in turn, k × [B]."""
        null = torch.full_like(labels, self.cls_embedding["embedding_table"].num_embeddings - 1)
        rows = torch.cat([labels, null])
        depth = self.norm.weight.shape[0] // self.heads
        make = lambda length: [torch.zeros(len(rows), self.heads, length, depth) for _ in range(2)]
        caches = [make(self.positions) for _ in self.layers]
        token = self.cls_embedding["embedding_table"](rows)[:, None]
        for position in range(self.positions):
            x = token
            for block, cache in zip(self.layers, caches):
                x = block(x, self.table[position : position + 1], cache, position)
            head_caches = [make(self.k) for _ in self.ar_head]
            drawn, embedded, item = [], [], x
            for i in range(self.k):
                y = item
                for block, cache in zip(self.ar_head, head_caches):
                    y = block(y, self.table[i : i + 1], cache, i)
                conditional, unconditional = self.classify(i, y)[:, 0].chunk(2)
                guided = unconditional + scale[i] * (conditional - unconditional)
                code = choose(guided, i, position)
                drawn.append(code)
                item = self.embed(i, torch.cat([code, code]))[:, None]
                embedded.append(item)
            yield drawn
            token = self.aggregation_layer(torch.cat(embedded, -1))


SIZES = {
    "far-base": dict(width=1024, layers=24, heads=16, head_layers=3),
    "far-large": dict(width=1280, layers=36, heads=20, head_layers=4),
}
