#include "engine_plateau.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "arithmetic/float_environment.h"
#include "plateau/plateau.h"

#include <map>

namespace py = pybind11;

namespace decaylr {
namespace {

using Arrays = std::map<std::string, py::array>;

const py::array& named(const Arrays& arrays, const std::string& name) {
    const auto found = arrays.find(name);
    if (found == arrays.end()) throw py::value_error("needs an array named " + name);
    return found->second;
}

// A C-contiguous array of one element per run, or of `row` per run.
template <class Real>
Real* state_of(const Arrays& arrays, const std::string& name, Int size) {
    const py::array& array = named(arrays, name);
    const bool fits = py::isinstance<py::array_t<Real>>(array) && array.writeable() &&
                      (array.flags() & py::array::c_style) && array.size() == size;
    if (!fits) throw py::value_error(name + " must be a writable C-contiguous array that fits");
    return static_cast<Real*>(const_cast<void*>(array.data()));
}

PlateauColumn column_of(const Arrays& arrays, const std::string& name, Int runs) {
    const py::array& array = named(arrays, name);
    const bool fits = py::isinstance<py::array_t<double>>(array) &&
                      (array.flags() & py::array::c_style) &&
                      (array.size() == 1 || array.size() == runs);
    if (!fits) throw py::value_error(name + " must be one float64, or one per run");
    return {static_cast<const double*>(array.data()), array.size() == 1 ? 0 : 1};
}

const std::map<std::string, PlateauRule>& rules() {
    static const std::map<std::string, PlateauRule> known = {
        {"torch", PlateauRule::torch},   {"keras", PlateauRule::keras},
        {"optax", PlateauRule::optax},   {"paddle", PlateauRule::paddle},
        {"thinc", PlateauRule::thinc},   {"greedy", PlateauRule::greedy},
    };
    return known;
}

PlateauParameters parameters_of(const std::string& rule, bool highest, bool relative,
                                Int window_size, const Arrays& arrays, Int runs) {
    const auto known = rules().find(rule);
    if (known == rules().end()) throw py::value_error("unknown rule " + rule);
    if (window_size < 0) throw py::value_error("window_size must be >= 0");
    PlateauParameters p;
    p.rule = known->second;
    p.highest = highest;
    p.relative = relative;
    p.window_size = window_size;
    const auto column = [&](const char* name) { return column_of(arrays, name, runs); };
    p.factor = column("factor");
    p.patience = column("patience");
    p.cooldown = column("cooldown");
    p.threshold = column("threshold");
    p.min_value = column("min_value");
    p.max_value = column("max_value");
    p.eps = column("eps");
    p.atol = column("atol");
    p.accumulation_size = column("accumulation_size");
    p.min_scale = column("min_scale");
    p.warmup = column("warmup");
    p.reset_start = column("reset_start");
    return p;
}

void update(const std::string& rule, bool highest, bool relative, Int window_size,
            const Arrays& parameters, const Arrays& state,
            const py::array_t<double, py::array::c_style>& base,
            const py::array_t<double, py::array::c_style>& metrics) {
    const Int runs = base.size();
    if (metrics.size() != runs) throw py::value_error("needs one metric per run");
    const PlateauParameters p =
        parameters_of(rule, highest, relative, window_size, parameters, runs);
    const auto reals = [&](const char* name) { return state_of<double>(state, name, runs); };
    const auto counts = [&](const char* name) { return state_of<Int>(state, name, runs); };
    const PlateauState s{reals("scale"),    reals("best"),
                         reals("sum"),      reals("kept"),
                         state_of<double>(state, "window", runs * window_size),
                         counts("seen"),    counts("bad"),    counts("good"),
                         counts("cooldown"), counts("warmup"), counts("resets")};
    const FloatEnvironment exact;
    // With the GIL: two threads updating one plateau must not interleave.
    update_plateau(p, s, base.data(), metrics.data(), runs);
}

}  // namespace

void bind_plateau(py::module_& module) {
    module.def("update_plateau", &update, py::arg("rule"), py::arg("highest"),
               py::arg("relative"), py::arg("window_size"), py::arg("parameters"),
               py::arg("state"), py::arg("base"), py::arg("metrics"),
               "Update metric-driven scales in place with one metric per run.");
    module.def("plateau_rules", [] {
        py::list names;
        for (const auto& [name, rule] : rules()) names.append(name);
        return names;
    }, "The rules of metric-driven scales.");
}

}  // namespace decaylr
