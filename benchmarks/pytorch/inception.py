"""The Inception-v3 of FID (https://arxiv.org/abs/1512.00567, Google's graph of 2015-12-05) in plain PyTorch modules.

The twin of packages/features/src/inception: averages at the border leave the padding out, the last block pools by
maximum, batch norm has an epsilon of 1e-3, 1008 classes. Images [B, 3, 299, 299] as (x - 128) / 128.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """A convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, padding=None):
        super().__init__()
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        if padding is None:
            padding = tuple(k // 2 for k in kernel) if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


def average(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def maximum(x):
    return F.max_pool2d(x, 3, 1, 1)


def halving(x):
    return F.max_pool2d(x, 3, 2)


class Branch(nn.Module):
    """Units one after another, after a pool and before a fork where given."""

    def __init__(self, inputs, units, pool=None, fork=()):
        super().__init__()
        self.pool = pool
        made = []
        for outputs, *rest in units:
            made.append(Unit(inputs, outputs, *rest))
            inputs = outputs
        self.units = nn.Sequential(*made)
        self.fork = nn.ModuleList(Unit(inputs, *unit) for unit in fork)
        self.outputs = sum(unit[0] for unit in fork) if fork else inputs

    def forward(self, x):
        x = self.units(self.pool(x) if self.pool else x)
        return torch.cat([unit(x) for unit in self.fork], 1) if self.fork else x


class Block(nn.Module):
    """Branches side by side, their channels one after another."""

    def __init__(self, inputs, *branches):
        super().__init__()
        self.branches = nn.ModuleList(Branch(inputs, **branch) for branch in branches)
        self.outputs = sum(branch.outputs for branch in self.branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def block_a(pooled):
    return (
        {"units": [(64,)]},
        {"units": [(48,), (64, 5)]},
        {"units": [(64,), (96, 3), (96, 3)]},
        {"units": [(pooled,)], "pool": average},
    )


def block_b():
    return (
        {"units": [(384, 3, 2)]},
        {"units": [(64,), (96, 3), (96, 3, 2)]},
        {"units": [], "pool": halving},
    )


def block_c(width):
    row, column = (1, 7), (7, 1)
    return (
        {"units": [(192,)]},
        {"units": [(width,), (width, row), (192, column)]},
        {"units": [(width,), (width, column), (width, row), (width, column), (192, row)]},
        {"units": [(192,)], "pool": average},
    )


def block_d():
    return (
        {"units": [(192,), (320, 3, 2)]},
        {"units": [(192,), (192, (1, 7)), (192, (7, 1)), (192, 3, 2)]},
        {"units": [], "pool": halving},
    )


def block_e(pool):
    fork = [(384, (1, 3)), (384, (3, 1))]
    return (
        {"units": [(320,)]},
        {"units": [(384,)], "fork": fork},
        {"units": [(448,), (384, 3)], "fork": fork},
        {"units": [(192,)], "pool": pool},
    )


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(Unit(3, 32, 3, 2), Unit(32, 32, 3, 1, 0), Unit(32, 64, 3))
        self.second = nn.Sequential(Unit(64, 80), Unit(80, 192, 3, 1, 0))
        shapes = [block_a(32), block_a(64), block_a(64), block_b()]
        shapes += [block_c(128), block_c(160), block_c(160), block_c(192)]
        shapes += [block_d(), block_e(average), block_e(maximum)]
        blocks, inputs = [], 192
        for shape in shapes:
            blocks.append(Block(inputs, *shape))
            inputs = blocks[-1].outputs
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(inputs, 1008)

    def forward(self, images):
        """Features [B, 2048] and logits without bias [B, 1008]."""
        x = halving(self.second(halving(self.first(images))))
        features = self.blocks(x).mean((2, 3))
        return features, features @ self.fc.weight.T
