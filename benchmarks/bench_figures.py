"""Every figure of `figures.py`, by name."""

from benchmarks.figures import FIGURES


class Figures:
    """One number for each, comparable between machines where it is a ratio."""

    timeout = 300
    params = (list(FIGURES),)
    param_names = ("work",)

    def track_figure(self, work):
        try:
            return FIGURES[work].measure()
        except NotImplementedError:  # a framework that is missing: asv's mark for no number
            return float("nan")
