"""FQGAN writing images as codes, or drawing images from codes: `encode` or `decode`, the tokenizer's config and
the batch as JSON."""

import json
import sys

import torch
from fqgan import Fqgan
from subject import serve

task, config, batch = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(0)
model = Fqgan(config).eval()
side = config["image"]["size"]
images = torch.rand(batch, 3, side, side) * 2 - 1
positions = model.side**2
codes = {
    name: torch.randint(one["quantizer"]["size"], (batch, positions)) for name, one in config["codebooks"].items()
}


@torch.no_grad()
def step():
    if task == "encode":
        return {name: indices.cpu().numpy() for name, indices in model.encode(images).items()}
    return model.decode(codes).clamp(-1, 1).cpu().numpy()


serve(step, parameters=sum(parameter.numel() for parameter in model.parameters()))
