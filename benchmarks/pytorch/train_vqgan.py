"""A training step of the benchmarks' VQGAN: forward, backward, Adam. Takes its sizes as JSON."""

import json
import sys

import torch
from subject import serve
from vqgan import Vqgan, loss_of

sizes = json.loads(sys.argv[1])
batch, side = sizes.pop("batch"), sizes.pop("side")
torch.manual_seed(0)
model = Vqgan(**{name.replace("codeChannels", "code_channels"): value for name, value in sizes.items()})
adam = torch.optim.Adam(model.parameters(), lr=1e-4)
images = torch.rand(batch, 3, side, side) * 2 - 1


def step():
    adam.zero_grad(set_to_none=True)
    loss = loss_of(model, images)
    loss.backward()
    adam.step()
    return loss.item()


serve(step, parameters=sum(parameter.numel() for parameter in model.parameters()))
