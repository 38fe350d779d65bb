"""Run programs in new processes, without variables that set the number of threads."""

import os
import subprocess
import sys
import textwrap

VARIABLES = ("DECAYLR_NUM_THREADS", "OMP_NUM_THREADS")


def run(program, **environment):
    """The words printed by a program that runs in a new process."""
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
