# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=True
# cython: auto_pickle=False, autotestdict=False, freethreading_compatible=True
"""decaylr._groups: hyperparameters of many parameter groups, written in one go at each step."""

cimport cython
from cpython.dict cimport PyDict_SetItem
from cpython.float cimport PyFloat_CheckExact, PyFloat_FromDouble
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t

import numpy as np


cdef extern from "tree/node.h" namespace "decaylr" nogil:
    cdef cppclass Node:
        pass


cdef extern from "exact_calls.h" namespace "decaylr" nogil:
    double exact_at_real(const Node*, int64_t, double) except +
    void exact_values(const Node*, int64_t, int64_t, double*) except +
    void exact_check(const Node*, int64_t, int64_t) except +
    void exact_check_real(const Node*, int64_t, double) except +


cdef extern from "interface.h":
    int DECAYLR_INTERFACE
    const char* DECAYLR_HEADERS


BUILD = (DECAYLR_INTERFACE, DECAYLR_HEADERS.decode())  # compared by decaylr._engine
LARGEST = 2**63 - 1
cdef object ABSENT = object()


cdef class Column:
    """One hyperparameter of every group: its place in a group and the run each group follows.

    Parameters
    ----------
    name : str
        How users call it, for messages.
    key : str
        Its key in a group.
    index : int
        Its place in the tuple at that key; -1 where the value itself is at the key.
    source : Program or function
        The program of the distinct runs, or a function from a position to their values.
    rows : sequence of int or None
        The run of each group; None where all groups follow the only one.
    """

    cdef readonly str name
    cdef readonly str key
    cdef readonly Py_ssize_t index
    cdef const Node* node
    cdef object source
    cdef int64_t[::1] rows
    cdef bint shared
    cdef double[::1] values
    cdef list boxed
    cdef list tensors

    def __init__(self, str name, str key, Py_ssize_t index, source, rows):
        self.name, self.key, self.index, self.source = name, key, index, source
        self.shared = rows is None
        rows = np.zeros(1, np.int64) if self.shared else np.array(rows, np.int64)
        self.rows = rows
        self.values = np.empty(int(rows.max()) + 1)
        self.boxed = []
        self.tensors = []
        if not callable(source):
            self.node = <const Node*>PyCapsule_GetPointer(source._root(), "decaylr.Node")

    cdef int expect(self, Py_ssize_t groups) except -1:
        """Refuse a number of groups that the runs were not made for."""
        if not self.shared and groups != self.rows.shape[0]:
            raise ValueError(
                f"schedule must have one run for each of the {groups} parameter groups, "
                f"got {self.rows.shape[0]} for {self.name}"
            )
        return 0

    cdef int evaluate(self, object position) except -1:
        """The values at a whole (int) or fractional (float) position."""
        cdef Py_ssize_t run, runs = self.values.shape[0]
        cdef int64_t whole
        cdef double fraction
        cdef const double[::1] found
        if self.node == NULL:
            found = np.ravel(self.source(position))
            self.values[:] = found
        elif type(position) is int:
            whole = position
            exact_check(self.node, runs, whole)
            exact_values(self.node, runs, whole, &self.values[0])
        else:
            fraction = position
            exact_check_real(self.node, runs, fraction)
            for run in range(runs):
                self.values[run] = exact_at_real(self.node, run, fraction)
        return 0

    cdef int box(self) except -1:
        """Python floats of the values, one for each distinct run."""
        cdef Py_ssize_t run
        self.boxed = [PyFloat_FromDouble(self.values[run]) for run in range(self.values.shape[0])]
        return 0

    def of_groups(self, Py_ssize_t groups):
        """The values last written, one for each group."""
        if self.shared:
            return self.boxed * groups
        return [self.boxed[row] for row in self.rows]


cdef class Writer:
    """Walks through training and writes the columns into the groups of an optimizer.

    The position is the exact fraction ``numerator / denominator`` and moves by
    ``stride / denominator``; a whole one is evaluated as an integer.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Its `param_groups` are read anew at each write.
    columns : list of Column
    numerator, denominator, stride : int
    tensor : type
        Values of this type are kept and filled, all others are replaced by floats.
    fill : function
        ``fill(tensors, values)`` puts each value into its tensor.
    """

    cdef object optimizer
    cdef readonly list columns
    cdef readonly object numerator
    cdef readonly object denominator
    cdef readonly object stride
    cdef object tensor
    cdef object fill

    def __init__(self, optimizer, list columns, numerator, denominator, stride, tensor, fill):
        self.optimizer, self.columns = optimizer, columns
        self.numerator, self.denominator, self.stride = numerator, denominator, stride
        self.tensor, self.fill = tensor, fill

    @property
    def position(self):
        """Where the training is: an int where it is whole, the nearest float elsewhere."""
        return self._position(self.numerator)

    cdef object _position(self, numerator):
        if self.denominator == 1:
            return numerator
        whole, rest = divmod(numerator, self.denominator)
        return whole if rest == 0 else numerator / self.denominator

    def step(self, count=1):
        """Advance by so many strides and write."""
        self.seek(self.numerator + count * self.stride)

    def seek(self, numerator):
        """Go to a position and write; a refused one changes nothing."""
        with cython.critical_section(self):
            self._seek(numerator)

    cdef int _seek(self, numerator) except -1:
        position = self._position(numerator)
        if position > LARGEST:
            raise ValueError(f"position must be at most {LARGEST}, got {position}")
        cdef list groups = self.optimizer.param_groups
        cdef Column column
        for column in self.columns:
            column.expect(len(groups))
        for column in self.columns:
            column.evaluate(position)
        self.numerator = numerator
        for column in self.columns:
            column.box()
            self._write(groups, column)
        return 0

    cdef int _write(self, list groups, Column column) except -1:
        cdef Py_ssize_t g
        cdef dict group
        cdef object value = column.boxed[0]
        cdef list tensors = [], values = []
        for g, item in enumerate(groups):
            group = <dict>item
            if not column.shared:
                value = column.boxed[column.rows[g]]
            current = group.get(column.key, ABSENT)
            if current is ABSENT:
                raise ValueError(f"param_groups[{g}] must have {column.key!r}, got {sorted(group)}")
            if column.index < 0 and PyFloat_CheckExact(current):
                PyDict_SetItem(group, column.key, value)
                continue
            slot = self._slot(column, g, group, current, value)
            if slot is not None:
                tensors.append(slot)
                values.append(value)
        if tensors:
            self.fill(tensors, values)
        return 0

    cdef object _slot(self, Column column, Py_ssize_t g, dict group, current, value):
        """Write what is not a plain float at its key; returns a tensor that is to be filled."""
        if column.index >= 0:
            current = current[column.index]
        if not isinstance(current, self.tensor):
            self._place(column, group, value)
            return None
        while len(column.tensors) <= g:
            column.tensors.append(None)
        if column.tensors[g] is not current:
            # one that other groups hold as well must not take their values
            if current.requires_grad or any(held is current for held in column.tensors):
                current = current.detach().clone()
                self._place(column, group, current)
            column.tensors[g] = current
        return current

    cdef int _place(self, Column column, dict group, value) except -1:
        if column.index < 0:
            group[column.key] = value
        else:
            old = group[column.key]
            group[column.key] = (*old[:column.index], value, *old[column.index + 1:])
        return 0

    def restore(self):
        """Put the tensors that were filled so far back into the groups, and write.

        Loading a state into an optimizer replaces its groups.
        """
        cdef Column column
        for column in self.columns:
            for group, kept in zip(self.optimizer.param_groups, column.tensors):
                if kept is not None:
                    self._place(column, group, kept)
        self.seek(self.numerator)

    def adopt(self, Writer other):
        """Take over another writer's tensors for the hyperparameters of the same name."""
        cdef Column column, old
        for column in self.columns:
            for old in other.columns:
                if old.name == column.name:
                    column.tensors = old.tensors
