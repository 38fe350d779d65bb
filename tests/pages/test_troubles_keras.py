"""The Keras rows of docs/troubles.md: Keras's behavior, then decaylr's."""

import json

import numpy as np
import pytest

import decaylr as dl
from decaylr.keras import Schedule, ScheduleCallback
from tests.keras.models import ONES, keras, used_rates, weight_model, within_float32

schedules = keras.optimizers.schedules
WARM = dl.warmup_cosine(0.0, 0.5, 3, 9, end_value=0.01)


def theirs():
    return schedules.CosineDecay(0.0, 6, alpha=0.02, warmup_target=0.5, warmup_steps=3)


def test_keras_schedules_ignore_initial_epoch():
    model = weight_model(keras.optimizers.SGD(theirs()))
    used_rates(model, 8, initial_epoch=5, epochs=6)
    assert int(model.optimizer.iterations) == 8  # not 48
    ours = weight_model(keras.optimizers.SGD(0.1))
    callback = ScheduleCallback({"learning_rate": dl.linear(1.0, 0.0, 64)})
    used = used_rates(ours, 8, [callback], initial_epoch=5, epochs=6)
    within_float32(used, dl.linear(1.0, 0.0, 64).table(8, start=40))
    started = weight_model(keras.optimizers.SGD(Schedule(dl.linear(1.0, 0.0, 64), start=40)))
    within_float32(used_rates(started, 8), dl.linear(1.0, 0.0, 64).table(8, start=40))


def test_a_rate_that_is_a_schedule_cannot_be_set():
    optimizer = keras.optimizers.SGD(theirs())
    with pytest.raises(TypeError, match="not settable"):
        optimizer.learning_rate = 0.1


class Worse(keras.callbacks.Callback):
    """A metric that never improves."""

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = 1.0 + epoch


def test_reduce_on_plateau_over_a_schedule_ends_the_training():
    model = weight_model(keras.optimizers.SGD(theirs()))
    reduce = keras.callbacks.ReduceLROnPlateau(patience=1, factor=0.5)
    with pytest.raises(TypeError, match="not settable"):
        used_rates(model, 2, [Worse(), reduce], epochs=3)
    plateau = dl.Plateau(dl.constant(1.0), rule="keras", patience=1, factor=0.5)
    ours = weight_model(keras.optimizers.SGD(0.1))
    used = used_rates(ours, 2, [Worse(), ScheduleCallback({"learning_rate": plateau})], epochs=4)
    np.testing.assert_array_equal(used, [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25])


def test_history_has_no_rate_of_a_schedule():
    model = weight_model(keras.optimizers.SGD(theirs()))
    assert set(model.fit(ONES[:2], ONES[:2], verbose=0).history) == {"loss"}
    callback = ScheduleCallback({})
    ours = weight_model(keras.optimizers.SGD(Schedule(WARM)))
    found = ours.fit(ONES[:2], ONES[:2], batch_size=1, verbose=0, callbacks=[callback]).history
    assert found["learning_rate"] == [float(np.float32(WARM(2)))]


def test_a_rate_set_by_a_callback_is_kept():
    """On JAX, a value assigned inside an epoch is lost unless the model's state is synced."""

    class Naive(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.5 if batch == 2 else 0.25

    model = weight_model(keras.optimizers.SGD(0.25))
    used = used_rates(model, 4, [Naive()])
    ours = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": dl.piecewise_constant([2, 3], [0.25, 0.5, 0.25])})
    np.testing.assert_array_equal(used_rates(ours, 4, [rates]), [0.25, 0.25, 0.5, 0.25])
    assert len(used) == 4


def test_a_schedule_of_ones_own_is_not_saved(tmp_path):
    class Own(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

    model = weight_model(keras.optimizers.SGD(Own()))
    with pytest.raises(NotImplementedError, match="get_config"):
        model.save(tmp_path / "theirs.keras")
    ours = weight_model(keras.optimizers.SGD(Schedule(WARM)))
    assert json.dumps(ours.optimizer.get_config()["learning_rate"]["config"])


def test_neighboring_steps_above_2_to_the_24():
    theirs = schedules.PolynomialDecay(1.0, 2**25, end_learning_rate=0.0)
    values = [float(theirs(2**24 + k)) for k in (-1, 0, 1)]
    assert values[1] == values[2]
    falling = Schedule(dl.linear(2.0**25, 0.0, 2**25))
    values = [float(keras.ops.convert_to_numpy(falling(2**24 + k))) for k in (0, 1, 2)]
    assert values == [2.0**24, 2.0**24 - 1, 2.0**24 - 2]


def test_reading_the_rate_uses_the_core_and_no_operations_of_the_backend():
    asked = []
    made = Schedule(WARM)
    made.schedule = type("Core", (), {"__call__": lambda _, p: asked.append(p) or WARM(p)})()
    optimizer = keras.optimizers.SGD(made)
    assert float(keras.ops.convert_to_numpy(optimizer.learning_rate)) == 0.0
    assert asked == [0]
