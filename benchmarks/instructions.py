"""A regression gate that noise cannot move: instructions executed, counted by callgrind.

    python -m benchmarks.instructions              compare with the record, fail beyond 3 percent
    python -m benchmarks.instructions --renew      write the record
    python -m benchmarks.instructions run NAME N   one workload, N times (what callgrind runs)

Each workload runs under callgrind on the baseline instruction set with two counts of
repetitions: the difference is the workload, without the start of the interpreter.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

RECORD = Path(__file__).with_name("instructions.json")
ALLOWED = 0.03
FEW, MANY = 2, 6


def workloads():
    """Name of each fixed workload and what it does once."""
    import numpy as np

    import decaylr as dl
    from benchmarks.shapes import SHAPES

    out = np.empty((20, 2000))
    works = {
        f"table {name}": partial(shape.schedule(20, 2000).table, 2000, out=out, threads=1)
        for name, shape in SHAPES.items()
    }
    exponential = SHAPES["exponential"].schedule(20_000, 200)
    decay = np.linspace(0.9, 0.99, 20_000)
    single = SHAPES["cosine"].schedule(1, 1000)[0]
    cursor = exponential.cursor()
    turned, narrow = np.empty((2000, 20)), np.empty((20, 2000), np.float32)
    cosine = SHAPES["cosine"].schedule(20, 2000)

    def calls():
        for p in range(2000):
            single(p)

    return works | {
        "fill": partial(out.fill, 1.0),
        "table by steps": partial(cosine.table, 2000, layout="steps", out=turned, threads=1),
        "table float32": partial(cosine.table, 2000, dtype=np.float32, out=narrow, threads=1),
        "fold": partial(cosine.fold, 2000, threads=1),
        "gather": partial(exponential, 7),
        "cursor": cursor.step,
        "scalar call": calls,
        "compile": lambda: dl.exponential(decay, decay)(0),
    }


def run(name, repetitions):
    work = workloads()[name]
    for _ in range(repetitions):
        work()


def count(name, repetitions):
    """Instructions of a process that does a workload so many times."""
    environment = os.environ | {
        "DECAYLR_ISA": "baseline",
        "DECAYLR_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONMALLOC": "malloc",
    }
    with tempfile.TemporaryDirectory() as folder:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        command = [*tool, sys.executable, "-m", "benchmarks.instructions", "run", name]
        done = subprocess.run(
            [*command, str(repetitions)],
            env=environment,
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if not collected:
        raise SystemExit(f"{name}: callgrind counted nothing:\n{done.stderr}")
    return int(collected[1])


def instructions(name):
    """Instructions of one repetition."""
    return (count(name, MANY) - count(name, FEW)) // (MANY - FEW)


def versions():
    """What the counts depend on: they are compared only where these agree."""
    import numpy as np

    compiler = subprocess.run(
        ["g++", "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    return {
        "g++": compiler.stdout.split(".")[0].strip(),
        "python": "{}.{}".format(*sys.version_info),
        "numpy": ".".join(np.__version__.split(".")[:2]),
        "machine": os.uname().machine,
    }


def measure(names):
    with ThreadPoolExecutor(max_workers=min(len(os.sched_getaffinity(0)), 4)) as pool:
        return dict(zip(names, pool.map(instructions, names), strict=True))


def compare(record, measured):
    """The lines of a comparison, and whether a workload has become dearer."""
    lines, worse = [], False
    for name, now in measured.items():
        before = record[name]
        change = now / before - 1
        worse |= change > ALLOWED
        mark = "FAILED" if change > ALLOWED else "renew" if change < -ALLOWED else ""
        lines.append(f"{name:28} {before:>12} {now:>12} {change:+8.2%} {mark}".rstrip())
    return lines, worse


def require_comparable(record, here):
    """Counts of another compiler say nothing: refuse to compare rather than pass."""
    if record["versions"] != here:
        raise SystemExit(
            f"the record is of {record['versions']}, this is {here}: counts cannot be compared; "
            "run where they agree, or renew the record"
        )


def check():
    record = json.loads(RECORD.read_text())
    require_comparable(record, versions())
    names = list(workloads())
    if sorted(names) != sorted(record["instructions"]):
        raise SystemExit("the workloads are not those of the record: renew it")
    lines, worse = compare(record["instructions"], measure(names))
    print("\n".join(lines))
    if worse:
        raise SystemExit(f"more than {ALLOWED:.0%} above the record")


def renew():
    found = {"versions": versions(), "instructions": measure(list(workloads()))}
    RECORD.write_text(json.dumps(found, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--renew", action="store_true", help="write the record")
    parser.add_argument("run", nargs="*", metavar="run NAME N", help="one workload, N times")
    options = parser.parse_args()
    if options.run:
        run(options.run[1], int(options.run[2]))
    elif options.renew:
        renew()
    else:
        check()


if __name__ == "__main__":
    main()
