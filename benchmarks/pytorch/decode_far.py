"""FAR-Base decoding with guidance in eager PyTorch, float32 or with PyTorch's dynamic int8 linear layers."""

import sys

import torch
from torch import nn

from far import SIZES, Far
from subject import serve

precision, images, positions, layers = sys.argv[1], *map(int, sys.argv[2:5])
torch.manual_seed(0)
torch.set_grad_enabled(False)
model = Far([16384, 16384], (16, 16), 1000, **{**SIZES["far-base"], "layers": layers}).eval()
parameters = sum(p.numel() for p in model.parameters())
if precision == "int8":
    torch.quantization.quantize_dynamic(model, {nn.Linear}, dtype=torch.qint8, inplace=True)
labels = torch.arange(images)
greedy = lambda logits, i, position: logits.argmax(-1)


def endless():
    while True:
        yield from model.stream(labels, [2.0, 2.0], greedy)


drawn = endless()
next(drawn)
serve(
    lambda: [next(drawn) for _ in range(positions)],
    weights=f"dynamic int8 ({torch.backends.quantized.engine})" if precision == "int8" else precision,
    parameters=parameters,
    rows=2 * images,
    positions=positions,
)
