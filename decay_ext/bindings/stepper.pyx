# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=True
# cython: auto_pickle=False, autotestdict=False, freethreading_compatible=True
"""decaylr._stepper: the value at one position, and the walk from step to step."""

cimport cython
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

import numpy as np


cdef extern from "Python.h":
    int64_t PyLong_AsLongLongAndOverflow(object, int*) except? -1


cdef extern from "<atomic>" namespace "std" nogil:
    enum memory_order:
        memory_order_release
    void atomic_thread_fence(memory_order)


cdef extern from "tree/node.h" namespace "decaylr" nogil:
    cdef cppclass Node:
        double at(int64_t, int64_t)
        double at_real(int64_t, double)
        void fill(int64_t, int64_t, int64_t, double*)
        void fill_across_runs(int64_t, int64_t, int64_t, int64_t, double*, int64_t)
        bint refuses()
        void check(int64_t, int64_t) except +ValueError


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

    def __call__(self, position, out=None):
        """Value at a position: see `Schedule`."""
        cdef int overflow = 0
        cdef int64_t whole
        cdef double real
        if self.node != NULL and out is None:
            if type(position) is int:
                whole = PyLong_AsLongLongAndOverflow(position, &overflow)
                if overflow == 0 and whole >= 0:
                    return self.node.at(0, whole)
            elif type(position) is float:
                real = position
                if 0.0 <= real < TWO_63:
                    whole = <int64_t>real
                    if <double>whole == real:
                        return self.node.at(0, whole)
                    return self.node.at_real(0, real)
        return self._evaluate(position, out)


cdef class Cursor:
    """Walks a schedule position by position.

    A cursor is for one thread; threads that share one take turns and stay within its memory.

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
    cdef double[:, ::1] values
    cdef int64_t ahead  # rows of `table`
    cdef int64_t filled, row
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
        self.views = [row.reshape(shape) for row in self.table]
        for view in self.views:
            view.flags.writeable = False
        self._move(start)

    cdef int _move(self, int64_t position) except -1:
        cdef int64_t run, runs = self.values.shape[1]
        if self.node.refuses():
            for run in range(runs):
                self.node.check(run, position)
        with nogil:
            self.node.fill_across_runs(0, runs, position, 1, &self.values[0, 0], runs)
        self.position = position
        self.filled = 1
        self.row = 0
        self.shown = False
        return 0

    cdef int _look_ahead(self) except -1:
        """Fill the table from the next position on."""
        cdef int64_t first = self.position + 1
        cdef int64_t count = min(self.ahead, LAST_POSITION - self.position)
        if self.single:
            self.node.fill(0, first, count, &self.values[0, 0])
        else:
            rows = self.table[:count]
            self.program.table(0, self.values.shape[1], first, 1, count, True, (1, True), rows)
        self.filled = count
        self.row = 0
        return 0

    @property
    def value(self):
        """Value at the current position."""
        with cython.critical_section(self):
            if self.single:
                return self.values[self.row, 0]
            return self.views[self.row]

    def step(self):
        """Advance by one position."""
        with cython.critical_section(self):
            self._step()

    cdef int _step(self) except -1:
        if self.position == LAST_POSITION:
            raise ValueError("position must be below 2**63, got 2**63")
        if self.ahead == 1:
            return self._move(self.position + 1)
        if self.row + 1 < self.filled:
            self.row += 1
        else:
            self._look_ahead()
        self.position += 1
        self.shown = False
        return 0

    def seek(self, position):
        """Go to any position, an integer from 0 to 2**63 - 1."""
        from decaylr.checks import position_index

        cdef int64_t wanted = position_index("position", position)
        with cython.critical_section(self):
            self._move(wanted)

    def __iter__(self):
        return self

    def __next__(self):
        """The value here at first, then one position further at each call."""
        with cython.critical_section(self):
            if self.shown:
                self._step()
            self.shown = True
            return self.values[self.row, 0] if self.single else self.views[self.row].copy()

    def __repr__(self):
        return f"<Cursor at position {self.position}>"
