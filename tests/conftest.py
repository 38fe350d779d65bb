"""Settings for all tests."""

import pytest

# Show the compared values in failed assertions of these helpers, as in test modules.
pytest.register_assert_rewrite("tests.evaluation.processes", "tests.peers")
