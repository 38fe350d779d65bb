"""JAX: optax and the libraries that train with it."""

import pickle

import numpy as np

from tests.plugs.table import plug

WRITE = "`decaylr.jax.schedule(s)`"


def updated(transformation, parameters, steps, state, jit=True):
    """The rates of compiled updates with gradients of 1, from the optimizer's state if given."""
    import jax

    ones = jax.tree.map(jax.numpy.ones_like, parameters)
    inner = transformation.init(parameters) if state is None else pickle.loads(state)
    update = jax.jit(transformation.update) if jit else transformation.update
    used = []
    for _ in range(steps):
        changes, inner = update(ones, inner, parameters)
        used.append(-float(np.ravel(jax.tree.leaves(changes)[0])[0]))
    return used, pickle.dumps(inner)


@plug(
    "optax", "jax", "optax",
    point="`learning_rate`, a function of the count",
    write=WRITE,
    resumed="the count is in optax's state",
    dtype="float32",
)  # fmt: skip
def optax(s, steps, state):
    import jax
    import optax

    import decaylr.jax

    made = optax.sgd(decaylr.jax.schedule(s))
    return updated(made, {"w": jax.numpy.ones(2)}, steps, state)


@plug(
    "optax, without `jit`", "jax", "optax",
    point="`learning_rate`, a function of the count",
    write="`s` itself",
    resumed="the count is in optax's state",
    dtype="float32",
)  # fmt: skip
def optax_eager(s, steps, state):
    import jax
    import optax

    return updated(optax.sgd(s), {"w": jax.numpy.ones(2)}, steps, state, jit=False)


@plug(
    "optax, `inject_hyperparams`", "jax", "optax",
    point="any hyperparameter, a function of the count",
    write="`inject_hyperparams(optax.adamw)(rate, weight_decay=decaylr.jax.schedule(s))`",
    resumed="the count is in optax's state",
    dtype="float32",
)  # fmt: skip
def optax_injected(s, steps, state):
    import jax
    import optax

    import decaylr.jax

    made = optax.inject_hyperparams(optax.adamw)(0.1, weight_decay=decaylr.jax.schedule(s))
    parameters = {"w": jax.numpy.ones(2)}
    inner = made.init(parameters) if state is None else pickle.loads(state)
    used = []
    for _ in range(steps):
        _, inner = jax.jit(made.update)(parameters, inner, parameters)
        used.append(float(inner.hyperparams["weight_decay"]))
    return used, pickle.dumps(inner)


@plug(
    "JAX, `lax.scan`", "jax",
    point="the step inside compiled code",
    write="`decaylr.jax.schedule(s)(step)`",
    resumed="the step is the state",
    dtype="float32",
)  # fmt: skip
def scanned(s, steps, state):
    import jax

    import decaylr.jax

    rate, begin = decaylr.jax.schedule(s), state or 0
    _, used = jax.lax.scan(lambda step, _: (step + 1, rate(step)), begin, None, length=steps)
    return used.tolist(), begin + steps


@plug(
    "JAX, `example_libraries.optimizers`", "jax",
    point="`step_size`, a function of the iteration",
    write=WRITE,
    resumed="the iteration is the caller's",
    dtype="float32",
)  # fmt: skip
def example_libraries(s, steps, state):
    import jax
    from jax.example_libraries import optimizers

    import decaylr.jax

    init, update, value = optimizers.sgd(decaylr.jax.schedule(s))
    begin, used = state or 0, []
    for i in range(begin, begin + steps):
        zeros = init(jax.numpy.zeros(1))
        used.append(-float(value(jax.jit(update)(i, jax.numpy.ones(1), zeros))[0]))
    return used, begin + steps


@plug(
    "Flax NNX", "jax", "optax", "flax",
    point="`nnx.Optimizer(model, tx)`, an optimizer of optax",
    write="`optax.sgd(decaylr.jax.schedule(s))`",
    resumed="`nnx.state`, `nnx.update`",
    dtype="float32",
)  # fmt: skip
def flax(s, steps, state):
    import jax
    import optax
    from flax import nnx

    import decaylr.jax

    model = nnx.Linear(1, 1, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.sgd(decaylr.jax.schedule(s)), wrt=nnx.Param)
    if state is not None:
        nnx.update(optimizer, state)
    used = []
    for _ in range(steps):
        nnx.update(model, jax.tree.map(jax.numpy.zeros_like, nnx.state(model)))
        optimizer.update(model, jax.tree.map(jax.numpy.ones_like, nnx.state(model, nnx.Param)))
        used.append(-float(model.bias[...][0]))
    return used, nnx.state(optimizer)


@plug(
    "Equinox", "jax", "optax", "equinox",
    point="an optimizer of optax over `eqx.filter(model, eqx.is_array)`",
    write="`optax.sgd(decaylr.jax.schedule(s))`",
    resumed="the count is in optax's state",
    dtype="float32",
)  # fmt: skip
def equinox(s, steps, state):
    import equinox
    import jax
    import optax

    import decaylr.jax

    model = equinox.nn.Linear(1, 1, key=jax.random.key(0))
    parameters = equinox.filter(model, equinox.is_array)
    return updated(optax.sgd(decaylr.jax.schedule(s)), parameters, steps, state)


@plug(
    "Haiku", "jax", "optax", "haiku",
    point="an optimizer of optax over the transformed function's parameters",
    write="`optax.sgd(decaylr.jax.schedule(s))`",
    resumed="the count is in optax's state",
    dtype="float32",
)  # fmt: skip
def haiku(s, steps, state):
    import haiku
    import jax
    import optax

    import decaylr.jax

    model = haiku.without_apply_rng(haiku.transform(lambda x: haiku.Linear(1)(x)))
    parameters = model.init(jax.random.key(0), jax.numpy.ones((1, 1)))
    return updated(optax.sgd(decaylr.jax.schedule(s)), parameters, steps, state)


@plug(
    "NumPyro", "jax", "numpyro",
    point="`numpyro.optim.SGD(step_size)`, a function of the iteration",
    write=WRITE,
    resumed="the iteration is in NumPyro's state",
    dtype="float32",
)  # fmt: skip
def numpyro(s, steps, state):
    import jax
    from numpyro.optim import SGD

    import decaylr.jax

    optimizer = SGD(decaylr.jax.schedule(s))
    count = 0 if state is None else state
    used = []
    for _ in range(steps):
        _, inner = optimizer.init(jax.numpy.zeros(1))
        count, inner = optimizer.update(jax.numpy.ones(1), (jax.numpy.asarray(count), inner))
        used.append(-float(optimizer.get_params((count, inner))[0]))
    return used, count
