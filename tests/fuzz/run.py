"""`python -m tests.fuzz.run N`: N executions of the targets; the inputs depend only on the seed.

A fault prints the line that repeats it. One execution of over two seconds is a fault as well.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import os
import resource
import sys
import tempfile
import time
import traceback
import warnings
from random import Random

from tests.fuzz.targets import TARGETS

MEMORY = 6 << 30  # bytes of address space: what asks for more is refused at once
SLOW = 2.0  # seconds


def execute(name: str, seed: int, index: int) -> bool:
    """One execution; whether its input was accepted. Raises what the target lets through."""
    begun = time.process_time()
    try:
        accepted = TARGETS[name](Random(f"{seed} {name} {index}"))
    except MemoryError:
        return False
    taken = time.process_time() - begun
    if taken > SLOW:
        raise TimeoutError(f"{taken:.1f} s")
    return accepted


def run(
    name: str, seed: int, indices: range, most: int = 5, last: int | None = None
) -> tuple[int, int]:
    """Execute a target so often; returns how many inputs were accepted, and how many faults.

    `last` is an open file into which the target, the seed and the index of each are written.
    """
    accepted, faults = 0, []
    if name == "torch_state":
        importlib.import_module("torch")  # takes seconds
    for index in indices:
        if last is not None:
            os.pwrite(last, f"{name} {seed} {index} ".encode(), 0)  # survives a crash
        try:
            accepted += execute(name, seed, index)
        except Exception as error:
            faults.append(index)
            print(f"python -m tests.fuzz.run 1 --target {name} --seed {seed} --first {index}")
            traceback.print_exception(error, limit=-6)
            if len(faults) >= most:
                break
    return accepted, len(faults)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("executions", type=int)
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    faulthandler.enable()
    warnings.simplefilter("error")  # decaylr does not warn
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    names = options.target or [*TARGETS]
    each = -(-options.executions // len(names))
    descriptor, path = tempfile.mkstemp(prefix="fuzz-")
    print(f"after a crash, {path} names target, seed and index", flush=True)
    total = 0
    for name in names:
        begun = time.perf_counter()
        indices = range(options.first, options.first + each)
        accepted, faults = run(name, options.seed, indices, last=descriptor)
        rate = each / (time.perf_counter() - begun)
        print(f"{name}: {each} executions, {accepted} accepted, {faults} faults, {rate:.0f}/s")
        sys.stdout.flush()
        total += faults
    os.unlink(path)
    return min(total, 1)


if __name__ == "__main__":
    sys.exit(main())
