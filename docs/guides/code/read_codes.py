import json
import struct
import sys

import numpy


def read_safetensors(path):
    """Any .safetensors file of a run: its arrays by name, and its metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    types = {"F32": "<f4", "F16": "<f2", "I32": "<i4"}
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = numpy.frombuffer(data[start:end], dtype=types[entry["dtype"]])
        arrays[name] = array.reshape(entry["shape"])
    return arrays, metadata


for path in sys.argv[1:]:
    arrays, metadata = read_safetensors(path)
    print({name: array.shape for name, array in arrays.items()}, sorted(metadata))
