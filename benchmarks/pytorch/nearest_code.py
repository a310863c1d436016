"""The twin of subjects/nearest-code.ts: nearest codes tile by tile, in the tile size that is fastest here."""

import json
import os
import sys
import time

import torch

from subject import serve

problem = json.loads(sys.argv[1])
count, size, dimensions = (problem[name] for name in ("count", "size", "dimensions"))
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
torch.manual_seed(0)
latents = torch.rand(count, dimensions) * 2 - 1
codebook = torch.rand(size, dimensions) * 2 - 1


def nearest(rows):
    half_squares = -0.5 * (codebook * codebook).sum(1)
    transposed = codebook.t()
    parts = [
        torch.addmm(half_squares, latents[i : i + rows], transposed).argmax(1)
        for i in range(0, count, rows)
    ]
    return torch.cat(parts)


def seconds(rows):
    # A few tiles are enough to tell.
    start = time.perf_counter()
    half_squares = -0.5 * (codebook * codebook).sum(1)
    done = 0
    while done < count and time.perf_counter() - start < 2:
        torch.addmm(half_squares, latents[done : done + rows], codebook.t()).argmax(1)
        done += rows
    return (time.perf_counter() - start) / min(done, count)


# Tables of 4, 16 or 64 MiB; the first look warms up.
candidates = [max(1, min(count, elements // size)) for elements in (2**20, 2**22, 2**24)]
seconds(candidates[0])
best = min(candidates, key=seconds)
serve(lambda: nearest(best), rows=best)
