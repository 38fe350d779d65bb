"""Keras, MLX, thinc, and loops of one's own."""

import numpy as np

from tests.plugs.table import plug


@plug(
    "NumPy, a loop of one's own",
    point="any place that takes a number",
    write="`for rate in s.cursor(): ...`, or `s(step)`",
    resumed="`s.cursor(step)`",
)  # fmt: skip
def cursor(s, steps, state):
    walk, used = s.cursor(state or 0), []
    for _ in range(steps):
        used.append(walk.value)
        walk.step()
    return used, walk.position


@plug(
    "Keras", "keras", "jax",
    point="`learning_rate` of an optimizer",
    write="`decaylr.keras.Schedule(s)`",
    resumed="saved with the model",
    dtype="float32",
)  # fmt: skip
def keras(s, steps, state):
    import tempfile

    import keras

    from decaylr.keras import Schedule

    ones = np.ones((1, 1), "float32")
    if state is None:
        layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        model = keras.Sequential([keras.layers.Input((1,)), layer])
        model.compile(keras.optimizers.SGD(Schedule(s)), loss="mse")
    else:
        model = keras.models.load_model(state)
    used = []
    for _ in range(steps):
        used.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
        model.fit(ones, ones, verbose=0)
    path = f"{tempfile.mkdtemp()}/model.keras"
    model.save(path)
    return used, path


def fitted(callback, steps, begin):
    """The rate of each epoch of a `fit` with a callback."""
    import keras

    used = []

    class Record(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            used.append(float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)))

    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1.0), loss="mse")
    ones = np.ones((1, 1), "float32")
    model.fit(
        ones, ones, verbose=0, initial_epoch=begin, epochs=begin + steps,
        callbacks=[callback, Record()],
    )  # fmt: skip
    return used, begin + steps


@plug(
    "Keras, `LearningRateScheduler`", "keras", "jax",
    point="a function of the epoch",
    write="`keras.callbacks.LearningRateScheduler(s)`",
    resumed="`fit(initial_epoch=)`",
    dtype="float32",
)  # fmt: skip
def keras_callback(s, steps, state):
    import keras

    return fitted(keras.callbacks.LearningRateScheduler(s), steps, state or 0)


def mlx_training(s, steps, state, compiled):
    import mlx.core as mx
    import mlx.optimizers as optim

    import decaylr.mlx

    rate = decaylr.mlx.schedule(s)
    optimizer = optim.SGD(rate)
    if state is not None:
        optimizer.state["step"] = mx.array(state, mx.uint64)

    def step():
        parameters = {"w": mx.zeros(1)}
        return optimizer.apply_gradients({"w": mx.ones(1)}, parameters)["w"]

    if compiled:
        step = mx.compile(step, inputs=[optimizer.state], outputs=[optimizer.state])
    optimizer.init({"w": mx.zeros(1)})
    used = [-step().item() for _ in range(steps)]
    return used, optimizer.state["step"].item()


@plug(
    "MLX", "mlx",
    point="`learning_rate`, a function of the step as an array",
    write="`decaylr.mlx.schedule(s)`",
    resumed="the step is in the optimizer's state",
    dtype="float32",
)  # fmt: skip
def mlx(s, steps, state):
    return mlx_training(s, steps, state, False)


@plug(
    "MLX, `mx.compile`", "mlx",
    point="the same inside a compiled step",
    write="`decaylr.mlx.schedule(s)`",
    resumed="the step is in the optimizer's state",
    dtype="float32",
)  # fmt: skip
def mlx_compiled(s, steps, state):
    return mlx_training(s, steps, state, True)


def thinc_training(rate, steps, begin):
    from thinc.api import SGD

    optimizer, used = SGD(rate, L2=0.0, grad_clip=0.0), []
    for _ in range(begin):
        optimizer.step_schedules()
    for _ in range(steps):
        weights, _ = optimizer((0, "w"), np.zeros(1, "float32"), np.ones(1, "float32"))
        used.append(-float(weights[0]))
        optimizer.step_schedules()
    return used, begin + steps


@plug(
    "thinc", "thinc",
    point="`learn_rate`, a `Schedule` of thinc",
    write="`decaylr.thinc.schedule(s)`",
    resumed="thinc counts from 0: `s.advance(done)`, or the optimizer is kept",
    dtype="float32",
)  # fmt: skip
def thinc(s, steps, state):
    import decaylr.thinc

    return thinc_training(decaylr.thinc.schedule(s), steps, state or 0)


@plug(
    "thinc, configuration", "thinc",
    point="a registered schedule",
    write='`@schedules = "decaylr.v1"` and `schedule = {...}`, the result of `s.to_dict()`',
    resumed="as above",
    dtype="float32",
)  # fmt: skip
def thinc_config(s, steps, state):
    import json

    from thinc.api import Config, registry

    from tests.plugs.installed import installed_entry_points

    text = f'[rate]\n@schedules = "decaylr.v1"\nschedule = {json.dumps(s.to_dict())}\n'
    with installed_entry_points():
        rate = registry.resolve(Config().from_str(text))["rate"]
    return thinc_training(rate, steps, state or 0)
