"""Tests of laws that predict the loss of a training."""
