// The part of decaylr._engine that predicts losses from schedules.
#pragma once

#include <pybind11/pybind11.h>

namespace decaylr {

void bind_laws(pybind11::module_& module);

}  // namespace decaylr
