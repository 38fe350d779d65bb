"""`decaylr.keras.ScheduleCallback` in real trainings, on the backend set by KERAS_BACKEND."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.keras import Schedule, ScheduleCallback
from tests.keras.models import ONES, keras, used_rates, weight_model, within_float32

BACKEND = keras.backend.backend()
WARM = dl.warmup_cosine(0.0, 0.5, 3, 9, end_value=0.01)


def test_each_batch_has_its_rate():
    model = weight_model(keras.optimizers.SGD(0.1))
    used = used_rates(model, 12, [ScheduleCallback({"learning_rate": WARM})])
    within_float32(used, WARM.table(12))
    again = used_rates(model, 12, [ScheduleCallback({"learning_rate": WARM})])
    np.testing.assert_allclose(again, WARM.table(12, start=12), rtol=0, atol=2e-6)


def test_history_and_csv_get_the_rate(tmp_path):
    model = weight_model(keras.optimizers.SGD(0.1))
    log = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    rates = ScheduleCallback({"learning_rate": dl.linear(1.0, 0.0, 8)})
    found = model.fit(ONES[:4], ONES[:4], batch_size=2, epochs=2, verbose=0, callbacks=[rates, log])
    assert found.history["learning_rate"] == [0.875, 0.625]
    assert "learning_rate" in (tmp_path / "log.csv").read_text().splitlines()[0]


def test_without_schedules_it_logs_the_optimizers_own():
    model = weight_model(keras.optimizers.SGD(Schedule(dl.linear(1.0, 0.0, 8))))
    found = model.fit(
        ONES[:4], ONES[:4], batch_size=2, epochs=2, verbose=0, callbacks=[ScheduleCallback({})]
    )
    assert found.history["learning_rate"] == [0.75, 0.5]


def test_initial_epoch_continues_the_schedule():
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": WARM})
    used = used_rates(model, 3, [rates], initial_epoch=2, epochs=4)
    within_float32(used, WARM.table(6, start=6))


def test_initial_epoch_of_a_trained_model_counts_once():
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": WARM})
    used_rates(model, 3, [rates], epochs=2)
    used = used_rates(model, 3, [rates], initial_epoch=2, epochs=4)
    np.testing.assert_allclose(used, WARM.table(6, start=6), rtol=0, atol=2e-6)


def test_a_restored_backup_continues(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def made():
        return weight_model(keras.optimizers.SGD(0.1))

    def callbacks():
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        return [backup, ScheduleCallback({"learning_rate": WARM})]

    with pytest.raises(KeyboardInterrupt):
        used_rates(made(), 3, [*callbacks(), Stop()], epochs=4)
    model = made()
    used_rates(model, 3, callbacks(), epochs=4)
    weight = float(np.squeeze(model.get_weights()[0]))
    assert weight == pytest.approx(-WARM.table(12).sum(), rel=1e-6, abs=0)


def test_updates_are_counted_not_micro_batches():
    model = weight_model(keras.optimizers.SGD(0.1, gradient_accumulation_steps=4))
    used = used_rates(model, 16, [ScheduleCallback({"learning_rate": dl.linear(1.0, 0.0, 8)})])
    expected = np.zeros(16)
    expected[3::4] = dl.linear(1.0, 0.0, 8).table(4)
    within_float32(used, expected)


def test_units_and_start():
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": dl.step(1.0, 1, 0.5)}, units_per_step=1 / 3, start=2)
    within_float32(used_rates(model, 7, [rates]), [0.25] * 3 + [0.125] * 3 + [0.0625])


class Losses(keras.callbacks.Callback):
    """Sets predefined validation losses."""

    def __init__(self, losses):
        super().__init__()
        self.losses = losses

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.losses[epoch]


@pytest.mark.parametrize("rule", ["keras", "torch", "optax"])
def test_a_plateau_over_a_schedule(rule):
    losses = [1.0, 0.5, 0.6, 0.7, 0.4, 0.9, 0.9, 0.9]
    falling = dl.linear(1.0, 0.2, 16)
    plateau = dl.Plateau(falling, rule=rule, factor=0.5, patience=1)
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": plateau})
    used = used_rates(model, 2, [Losses(losses), rates], epochs=8)
    twin, expected = dl.Plateau(falling, rule=rule, factor=0.5, patience=1), []
    for epoch, loss in enumerate(losses):
        expected += [twin.value(2 * epoch), twin.value(2 * epoch + 1)]
        twin.update(loss, 2 * epoch + 2)
    assert twin.scale < 1.0
    within_float32(used, expected)
    fresh = ScheduleCallback(
        {"learning_rate": dl.Plateau(falling, rule=rule, factor=0.5, patience=1)}
    )
    fresh.load_state_dict(rates.state_dict())
    assert fresh.plateaus["learning_rate"].scale == twin.scale


def test_the_keras_rule_is_that_of_the_callback():
    losses = [1.0, 0.5, 0.6, 0.7, 0.4, 0.9, 0.9, 0.9]
    options = {"factor": 0.5, "patience": 1, "min_delta": 1e-4}
    theirs = weight_model(keras.optimizers.SGD(1.0))
    reduce = keras.callbacks.ReduceLROnPlateau(**options)
    expected = used_rates(theirs, 2, [Losses(losses), reduce], epochs=8)
    plateau = dl.Plateau(dl.constant(1.0), rule="keras", factor=0.5, patience=1, threshold=1e-4)
    ours = weight_model(keras.optimizers.SGD(0.1))
    used = used_rates(
        ours, 2, [Losses(losses), ScheduleCallback({"learning_rate": plateau})], epochs=8
    )
    np.testing.assert_array_equal(used, expected)
    assert used[-1] < 1.0


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.extend(20, at=6),
        lambda s: s.branch(6, lambda v: dl.linear(v, 0.0, 4)),
        lambda s: s.rewarm(6, 3, 1.0),
        lambda s: s.stretch(2.0),
    ],
    ids=["extend", "branch", "rewarm", "stretch"],
)
def test_an_edit_while_it_trains(edit):
    rates = ScheduleCallback({"learning_rate": WARM})
    told = []

    class Edit(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                told.extend(rates.replace({"learning_rate": edit(WARM)}))

    model = weight_model(keras.optimizers.SGD(0.1))
    used = used_rates(model, 3, [Edit(), rates], epochs=4)
    within_float32(used, [*WARM.table(6), *edit(WARM).table(6, start=6)])
    assert told == [f"learning_rate: {line}" for line in WARM.diff(edit(WARM))]
    with pytest.raises(ValueError, match=r"schedules must be those of \['learning_rate'\], got"):
        rates.replace({"momentum": WARM})


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorBoard's callback needs TensorFlow")
def test_tensorboard_gets_the_rate(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = keras.callbacks.TensorBoard(str(tmp_path), write_graph=False)
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": dl.linear(1.0, 0.0, 8)})
    model.fit(ONES[:4], ONES[:4], batch_size=2, epochs=2, verbose=0, callbacks=[rates, board])
    events = EventAccumulator(str(tmp_path / "train"), size_guidance={"tensors": 0})
    events.Reload()
    import tensorflow as tf

    found = [float(tf.make_ndarray(e.tensor_proto)) for e in events.Tensors("epoch_learning_rate")]
    assert found == [0.875, 0.625]


def test_a_metric_that_is_not_there():
    model = weight_model(keras.optimizers.SGD(0.1))
    plateau = dl.Plateau(dl.constant(1.0))
    with pytest.raises(ValueError, match=r"monitor must be one of the metrics .*loss.*'val_loss'"):
        used_rates(model, 2, [ScheduleCallback({"learning_rate": plateau})])


def test_hyperparameters_that_every_step_reads():
    decay = dl.piecewise_constant([2], [0.0, 0.5])
    optimizer = keras.optimizers.SGD(0.1, weight_decay=0.1)
    model = weight_model(optimizer, run_eagerly=True)
    rates = ScheduleCallback({"learning_rate": dl.constant(0.5), "weight_decay": decay})
    used_rates(model, 4, [rates])
    weight = 0.0
    for step in range(4):
        weight = weight - 0.5 * decay(step) * weight - 0.5
    assert float(np.squeeze(model.get_weights()[0])) == pytest.approx(weight, rel=1e-6, abs=0)
    assert optimizer.weight_decay == 0.5


@pytest.mark.skipif(BACKEND == "torch", reason="torch reads attributes anew without compiling")
def test_hyperparameters_that_are_compiled_into_the_step():
    model = weight_model(keras.optimizers.SGD(0.1, weight_decay=0.1))
    with pytest.raises(TypeError, match="weight_decay must be a variable of the optimizer to be"):
        used_rates(model, 2, [ScheduleCallback({"weight_decay": dl.constant(0.5)})])


def test_what_cannot_be_set():
    def begun(optimizer, schedules, **options):
        used_rates(weight_model(optimizer, **options), 2, [ScheduleCallback(schedules)])

    rate = {"learning_rate": dl.constant(0.5)}
    with pytest.raises(TypeError, match="learning_rate must be a number when the model is compil"):
        begun(keras.optimizers.SGD(Schedule(WARM)), rate)
    with pytest.raises(ValueError, match="of attributes that SGD has, got 'lr'"):
        begun(keras.optimizers.SGD(0.1), {"lr": dl.constant(0.5)})
    with pytest.raises(ValueError, match="momentum must be above 0 when the model is compiled"):
        begun(keras.optimizers.SGD(0.1), {"momentum": dl.constant(0.5)}, run_eagerly=True)
    with pytest.raises(TypeError, match="nesterov must be a number when the model is compiled"):
        begun(keras.optimizers.SGD(0.1), {"nesterov": dl.constant(0.5)}, run_eagerly=True)
    if BACKEND != "torch":
        with pytest.raises(ValueError, match="steps_per_execution must be 1, or the rate a Sched"):
            begun(keras.optimizers.SGD(0.1), rate, steps_per_execution=2)


def test_an_epoch_of_unknown_length():
    def batches():
        while True:
            yield ONES[:1], ONES[:1]

    def finite():
        for _ in range(3):
            yield ONES[:1], ONES[:1]

    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": WARM})
    with pytest.raises(ValueError, match="initial_epoch must be 0 where an epoch's length is not"):
        model.fit(finite(), initial_epoch=1, epochs=2, verbose=0, callbacks=[rates], shuffle=False)
    model.fit(
        batches(),
        steps_per_epoch=3,
        initial_epoch=1,
        epochs=2,
        verbose=0,
        callbacks=[rates],
        shuffle=False,
    )
    weight = float(np.squeeze(model.get_weights()[0]))
    assert weight == pytest.approx(-WARM.table(3, start=3).sum(), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ScheduleCallback(WARM), TypeError, "schedules must be a mapping, got Schedule"),
        (
            lambda: ScheduleCallback({"learning_rate": 0.1}),
            TypeError,
            r"schedules\['learning_rate'\] must be a Schedule or a Plateau, got float",
        ),
        (
            lambda: ScheduleCallback({"learning_rate": dl.constant([1.0, 2.0])}),
            ValueError,
            r"schedules\['learning_rate'\] must be a single one, got shape \(2,\)",
        ),
        (lambda: ScheduleCallback({3: WARM}), TypeError, "names of attributes as keys, got 3"),
        (lambda: ScheduleCallback({}, monitor=None), TypeError, "monitor must be a metric's name"),
        (
            lambda: ScheduleCallback({}, units_per_step=0),
            ValueError,
            "units_per_step must be finite",
        ),
        (
            lambda: ScheduleCallback({}).load_state_dict({"version": 2, "plateaus": {}}),
            ValueError,
            r"state.version must be 1, got 2",
        ),
        (
            lambda: ScheduleCallback({}).load_state_dict({"version": 1, "plateaus": {"x": {}}}),
            ValueError,
            r"state.plateaus must be those of \[\], got \['x'\]",
        ),
    ],
)
def test_refusals(build, error, message):
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize("metric", ["0.5", None, [0.5, 0.6], np.ones(2), 1j, True])
def test_a_plateau_does_not_learn_from_a_refused_metric(metric):
    shared = dl.Plateau(dl.constant(1.0), factor=0.5, patience=0)
    last = dl.Plateau(dl.linear(1.0, 0.0, 4).ending("raise"), factor=0.5, patience=0)
    model = weight_model(keras.optimizers.SGD(0.1))
    rates = ScheduleCallback({"learning_rate": shared, "momentum": last}, start=4)
    rates.set_model(model)
    before = rates.state_dict()
    with pytest.raises(TypeError, match="the metric val_loss must be one real number, got"):
        rates.on_epoch_end(0, {"val_loss": metric})
    rates._start += 1
    with pytest.raises(ValueError, match="5"):
        rates.on_epoch_end(0, {"val_loss": 1.0})
    np.testing.assert_equal(rates.state_dict(), before)


def test_a_plateau_of_two_hyperparameters_learns_each_metric_once():
    shared = dl.Plateau(dl.constant(1.0), factor=0.5, patience=1)
    rates = ScheduleCallback({"learning_rate": shared, "momentum": shared})
    rates.set_model(weight_model(keras.optimizers.SGD(0.1)))
    for _ in range(2):
        rates.on_epoch_end(0, {"val_loss": 1.0})
    assert shared.state_dict()["bad"] == 1


def test_a_state_that_is_refused_changes_no_plateau():
    sources = {n: dl.Plateau(dl.constant(1.0)) for n in ("learning_rate", "momentum")}
    rates = ScheduleCallback(sources)
    wrong = rates.state_dict()
    wrong["plateaus"]["learning_rate"]["bad"] = np.asarray(2)
    wrong["plateaus"]["momentum"]["bad"] = np.asarray(-1)
    before = rates.state_dict()
    with pytest.raises(ValueError, match="state: bad must be"):
        rates.load_state_dict(wrong)
    np.testing.assert_equal(rates.state_dict(), before)
