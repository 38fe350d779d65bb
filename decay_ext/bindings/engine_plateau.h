// The part of decaylr._engine that updates metric-driven scales.
#pragma once

#include <pybind11/pybind11.h>

namespace decaylr {

void bind_plateau(pybind11::module_& module);

}  // namespace decaylr
