"""Features of 8-bit images by FID's Inception, TensorFlow 1's bilinear resize included. Takes its sizes as JSON."""

import json
import sys

import torch
from inception import Inception
from subject import serve

sizes = json.loads(sys.argv[1])
batch, side = sizes["batch"], sizes["side"]
torch.manual_seed(0)
model = Inception().eval()
images = torch.randint(0, 256, (batch, 3, side, side), dtype=torch.uint8)


def positions(inputs, outputs):
    at = torch.arange(outputs, dtype=torch.float32) * (inputs / outputs)
    low = at.long()
    return low, (low + 1).clamp(max=inputs - 1), at - low


def resize(x, outputs=299):
    """No half-pixel offset, no antialias: rows and columns between their two neighbours."""
    low, high, rest = positions(x.shape[2], outputs)
    top, bottom = x[:, :, low], x[:, :, high]
    x = top + (bottom - top) * rest[:, None]
    low, high, rest = positions(x.shape[3], outputs)
    left, right = x[:, :, :, low], x[:, :, :, high]
    return left + (right - left) * rest


@torch.no_grad()
def step():
    features, logits = model((resize(images.float()) - 128) / 128)
    return features.numpy(), logits.numpy()


serve(step, parameters=sum(value.numel() for value in model.state_dict().values() if value.is_floating_point()), **sizes)
