"""The time of `import decaylr` compared with `import numpy`."""

import subprocess
import sys

from benchmarks.timing import ratio


def _run(code):
    subprocess.run([sys.executable, "-c", code], check=True)


class Import:
    """Imports in new interpreters. A failing import fails the benchmark."""

    timeout = 120

    def timeraw_decaylr(self):
        return "import decaylr"

    def timeraw_numpy(self):
        return "import numpy"

    def track_over_numpy(self):
        return ratio(lambda: _run("import decaylr"), lambda: _run("import numpy"))

    track_over_numpy.unit = "x numpy"
