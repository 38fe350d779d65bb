"""The rate at which stores are written, beside that of dd on the same disk.

python -m tests.reports.storing FOLDER --gb 1
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import decaylr as dl

STEPS = 5001


def dd(folder, size):
    """Seconds that dd takes to write as many bytes and to put them on the disk."""
    begun = time.perf_counter()
    command = ["dd", "if=/dev/zero", f"of={folder / 'dd'}", "bs=64M", "conv=fsync"]
    subprocess.run([*command, f"count={size // 2**26}"], check=True, capture_output=True)
    return time.perf_counter() - begun


def store(folder, suffix, size):
    """Seconds that a store of as many bytes takes."""
    runs = size // (8 * STEPS)
    batch = dl.warmup_cosine(0.0, np.linspace(1e-4, 1e-2, runs), 100, 5000)
    begun = time.perf_counter()
    dl.store(batch, folder / f"x.{suffix}", steps=STEPS)
    return time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gb", type=float, default=1.0)
    given = parser.parse_args()
    size = int(given.gb * 1e9)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        rates = {"dd": size / dd(Path(name), size) / 1e6}
        for suffix in ("npy", "zarr"):
            rates[suffix] = size / store(Path(name), suffix, size) / 1e6
    for what, rate in rates.items():
        print(f"{what}: {rate:.0f} MB/s, {rate / rates['dd']:.2f} of dd")


if __name__ == "__main__":
    main()
