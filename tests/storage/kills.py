"""Kill a store at random instants and go on with it, again and again.

    python -m tests.storage.kills zarr 25            # a small store
    python -m tests.storage.kills npy 200 --gb 20

Every child process is one call of `decaylr.store`, killed with SIGKILL at a random moment or just
before a random operation on files. The last one is let run to its end. Prints as JSON how many
were killed, and three counts that must be 0: files that differ from those of a store that was not
interrupted, finished blocks that were computed again, and files left over.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from hashlib import file_digest
from pathlib import Path

import numpy as np

import decaylr as dl
from decaylr.evaluation.grid import Grid
from decaylr.storage import storing  # noqa: F401  (loaded once, before the first fork)
from decaylr.storage.formats import files_of

STEPS = 2001
# Of Python's audit events, those of operations on files. Half of the kills before one are before a
# rename, where a temporary file is left.
RENAMES = ("os.rename",)
OPERATIONS = (*RENAMES, "open", "os.mkdir", "os.remove", "os.truncate", "os.scandir")


def made(size):
    """A sweep of two families, of about `size` bytes of values in all."""
    runs = max(size // (8 * STEPS) // 2, 12)
    rng = np.random.default_rng(7)
    peak, warmup = 0.03 * rng.integers(1, 40, runs) / 10, rng.integers(1, 500, runs)
    schedule = dl.concatenate(
        [dl.warmup_cosine(0.0, peak, warmup, 2000), dl.exponential(peak, final=(1e-4, 1800))]
    )
    columns = {"peak": np.tile(peak, 2), "warmup": np.tile(warmup, 2)}
    return dl.Sweep(schedule, columns)


class Trial:
    """One store that is killed and continued."""

    def __init__(self, folder, suffix, size):
        self.path = folder / f"x.{suffix}"
        self.log = folder / "computed"
        self.sweep = made(size)
        self.options = {"steps": STEPS} if size else {"steps": STEPS, "chunks": (5, 700)}

    def child(self, kind=(), last=0):
        """Fork a process that stores; it kills itself before the `last` operation of a kind."""
        pid = os.fork()
        if pid:
            return pid
        compute = Grid.block
        log = os.open(self.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

        def logged(grid, schedule, number):
            os.write(log, f"{number}\n".encode())
            return compute(grid, schedule, number)

        Grid.block = logged
        seen = counted(kind, last)
        try:
            dl.store(self.sweep, self.path, **self.options)
            os.write(log, f"{json.dumps(seen)}\n".encode())
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)

    def finished(self):
        """The finished blocks, read from the files."""
        files = files_of(self.path)
        if self.path.suffix == ".npy":
            if not files.lock.exists():
                return set()
            marks = json.loads(files.lock.read_text())["finished"]
            return {i for i, mark in enumerate(marks) if mark == "1"}
        names = [p.name.split(".") for p in self.path.glob("values/*.*") if p.name[0].isdigit()]
        columns = -(-STEPS // self.options["chunks"][1]) if "chunks" in self.options else 1
        return {int(n[0]) * columns + int(n[1]) for n in names if len(n) == 2}

    def computed(self):
        """The blocks that children have computed since the last call."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return {int(line) for line in lines if line.isdigit()}

    def operations(self):
        """How many operations on files of each kind the last child has made."""
        return json.loads(self.log.read_text().splitlines()[-1])

    def digests(self):
        """What every file beside the log has in it."""
        found = {}
        for path in sorted(self.path.parent.rglob("*")):
            if path.is_file() and path != self.log:
                with path.open("rb") as file:
                    found[str(path.relative_to(self.path.parent))] = file_digest(file, "sha256")
        return {name: digest.hexdigest() for name, digest in found.items()}

    def clear(self):
        """Remove everything."""
        for path in self.path.parent.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def counted(kind, last):
    """Count operations on files of this process; it kills itself before the `last` of a kind."""
    seen = {"renames": 0, "operations": 0}

    def count(event, _):
        if event not in OPERATIONS:
            return
        seen["operations"] += 1
        seen["renames"] += event in RENAMES
        if event in kind and seen["renames" if kind == RENAMES else "operations"] == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    return seen


def waited(pid):
    """Whether a child was killed; an error of its own ends the run."""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise SystemExit(f"a store failed with exit code {status}")
    return status != 0


def run(folder, suffix, kills, size, seed):
    """Kill a store `kills` times; the counts of what was found."""
    chance, trial = random.Random(seed), Trial(folder, suffix, size)
    begun = time.perf_counter()
    waited(trial.child())
    whole, expected, operations = time.perf_counter() - begun, trial.digests(), trial.operations()
    trial.computed()
    trial.clear()
    killed = again = differences = litter = 0
    while killed < kills:
        before = trial.finished()
        if chance.random() < 0.5:
            kind = chance.choice((RENAMES, OPERATIONS))
            most = operations["renames" if kind == RENAMES else "operations"]
            pid = trial.child(kind, chance.randint(1, most))
        else:
            pid = trial.child()
            time.sleep(chance.uniform(0.0, whole if not size else 2 * whole / kills))
            os.kill(pid, signal.SIGKILL)
        ended = not waited(pid)
        again += len(before & trial.computed())
        killed += not ended
        if ended or killed == kills:
            before = trial.finished()
            waited(trial.child())
            again += len(before & trial.computed())
            found = trial.digests()
            litter += len(found.keys() - expected.keys())
            differences += sum(found.get(name) != digest for name, digest in expected.items())
            trial.clear()
    return {"killed": killed, "differences": differences, "computed twice": again, "litter": litter}


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("format", choices=["zarr", "npy"])
    parser.add_argument("kills", type=int)
    parser.add_argument("--gb", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        size = int(given.gb * 1e9)
        found = run(Path(folder), given.format, given.kills, size, given.seed)
    print(json.dumps(found))
    if any(found[name] for name in ("differences", "computed twice", "litter")):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
