"""What holds in every room."""

import os

import pytest

# Pictures are drawn without a screen.
os.environ.setdefault("MPLBACKEND", "agg")

# Helpers whose assertions say what they compared, as those of test modules do.
pytest.register_assert_rewrite("tests.evaluation.processes", "tests.peers")
