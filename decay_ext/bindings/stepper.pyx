# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=True
# cython: auto_pickle=False, autotestdict=False, freethreading_compatible=True
"""decaylr._stepper: the value at one position, and the walk from step to step."""

cimport cython
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

from _thread import RLock

import numpy as np


cdef extern from "Python.h":
    int64_t PyLong_AsLongLongAndOverflow(object, int*) except? -1


cdef extern from "<atomic>" namespace "std" nogil:
    enum memory_order:
        memory_order_release
    void atomic_thread_fence(memory_order)


cdef extern from "tree/node.h" namespace "decaylr" nogil:
    cdef cppclass Node:
        bint refuses()


cdef extern from "exact_calls.h" namespace "decaylr" nogil:
    double exact_at(const Node*, int64_t, int64_t) except +
    double exact_at_real(const Node*, int64_t, double) except +
    void exact_fill(const Node*, int64_t, int64_t, int64_t, double*) except +
    void exact_values(const Node*, int64_t, int64_t, double*) except +
    void exact_check(const Node*, int64_t, int64_t) except +


cdef extern from "interface.h":
    int DECAYLR_INTERFACE
    const char* DECAYLR_HEADERS


BUILD = (DECAYLR_INTERFACE, DECAYLR_HEADERS.decode())  # compared by decaylr._engine


cdef extern from *:
    """
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    #include <cpuid.h>
    /* What setup.py compiles with and older compilers cannot ask for by name: bits of ecx. */
    static int decaylr_x86_has_the_rest(void) {
        const unsigned plain = bit_MOVBE | bit_POPCNT | bit_F16C, extended = bit_LZCNT;
        unsigned a, b, c, d;
        if (!__get_cpuid(1, &a, &b, &c, &d) || (c & plain) != plain) return 0;
        return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & extended) == extended;
    }
    static int decaylr_x86_level(void) {
        __builtin_cpu_init();
        if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
            !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
            !decaylr_x86_has_the_rest()) return 0;
        if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
            !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
            !__builtin_cpu_supports("avx512vl")) return 3;
        return 4;
    }
    #else
    static int decaylr_x86_level(void) { return 0; }
    #endif
    """
    int decaylr_x86_level()


def instruction_sets():
    """The builds of the core that this processor can run, the best one last."""
    names = ["baseline"]
    if decaylr_x86_level() >= 3:
        names.append("x86-64-v3")
    if decaylr_x86_level() >= 4:
        names.append("x86-64-v4")
    return names


cdef double TWO_63 = 9223372036854775808.0
cdef int64_t LAST_POSITION = 9223372036854775807
cdef int64_t MOST_AHEAD = 64  # positions: a block of the curves
cdef int64_t MOST_VALUES_AHEAD = 1 << 23  # 64 MiB
cdef int64_t FEW_RUNS = 4096  # evaluated before anybody would notice a signal


cdef class Evaluator:
    """Base of `Schedule`: answers a plain number at once, hands all else to `_evaluate`."""

    cdef const Node* node
    cdef object program

    def _bind(self, program):
        """Take the fast path through a program of a single run that refuses no position.

        The first program stays: other threads may be inside its node.
        """
        with cython.critical_section(self):
            if self.node != NULL:
                return
            self.program = program
            atomic_thread_fence(memory_order_release)  # who sees the node sees all of it
            self.node = <const Node*>PyCapsule_GetPointer(program._root(), "decaylr.Node")

    def __call__(self, position=None, out=None):
        """Value at a position: see `Schedule`; Keras calls what it does not know with none."""
        cdef int overflow = 0
        cdef int64_t whole
        cdef double real
        if self.node != NULL and out is None:
            if type(position) is int:
                whole = PyLong_AsLongLongAndOverflow(position, &overflow)
                if overflow == 0 and whole >= 0:
                    return exact_at(self.node, 0, whole)
            elif type(position) is float:
                real = position
                if 0.0 <= real < TWO_63:
                    whole = <int64_t>real
                    if <double>whole == real:
                        return exact_at(self.node, 0, whole)
                    return exact_at_real(self.node, 0, real)
        return self._evaluate(position, out)


cdef class Cursor:
    """Walks a schedule position by position.

    Several threads may step one cursor: each call of `step` moves it by one position, each `next`
    gives another position's value. The array that `value` returns is then overwritten by the steps
    of all of them.

    A step that is left by an exception, such as KeyboardInterrupt, has not moved the cursor.

    Attributes
    ----------
    value : float or ndarray
        Value at the current position. For a batch a read-only view of `.shape`, valid
        until the next `step` or `seek`.
    position : int
        Where the cursor stands.

    Examples
    --------
    >>> import decaylr as dl
    >>> cursor = dl.linear(1.0, 0.0, 4).cursor()
    >>> cursor.value
    1.0
    >>> cursor.step()
    >>> cursor.position, cursor.value
    (1, 0.75)
    """

    cdef const Node* node
    cdef object program
    cdef object table  # the next positions of every run: what a step shows is there already
    cdef object views
    cdef object lock  # held while the table is filled, which may free Python's own lock
    cdef double[:, ::1] values
    cdef int64_t ahead  # rows of `table`
    cdef int64_t filled  # those that hold values; none while they are written, or if that failed
    cdef int64_t row  # the one at `position`
    cdef bint single
    cdef bint shown
    cdef readonly int64_t position

    def __init__(self, program, shape, int64_t start):
        self.program = program
        self.node = <const Node*>PyCapsule_GetPointer(program._root(), "decaylr.Node")
        runs = program.runs
        # A schedule that refuses a position does so when the cursor gets there.
        most = min(MOST_AHEAD, max(MOST_VALUES_AHEAD // runs, 1))
        self.ahead = 1 if self.node.refuses() else most
        self.table = np.empty((self.ahead, runs))
        self.values = self.table
        self.single = shape == ()
        self.lock = RLock()
        self.views = [row.reshape(shape) for row in self.table]
        for view in self.views:
            view.flags.writeable = False
        self._fill(start, 1)

    cdef int _fill(self, int64_t first, int64_t count) except -1:
        """Fill the table from a position on and go there; with `lock` held."""
        cdef int64_t runs = self.values.shape[1]
        if runs <= FEW_RUNS:
            exact_check(self.node, runs, first)  # of one that refuses, `count` is 1
        with cython.critical_section(self):
            self.filled = 0
        if self.single:
            exact_fill(self.node, 0, first, count, &self.values[0, 0])
        elif count == 1 and runs <= FEW_RUNS:
            exact_values(self.node, runs, first, &self.values[0, 0])
        else:
            self.program.table(0, runs, first, 1, count, True, (1, True), self.table[:count])
        with cython.critical_section(self):
            self.position = first
            self.filled = count
            self.row = 0
            self.shown = False
        return 0

    cdef bint _reach_next(self):
        """Step to a row that is filled, if there is one."""
        with cython.critical_section(self):
            if self.row + 1 >= self.filled:
                return False
            self.row += 1
            self.position += 1
            self.shown = False
            return True

    cdef int _advance(self) except -1:
        """Step, where the table may have to be filled first."""
        with self.lock:
            if self._reach_next():  # another thread has filled it
                return 0
            if self.position == LAST_POSITION:
                raise ValueError("position must be below 2**63, got 2**63")
            self._fill(self.position + 1, min(self.ahead, LAST_POSITION - self.position))
        return 0

    cdef int _restore(self) except -1:
        """Fill the table where filling it has failed, or another thread does."""
        with self.lock:
            if self.filled == 0:
                shown = self.shown
                self._fill(self.position, 1)
                self.shown = shown
        return 0

    @property
    def value(self):
        """Value at the current position."""
        while True:
            with cython.critical_section(self):
                if self.filled > 0:
                    return self.values[self.row, 0] if self.single else self.views[self.row]
            self._restore()

    def step(self):
        """Advance by one position."""
        if not self._reach_next():
            self._advance()

    def seek(self, position):
        """Go to any position, an integer from 0 to 2**63 - 1."""
        from decaylr.checks import position_index

        cdef int64_t to = position_index("position", position)
        with self.lock:
            self._fill(to, 1)

    def __iter__(self):
        return self

    def __next__(self):
        """The value here at first, then one position further at each call."""
        with self.lock:  # another thread must not step before the copy is made
            if self.shown:
                self.step()
            value = self.value
            self.shown = True
            return value if self.single else value.copy()

    def __repr__(self):
        return f"<Cursor at position {self.position}>"
