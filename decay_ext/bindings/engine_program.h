// The part of decaylr._engine that builds programs from what Python says of a schedule.
#pragma once

#include <memory>

#include <pybind11/pybind11.h>

#include "evaluation/program.h"

namespace decaylr {

// Of nested tuples (kind, runs, columns, options, children).
std::unique_ptr<Program> make_program(const pybind11::tuple& data);

}  // namespace decaylr
