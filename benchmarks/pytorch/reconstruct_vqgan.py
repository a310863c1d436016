"""Encoding, quantizing and decoding images with the benchmarks' VQGAN. Takes its sizes as JSON."""

import json
import sys

import torch
from subject import serve
from vqgan import Vqgan

sizes = json.loads(sys.argv[1])
batch, side = sizes.pop("batch"), sizes.pop("side")
torch.manual_seed(0)
model = Vqgan(**{name.replace("codeChannels", "code_channels"): value for name, value in sizes.items()})
model.eval()
images = torch.rand(batch, 3, side, side) * 2 - 1


@torch.no_grad()
def step():
    return model(images)[0].numpy()


serve(step, parameters=sum(parameter.numel() for parameter in model.parameters()))
