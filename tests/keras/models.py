"""Tiny Keras models with one weight, which is minus the sum of the rates used in training."""

import numpy as np

from tests.peers.installed import peer

keras = peer("keras")

ONES = np.ones((64, 1), "float32")


def weight_model(optimizer, **options):
    """A model whose gradient is 1 for every batch, so each update subtracts the rate."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.layers.Input((1,)), layer])
    model.compile(optimizer, loss=lambda _, y: keras.ops.mean(y), **options)
    return model


class Weights(keras.callbacks.Callback):
    """The weight after every batch."""

    def on_train_begin(self, logs=None):
        self.seen = [float(np.squeeze(self.model.get_weights()[0]))]

    def on_train_batch_end(self, batch, logs=None):
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        self.seen.append(float(np.squeeze(self.model.get_weights()[0])))


def used_rates(model, batches, callbacks=(), **options):
    """The rates of consecutive batches of one `fit`, computed from the weight."""
    weights = Weights()
    model.fit(
        ONES[:batches], ONES[:batches], batch_size=1, verbose=0, shuffle=False,
        callbacks=[*callbacks, weights], **options,
    )  # fmt: skip
    return -np.diff(weights.seen)


def within_float32(used, expected, units=4):
    """Check equality within a few float32 ulp of the weight that the rates were computed from."""
    total = np.abs(np.cumsum(expected)).max()
    np.testing.assert_allclose(used, expected, rtol=0, atol=units * np.spacing(np.float32(total)))
