"""What holds in every room."""

import pytest

# Helpers whose assertions say what they compared, as those of test modules do.
pytest.register_assert_rewrite("tests.evaluation.processes", "tests.peers")
