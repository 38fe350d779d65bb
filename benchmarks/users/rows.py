"""All rows of the users' table, by name."""

from benchmarks.users import (
    of_combinators,
    of_curves,
    of_keras,
    of_optax,
    of_others,
    of_recipes,
    of_timm,
    of_torch,
    of_transformers,
)

MODULES = (
    of_torch,
    of_transformers,
    of_optax,
    of_keras,
    of_timm,
    of_others,
    of_recipes,
    of_combinators,
    of_curves,
)
ROWS = {case.name: case for module in MODULES for case in module.CASES}
