"""Schedules from the configurations of other libraries, and back.

`load` reads a file of any form, `convert` one mapping. The forms are in `DIALECTS`.
"""

from decaylr.convert.reading import VALUES, convert, convert_file, load
from decaylr.convert.table import DIALECTS
from decaylr.convert.writing import TARGETS, written

__all__ = ["DIALECTS", "TARGETS", "VALUES", "convert", "convert_file", "load", "written"]
