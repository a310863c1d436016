"""How fast this machine reads memory: the sum of 1 GiB of float32, which is far more than caches hold."""

import torch

from subject import serve

values = torch.ones(2**28)
serve(lambda: values.sum().item(), bytes=values.numel() * 4)
