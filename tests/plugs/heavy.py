"""Paddle, Keras 2 and spaCy, which CI installs in environments of their own."""

import numpy as np

from tests.plugs.table import plug


@plug(
    "PaddlePaddle", "paddle",
    point="`learning_rate`, a float or an `LRScheduler` of Paddle",
    write="`decaylr.paddle.Scheduler(s)`, and its `step()` after each step",
    resumed="`set_state_dict` of the optimizer",
)  # fmt: skip
def paddle(s, steps, state):
    import paddle

    import decaylr.paddle

    layer, rate = paddle.nn.Linear(1, 1), decaylr.paddle.Scheduler(s)
    optimizer = paddle.optimizer.SGD(learning_rate=rate, parameters=layer.parameters())
    if state is not None:
        optimizer.set_state_dict(state)
    used = []
    for _ in range(steps):
        used.append(optimizer.get_lr())
        layer(paddle.ones([2, 1])).mean().backward()
        optimizer.step()
        optimizer.clear_grad()
        rate.step()
    return used, optimizer.state_dict()


@plug(
    "Keras 2 (`tf_keras`)", "tf_keras",
    point="`learning_rate` of an optimizer",
    write="`decaylr.tf_keras.Schedule(s)`",
    resumed="saved with the model",
    dtype="float32",
)  # fmt: skip
def tf_keras(s, steps, state):
    import tempfile

    import tf_keras

    from decaylr.tf_keras import Schedule

    class Weights(tf_keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.set_weights([np.zeros((1, 1))])

        def on_train_batch_end(self, batch, logs=None):
            used.append(-float(self.model.get_weights()[0][0, 0]))

    def loss(_, y):
        return tf_keras.backend.mean(y)

    used, ones = [], np.ones((steps, 1), "float32")
    if state is None:
        layer = tf_keras.layers.Dense(1, use_bias=False, input_shape=(1,))
        model = tf_keras.Sequential([layer])
        model.compile(tf_keras.optimizers.SGD(Schedule(s)), loss=loss)
    else:
        model = tf_keras.models.load_model(state, custom_objects={"loss": loss})
    model.fit(ones, ones, batch_size=1, verbose=0, callbacks=[Weights()])
    path = f"{tempfile.mkdtemp()}/model.keras"
    model.save(path)
    return used, path


@plug(
    "TensorFlow, a loop of one's own", "tensorflow", "tf_keras",
    point="a variable as the rate",
    write="`rate.assign(s(step))`",
    resumed="the step is the caller's",
    dtype="float32",
)  # fmt: skip
def tensorflow(s, steps, state):
    import tensorflow as tf

    rate, weight = tf.Variable(0.0), tf.Variable(0.0)

    @tf.function
    def step():
        weight.assign(-rate)

    used, begin = [], state or 0
    for number in range(begin, begin + steps):
        rate.assign(s(number))
        step()
        used.append(-float(weight))
    return used, begin + steps


@plug(
    "spaCy", "spacy",
    point="`[training.optimizer.learn_rate]` in a configuration file",
    write='`@schedules = "decaylr.v1"` and `schedule = {...}`, the result of `s.to_dict()`',
    resumed="spaCy counts from 0: `s.advance(done).to_dict()`",
    dtype="float32",
)  # fmt: skip
def spacy(s, steps, state):
    import json

    import spacy
    from spacy.training import Example
    from thinc.api import Config

    from tests.plugs.installed import installed_entry_points

    ours = s.advance(state) if state else s
    text = (
        '[rate]\n@optimizers = "SGD.v1"\nL2 = 0.0\ngrad_clip = 0.0\n'
        '[rate.learn_rate]\n@schedules = "decaylr.v1"\n'
        f"schedule = {json.dumps(ours.to_dict())}\n"
    )
    with installed_entry_points():
        optimizer = spacy.registry.resolve(Config().from_str(text))["rate"]
    model = spacy.blank("en")
    model.add_pipe("textcat_multilabel").add_label("a")
    document = model.make_doc("one text")
    example = Example.from_dict(document, {"cats": {"a": 1.0}})
    model.initialize(lambda: [example])
    used = []
    for _ in range(steps):
        rate = optimizer.learn_rate  # with thinc 9 a function of the step
        used.append(rate(optimizer.step) if callable(rate) else rate)
        model.update([example], sgd=optimizer)
        optimizer.step_schedules()
    return used, (state or 0) + steps
