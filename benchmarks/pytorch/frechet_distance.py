"""The twins of subjects/frechet-distance.ts, by numpy's Cholesky and eigvalsh or by scipy's sqrtm."""

import json
import os
import resource
import sys
import time

import numpy
import scipy
import scipy.linalg

route, dimensions = sys.argv[1], int(sys.argv[2])
random = numpy.random.RandomState(0)


def statistics():
    rows = random.standard_normal((-(-5 * dimensions // 4), dimensions))
    rows *= 0.1 + numpy.arange(dimensions) / dimensions
    return rows.mean(0), numpy.cov(rows, rowvar=False)


(mean1, s1), (mean2, s2) = statistics(), statistics()


def trace_of_root():
    if route == "scipy":
        return numpy.trace(scipy.linalg.sqrtm(s1 @ s2)).real
    factor = numpy.linalg.cholesky(s1)
    values = numpy.linalg.eigvalsh(factor.T @ s2 @ factor)
    return numpy.sqrt(numpy.maximum(values, 0)).sum()


def say(**message):
    print(json.dumps(message), flush=True)


say(
    description={
        "engine": route,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "not set"),
    }
)
for line in sys.stdin:
    if line.strip() == "end":
        break
    start = time.perf_counter()
    ((mean1 - mean2) ** 2).sum() + numpy.trace(s1) + numpy.trace(s2) - 2 * trace_of_root()
    say(elapsedMs=(time.perf_counter() - start) * 1e3)
say(peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
