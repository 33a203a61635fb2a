"""Every benchmark, one after the other: `make bench`."""

import runpy
import sys

for name in ("bench.search", "bench.nlu", "bench.turns"):
    sys.argv = [name]
    runpy.run_module(name, run_name="__main__")
