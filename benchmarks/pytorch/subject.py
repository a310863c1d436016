"""The side of a benchmark that does the work: a process that makes one step each time it is asked."""

import json
import os
import resource
import sys
import time

import torch

device = os.environ.get("TORCH_DEVICE", "cpu")
if device != "cpu":
    # Of everything that is made from here on; PyTorch 2 has it.
    torch.set_default_device(device)


def wait():
    """A GPU answers before it is done."""
    if device != "cpu":
        torch.cuda.synchronize()


def serve(step, **sizes):
    """Answers "step" with the milliseconds it took and "end" with the peak memory of the process."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    description = {
        "engine": "PyTorch eager",
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(0) if device != "cpu" else device,
        "threads": torch.get_num_threads(),
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", "not set"),
        **sizes,
    }
    say(description=description)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        start = time.perf_counter()
        step()
        wait()
        say(elapsedMs=(time.perf_counter() - start) * 1e3)
    say(peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def say(**message):
    print(json.dumps(message), flush=True)
