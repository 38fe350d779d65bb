"""The values do not depend on the floating-point environment of the thread, and leave it as it is.

PyTorch flushes subnormal numbers to zero on request, libraries linked with -ffast-math for all
threads; `fesetround` and `feenableexcept` are C's. Each case runs in a process of its own.
"""

import ctypes
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading

import numpy as np
import pytest

import decaylr as dl
from decaylr.plateau import Plateau
from tests.paths import ROOT
from tests.peers.installed import peer

ENVIRONMENTS = {
    "default": (0, 0),
    "upward": (2, 0),
    "downward": (1, 0),
    "towards zero": (3, 0),
    "subnormal results flushed": (0, 0x8000),
    "subnormal numbers flushed": (0, 0x8040),
    "exceptions trapped": (0, -0x0E80),  # invalid, divide by zero, overflow, underflow
    "all at once": (1, 0x8040 - 0x0E80),
}


def control_word():
    """Functions that read and write MXCSR, made of its two instructions."""
    library = os.path.join(tempfile.mkdtemp(), "mxcsr.so")
    source = (
        "#include <immintrin.h>\n"
        "unsigned get(void) { return _mm_getcsr(); } void set(unsigned w) { _mm_setcsr(w); }\n"
    )
    command = ["gcc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", library]
    subprocess.run(command, input=source, text=True, check=True)
    loaded = ctypes.CDLL(library)
    loaded.get.restype = ctypes.c_uint
    return loaded.get, loaded.set


def schedules():
    """Every curve, with values in the subnormal range, and what combines them."""
    small = [
        dl.exponential(1.0, 0.5).reshape(1),
        dl.exponential([1e-300, 3e-308], 0.97),
        dl.step([1e-3], 30, 0.1),
        dl.step([1e-306], 3, 0.31),
        dl.cosine([1e-307, 1.0], 0.0, 3000),
        dl.linear([1e-307, 1.0], 0.0, 3000),
        dl.polynomial([1e-307, 0.7], 0.0, 3000, 1.7),
        dl.inverse([1e-305, 1.0], 0.3, 2, 0.7),
        dl.rex([1e-307, 1.0], 1e-310, 3000),
        dl.tanh([1e-307, 1.0], 0.0, 3000, -3.0, 3.0),
        dl.interpolate([0, 420, 2980], [1.0, 1e-303, 0.1], kind="pchip").reshape(1),
        dl.interpolate([0, 420, 2980], [1.0, 1e-303, 0.1], kind="cubic").reshape(1),
    ]
    batch = dl.concatenate(small)
    return batch, dl.join([batch / 3.0, 1.1 * batch], [1500.5]).stretch(1.3)


def digest(made):
    """Everything that is computed for schedules that were made before."""
    found = []
    for s in made:
        found += [s.table(4000), s.table(4000, dtype=np.float32), s.table(40, layout="steps")]
        found += [s.table(300_000, threads=2)[:, ::999], s(np.array([3.7, 99.1])[:, None]), s(7)]
        found += [np.array([run(p) for run in s for p in (0, 11, 1022, 1055, 2999.3)])]
        fold = s.fold(4000, threads=2)
        found += [fold.total, fold.peak, fold.mean, fold.below(0.3), fold.spent(0.3)]
        found += [fold.annealing(0.9), fold.totals_at([5, 3999])]
        cursor = s.cursor(990)
        for _ in range(100):
            cursor.step()
            found.append(cursor.value.copy())
        single = s[1].cursor(990)
        found.append(np.array([next(single) for _ in range(100)]))
        plateau = Plateau(s, factor=1.0 / 3.0, patience=0, rule="torch")
        for metric in (1.0, 1.1, 1.2, 1.3):
            plateau.update(metric)
        found += [plateau.scale, plateau.value(3)]
    text = b"".join(np.ascontiguousarray(array).tobytes() for array in found)
    return hashlib.sha256(text).hexdigest()


def digests():
    """The digest in each environment; that of a helper thread in one that is flushed, too."""
    read, write = control_word()
    made = schedules()
    found = {"default": digest(made)}
    before = read()
    for name, (rounding, bits) in ENVIRONMENTS.items():
        word = (0x1F80 | rounding << 13) + bits
        write(word)
        try:
            found[name] = digest(made)
            after = read() & 0xFFC0
        finally:
            write(before)
        assert after == word & 0xFFC0, f"{name}: {after:x} instead of {word:x}"
    write(0x9FC0)
    thread = threading.Thread(target=lambda: found.update({"helper thread": digest(made)}))
    thread.start()
    thread.join()
    write(before)
    return found


def _run(function):
    program = f"import json; from {__name__} import {function}; print(json.dumps({function}()))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"
    return json.loads(done.stdout)


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="writes the control word of x86-64")
def test_every_environment_gives_the_same_bits_and_is_left_as_it_is():
    found = _run("digests")
    assert len(found) == len(ENVIRONMENTS) + 1
    wrong = [name for name, value in found.items() if value != found["default"]]
    assert wrong == []


def torch_digests():
    """The values before and after PyTorch was told to flush subnormal numbers; groups too."""
    import torch

    import decaylr.torch

    made = schedules()

    def rates():
        groups = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in made[0]]
        optimizer = torch.optim.SGD(groups, lr=1.0)
        scheduler = decaylr.torch.Scheduler(optimizer, made[0], units_per_step=333.25)
        written = []
        for _ in range(10):
            optimizer.step()
            scheduler.step()
            written += [group["lr"] for group in optimizer.param_groups]
        return hashlib.sha256(np.array(written).tobytes()).hexdigest()

    before = digest(made), rates()
    assert torch.set_flush_denormal(True)
    after = digest(made), rates()
    assert float(torch.tensor([1e-310], dtype=torch.float64) * 0.5) == 0.0  # still flushed
    return before, after


def test_torch_set_flush_denormal_changes_no_value():
    peer("torch")
    before, after = _run("torch_digests")
    assert before == after
