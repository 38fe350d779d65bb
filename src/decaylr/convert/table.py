"""The table of dialects. The first that recognises a file reads it: special forms come first."""

from __future__ import annotations

from decaylr.convert.dialects import (
    classes,
    composer,
    deepspeed,
    functions,
    keras,
    megatron,
    mmengine,
    neox,
    own,
    timm,
    torchtitan,
    transformers,
)
from decaylr.convert.found import Dialect

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        own.DIALECT,
        *functions.DIALECTS,
        keras.DIALECT,
        mmengine.DIALECT,
        classes.HYDRA,
        classes.LIGHTNING,
        neox.DIALECT,
        composer.DIALECT,
        torchtitan.DIALECT,
        megatron.CLASS,
        megatron.ARGUMENTS,
        timm.DIALECT,
        transformers.DIALECT,
        deepspeed.DIALECT,
    )
}
