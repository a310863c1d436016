"""A training step of FQGAN against a PatchGAN as the paper's recipe has it, LPIPS apart: both forward, backward,
clipping and Adam. Takes the tokenizer's config and the batch as JSON."""

import json
import sys

import torch
from fqgan import Fqgan, Patch
from subject import serve
from torch.nn import functional as F

config, batch = json.loads(sys.argv[1]), int(sys.argv[2])
adversarial = config["losses"]["adversarial"]
torch.manual_seed(0)
model = Fqgan(config)
judge = Patch(adversarial["discriminator"]["channels"], adversarial["discriminator"]["layers"])
optimizers = [torch.optim.Adam(each.parameters(), lr=2e-4, betas=(0.9, 0.95)) for each in (model, judge)]
side = config["image"]["size"]
images = torch.rand(batch, 3, side, side) * 2 - 1
teachers = [one["representation"] for one in config["codebooks"].values() if one["representation"]]
features = {one["teacher"]: torch.rand(batch, one["features"]) for one in teachers}


def update(loss, module, optimizer):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimizer.step()


def step():
    reconstruction, loss = model(images, features)
    loss = loss - adversarial["weight"] * judge(reconstruction).mean()
    update(loss, model, optimizers[0])
    real, fake = judge(images), judge(reconstruction.detach())
    hinge = 0.5 * (F.relu(1 - real).mean() + F.relu(1 + fake).mean())
    update(adversarial["weight"] * hinge, judge, optimizers[1])
    return loss.item()


serve(step, parameters=sum(p.numel() for each in (model, judge) for p in each.parameters()))
