"""Megatron-LM and Megatron-core: a schedule in the place of their `OptimizerParamScheduler`."""

from decaylr.megatron.scheduler import OptimizerParamScheduler

__all__ = ["OptimizerParamScheduler"]
