"""Gradient boosting: a rate for each tree."""

import json

import numpy as np

from tests.plugs.table import plug

X = np.arange(40.0).reshape(20, 2)
Y = X.sum(axis=1)


def boosted(callback, steps, state):
    import lightgbm

    used = []

    def record(environment):
        used.append(environment.params["learning_rate"])

    record.order, record.before_iteration = 20, True
    booster = lightgbm.train(
        {"verbose": -1, "min_data_in_leaf": 1, "num_threads": 1}, lightgbm.Dataset(X, Y), steps,
        init_model=state and state[0], callbacks=[callback, record],
    )  # fmt: skip
    return used, (booster, (state[1] if state else 0) + steps)


@plug(
    "LightGBM", "lightgbm",
    point="`reset_parameter(learning_rate=)`, a function of the iteration",
    write="`reset_parameter(learning_rate=s)`",
    resumed="`init_model=` counts from 0 again: `s.advance(done)`",
)  # fmt: skip
def lightgbm(s, steps, state):
    import lightgbm

    ours = s.advance(state[1]) if state else s
    return boosted(lightgbm.reset_parameter(learning_rate=ours), steps, state)


@plug(
    "LightGBM, list", "lightgbm",
    point="`reset_parameter(learning_rate=)`, a list",
    write="`reset_parameter(learning_rate=s.table(steps).tolist())`",
    resumed="`s.table(steps, start=done)`",
)  # fmt: skip
def lightgbm_list(s, steps, state):
    import lightgbm

    rates = s.table(steps, start=state[1] if state else 0).tolist()
    return boosted(lightgbm.reset_parameter(learning_rate=rates), steps, state)


@plug(
    "XGBoost", "xgboost",
    point="`callback.LearningRateScheduler`, a function of the iteration",
    write='`{"eta": s(0)}`, `LearningRateScheduler(s.advance(1))`: it sets the next rate',
    resumed="`xgb_model=` counts from 0 again: `s.advance(done)` in the place of `s`",
    dtype="float32",
)  # fmt: skip
def xgboost(s, steps, state):
    import xgboost

    used = []

    class Record(xgboost.callback.TrainingCallback):
        def before_iteration(self, model, epoch, evals_log):
            learner = json.loads(model.save_config())["learner"]["gradient_booster"]
            used.append(float(learner["tree_train_param"]["learning_rate"]))
            return False

    ours = s.advance(state[1]) if state else s
    callbacks = [xgboost.callback.LearningRateScheduler(ours.advance(1)), Record()]
    booster = xgboost.train(
        {"nthread": 1, "eta": ours(0)}, xgboost.DMatrix(X, Y), steps, callbacks=callbacks,
        xgb_model=state and state[0],
    )  # fmt: skip
    return used, (booster, (state[1] if state else 0) + steps)
