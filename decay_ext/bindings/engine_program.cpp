#include "engine_program.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "arithmetic/float_environment.h"
#include "registry/registry.h"

namespace py = pybind11;

namespace decaylr {
namespace {

constexpr int deepest = 512;  // nodes on a path: what any thread's stack holds with ease

std::shared_ptr<const void> keep(const py::array& array) {
    auto* held = new py::array(array);
    return {held->data(), [held](const void*) {
                py::gil_scoped_acquire gil;
                delete held;
            }};
}

// A parameter of shape (1 or runs, list length).
Column make_column(const py::array& array, Run runs, const std::string& name) {
    const bool integers = py::isinstance<py::array_t<Int>>(array);
    if (!integers && !py::isinstance<py::array_t<double>>(array)) {
        throw py::type_error(name + " must be a float64 or int64 array");
    }
    const bool rows_fit = array.ndim() == 2 && (array.shape(0) == 1 || array.shape(0) == runs);
    if (!rows_fit || !(array.flags() & py::array::c_style)) {
        throw py::value_error(name + " must be a C-contiguous array of one row, or one per run");
    }
    Column column;
    column.length = array.shape(1);
    column.stride = array.shape(0) == 1 ? 0 : column.length;
    column.owner = keep(array);
    if (integers) column.integers = static_cast<const Int*>(array.data());
    else column.reals = static_cast<const double*>(array.data());
    return column;
}

// What a node is made of in Python: (kind, runs, columns, options, children).
struct Built {
    NodePtr node;
    Run runs;
};

void check_select(const Spec& spec, const std::vector<Run>& child_runs) {
    const Column& part = spec.column("part");
    const Column& row = spec.column("row");
    for (Run run = 0; run < spec.runs; ++run) {
        const Int p = part.integer(run);
        if (p < 0 || p >= static_cast<Int>(child_runs.size()) || row.integer(run) < 0 ||
            row.integer(run) >= child_runs[static_cast<std::size_t>(p)]) {
            throw py::index_error("select points outside its parts at run " + std::to_string(run));
        }
    }
}

Built build(const py::tuple& data, int depth) {
    if (depth > deepest) {
        throw py::value_error("a schedule must be nested at most " + std::to_string(deepest) +
                              " deep");
    }
    Spec spec;
    spec.kind = data[0].cast<std::string>();
    spec.runs = data[1].cast<Run>();
    if (spec.runs < 1) throw py::value_error("a program needs at least one run");
    for (const auto& [name, array] : data[2].cast<std::map<std::string, py::array>>()) {
        spec.columns[name] = make_column(array, spec.runs, spec.kind + "." + name);
    }
    spec.options = data[3].cast<std::map<std::string, std::string>>();
    std::vector<Run> child_runs;
    for (const auto& child : data[4].cast<py::list>()) {
        const Built built = build(child.cast<py::tuple>(), depth + 1);
        if (spec.kind != "select" && built.runs != 1 && built.runs != spec.runs) {
            throw py::value_error("the runs of a child must be 1 or those of its parent");
        }
        spec.children.push_back(built.node);
        child_runs.push_back(built.runs);
    }
    if (spec.kind == "select") check_select(spec, child_runs);
    return {make_node(spec), spec.runs};
}

}  // namespace

std::unique_ptr<Program> make_program(const py::tuple& data) {
    const FloatEnvironment exact;
    const Built built = build(data, 0);
    return std::make_unique<Program>(built.node, built.runs);
}

}  // namespace decaylr
