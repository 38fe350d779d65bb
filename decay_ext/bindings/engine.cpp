// decaylr._core_*: compiled programs, evaluated from Python.
//
// Every array is checked here for kind, shape and contiguity before a pointer is
// taken; what the values mean is checked by the Python constructors.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "combinators/repeat.h"
#include "engine_calls.h"
#include "engine_laws.h"
#include "engine_plateau.h"
#include "engine_program.h"
#include "folds/fold.h"
#include "interface.h"
#include "registry/registry.h"

#include <cstdlib>
#include <optional>
#include <thread>

namespace py = pybind11;

namespace decaylr {
namespace {

Window make_window(const Program& program, Run first_run, Run runs, Int start, Int stride,
                   Int steps) {
    const bool runs_fit = first_run >= 0 && runs >= 0 && first_run <= program.runs() - runs;
    const bool steps_fit = start >= 0 && stride >= 1 && steps >= 0 &&
                           (steps == 0 || (steps - 1) <= (max_int - start) / stride);
    if (!runs_fit || !steps_fit) throw py::value_error("window outside the program");
    return {first_run, runs, start, stride, steps};
}

template <class Real>
Real* writable(const py::array& out, Int size) {
    if (!py::isinstance<py::array_t<Real>>(out) || !(out.flags() & py::array::c_style) ||
        !out.writeable() || out.size() != size) {
        throw py::value_error("out must be a writable C-contiguous array that fits");
    }
    return static_cast<Real*>(const_cast<void*>(out.data()));
}

void table(const Program& program, Run first_run, Run runs, Int start, Int stride, Int steps,
           bool by_steps, Threads threads, const py::array& out) {
    const Window window = make_window(program, first_run, runs, start, stride, steps);
    const Layout layout = by_steps ? Layout::steps : Layout::runs;
    const auto evaluate = [&](auto* to) {
        const Unlocked unlocked;
        program.check(window);
        program.table(window, layout, budget_of(threads), to);
    };
    if (py::isinstance<py::array_t<float>>(out)) evaluate(writable<float>(out, runs * steps));
    else evaluate(writable<double>(out, runs * steps));
}

// The positions of a lookup; TypeError for other dtypes.
Lookup lookup_of(const py::array& positions) {
    if (!(positions.flags() & py::array::c_style)) {
        throw py::value_error("positions must be C-contiguous");
    }
    Lookup lookup;
    lookup.stride = positions.size() == 1 ? 0 : 1;
    if (py::isinstance<py::array_t<Int>>(positions)) {
        lookup.integers = static_cast<const Int*>(positions.data());
    } else if (py::isinstance<py::array_t<double>>(positions)) {
        lookup.reals = static_cast<const double*>(positions.data());
    } else {
        throw py::type_error("positions must be int64 or float64");
    }
    return lookup;
}

// The index of the first of some numbers that is not in place, else -1. Chunks are looked at as a
// whole, without branches, so that compilers vectorize the loop.
template <class T, class InPlace>
Int first_out_of_place(const T* numbers, Int count, InPlace&& in_place) {
    constexpr Int chunk = 256;
    for (Int from = 0; from < count; from += chunk) {
        const int n = static_cast<int>(std::min(chunk, count - from));
        int fits = 1;
        for (int i = 0; i < n; ++i) fits &= in_place(numbers[from + i]) ? 1 : 0;
        if (fits) continue;
        for (Int i = from;; ++i) {
            if (!in_place(numbers[i])) return i;
        }
    }
    return -1;
}

// The index of the first position outside [0, 2^63), else -1.
Int first_misplaced(const py::array& positions) {
    const FloatEnvironment exact;
    const Lookup lookup = lookup_of(positions);
    const Int count = positions.size();
    if (lookup.integers) {
        return first_out_of_place(lookup.integers, count, [](Int p) { return p >= 0; });
    }
    return first_out_of_place(lookup.reals, count,
                              [](double p) { return p >= 0.0 && p < two_63; });
}

// Evaluates positions (one, or one per value) for the given runs, or run i for value i. Returns the
// index of the first position outside [0, 2^63), else -1.
Int gather(const Program& program, const py::array& positions,
            const std::optional<py::array_t<Run, py::array::c_style>>& runs, Threads threads,
            const py::array& out) {
    Lookup lookup = lookup_of(positions);
    lookup.count = out.size();
    if (positions.size() != 1 && positions.size() != lookup.count) {
        throw py::value_error("positions must be one, or one per value");
    }
    lookup.run_stride = program.runs() == 1 ? 0 : 1;
    if (runs) {
        if (runs->size() != lookup.count) throw py::value_error("runs must be one per value");
        const Run all = program.runs();
        const auto inside = [all](Run run) { return run >= 0 && run < all; };
        if (first_out_of_place(runs->data(), lookup.count, inside) >= 0) {
            throw py::index_error("run outside the program");
        }
        lookup.runs = runs->data();
    } else if (lookup.run_stride == 1 && lookup.count > program.runs()) {
        throw py::index_error("more values than runs");
    }
    double* to = writable<double>(out, lookup.count);
    const Unlocked unlocked;
    program.check(lookup);
    return program.gather(lookup, budget_of(threads), to);
}

template <class Real>
py::array_t<Real> per_run(const Program& program) {
    return py::array_t<Real>(program.runs());
}

Window whole(const Program& program, Int start, Int steps) {
    return make_window(program, 0, program.runs(), start, 1, steps);
}

// Runs `work(window, budget)` without the GIL, after the schedule has accepted the positions.
template <class Work>
void folded(const Program& program, Int start, Int steps, Threads threads, Work&& work) {
    const Window window = whole(program, start, steps);
    const Unlocked unlocked;
    program.check(window);
    work(window, budget_of(threads));
}

py::tuple fold(const Program& program, Int start, Int steps, Threads threads) {
    auto initial = per_run<double>(program), peak = per_run<double>(program);
    auto final_value = per_run<double>(program), total = per_run<double>(program);
    auto peak_at = per_run<Int>(program);
    const Extremes out{initial.mutable_data(), peak.mutable_data(), final_value.mutable_data(),
                       total.mutable_data(), peak_at.mutable_data()};
    folded(program, start, steps, threads,
           [&](const Window& w, ThreadBudget budget) { fold_extremes(program, w, budget, out); });
    return py::make_tuple(initial, peak, peak_at, final_value, total);
}

template <class Real>
const Real* one_per_run(const Program& program, const py::array_t<Real, py::array::c_style>& in) {
    if (in.size() != program.runs()) throw py::value_error("needs one element per run");
    return in.data();
}

using Reals = py::array_t<double, py::array::c_style>;
using Ints = py::array_t<Int, py::array::c_style>;

py::array_t<Int> below(const Program& program, Int start, Int steps, Threads threads,
                       const Ints& from, const Reals& limit) {
    auto out = per_run<Int>(program);
    const Int* begin = one_per_run(program, from);
    const double* limits = one_per_run(program, limit);
    Int* to = out.mutable_data();
    folded(program, start, steps, threads, [&](const Window& w, ThreadBudget budget) {
        first_below(program, w, budget, begin, limits, to);
    });
    return out;
}

py::array_t<Int> counts(const Program& program, Int start, Int steps, Threads threads,
                        const Reals& limit) {
    auto out = per_run<Int>(program);
    const double* limits = one_per_run(program, limit);
    Int* to = out.mutable_data();
    folded(program, start, steps, threads, [&](const Window& w, ThreadBudget budget) {
        count_below(program, w, budget, limits, to);
    });
    return out;
}

py::array_t<double> annealed(const Program& program, Int start, Int steps, Threads threads,
                             const Reals& momentum) {
    auto out = per_run<double>(program);
    const double* momenta = one_per_run(program, momentum);
    double* to = out.mutable_data();
    folded(program, start, steps, threads, [&](const Window& w, ThreadBudget budget) {
        annealing(program, w, budget, momenta, to);
    });
    return out;
}

void require_ascending(const Ints& indices, Int steps) {
    for (Int i = 0; i < indices.size(); ++i) {
        const Int index = indices.data()[i];
        if (index < 0 || index >= steps || (i > 0 && index < indices.data()[i - 1])) {
            throw py::value_error("indices must ascend within the window");
        }
    }
}

py::array_t<double> annealed_at(const Program& program, Int start, Int steps, Threads threads,
                                const Reals& momentum, const Ints& indices) {
    require_ascending(indices, steps);
    const Int count = indices.size();
    py::array_t<double> out({program.runs(), count});
    const double* momenta = one_per_run(program, momentum);
    const Int* at = indices.data();
    double* to = out.mutable_data();
    folded(program, start, steps, threads, [&](const Window& w, ThreadBudget budget) {
        annealing_at(program, w, budget, momenta, at, count, to);
    });
    return out;
}

py::array_t<double> totals(const Program& program, Int start, Int steps, Threads threads,
                           const Ints& indices) {
    require_ascending(indices, steps);
    const Int count = indices.size();
    py::array_t<double> out({program.runs(), count});
    const Int* at = indices.data();
    double* to = out.mutable_data();
    folded(program, start, steps, threads, [&](const Window& w, ThreadBudget budget) {
        totals_at(program, w, budget, at, count, to);
    });
    return out;
}

__attribute__((noinline)) double total_of_cycles(double period, double growth, double count, bool whole) {
    return RepeatRow(make_boundary(period), growth, 1.0, 0.0, make_boundary(count), whole).total();
}
double cycles_total(double period, double growth, double count, bool whole) {
    const FloatEnvironment exact;
    return total_of_cycles(period, growth, count, whole);
}

py::list kind_names(bool curves) {
    py::list names;
    for (const Kind& kind : kinds()) {
        if (kind.curve == curves) names.append(kind.name);
    }
    return names;
}

py::dict build_info() {
    py::dict info;
#if defined(__clang__)
    info["compiler"] = "clang " __clang_version__;
#elif defined(__GNUC__)
    info["compiler"] = "gcc " __VERSION__;
#else
    info["compiler"] = "unknown";
#endif
#if defined(__AVX512F__)
    info["instruction_set"] = "x86-64-v4";
#elif defined(__AVX2__)
    info["instruction_set"] = "x86-64-v3";
#else
    info["instruction_set"] = "baseline";
#endif
#if defined(NDEBUG)
    info["assertions"] = false;
#else
    info["assertions"] = true;
#endif
    info["processors"] = std::thread::hardware_concurrency();
    return info;
}

// A context in which NumPy's arithmetic rounds to nearest and keeps subnormal numbers, too.
class Environment {
   public:
    void enter() { held_.emplace(); }
    void leave(const py::args&) { held_.reset(); }

   private:
    std::optional<FloatEnvironment> held_;
};

// The values of variables of the environment, each None where it is not set.
py::tuple variables(const py::args& names) {
    py::tuple values(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const char* value = std::getenv(names[i].cast<std::string>().c_str());
        values[i] = value ? py::object(py::bytes(value)) : py::object(py::none());
    }
    return values;
}

py::tuple threads_at_work() { return py::make_tuple(active_threads(), peak_active_threads()); }

py::capsule root_capsule(const Program& program) {
    return py::capsule(static_cast<const void*>(&program.root()), "decaylr.Node");
}

}  // namespace

// Without the GIL: programs are immutable, each call has its own output, and what threads share
// (the waypoints of growing cycles, the budget of threads) is atomic or behind a mutex.
PYBIND11_MODULE(DECAYLR_MODULE, m, py::mod_gil_not_used()) {
    m.doc() = "Compiled programs: tables, lookups and folds of schedules.";
    py::class_<Program>(m, "Program", py::module_local())
        .def(py::init(&make_program), py::arg("data"))
        .def_property_readonly("runs", &Program::runs)
        .def_property_readonly("refuses", [](const Program& p) { return p.root().refuses(); })
        .def("_root", &root_capsule)
        .def("table", &table, py::arg("first_run"), py::arg("runs"), py::arg("start"),
             py::arg("stride"), py::arg("steps"), py::arg("by_steps"), py::arg("threads"),
             py::arg("out"))
        .def("gather", &gather, py::arg("positions"), py::arg("runs"), py::arg("threads"),
             py::arg("out"))
        .def("fold", &fold, py::arg("start"), py::arg("steps"), py::arg("threads"))
        .def("below", &below, py::arg("start"), py::arg("steps"), py::arg("threads"),
             py::arg("origin"), py::arg("limit"))
        .def("counts", &counts, py::arg("start"), py::arg("steps"), py::arg("threads"),
             py::arg("limit"))
        .def("annealing", &annealed, py::arg("start"), py::arg("steps"), py::arg("threads"),
             py::arg("momentum"))
        .def("annealing_at", &annealed_at, py::arg("start"), py::arg("steps"), py::arg("threads"),
             py::arg("momentum"), py::arg("indices"))
        .def("totals", &totals, py::arg("start"), py::arg("steps"), py::arg("threads"),
             py::arg("indices"));
    py::class_<Environment>(m, "FloatEnvironment", py::module_local())
        .def(py::init<>())
        .def("__enter__", &Environment::enter)
        .def("__exit__", &Environment::leave);
    m.attr("BUILD") = py::make_tuple(DECAYLR_INTERFACE, DECAYLR_HEADERS);
    m.def("first_misplaced", &first_misplaced, py::arg("positions"),
          "Index of the first position outside [0, 2**63), or -1.");
    m.def("cycles_total", py::vectorize(&cycles_total), py::arg("period"), py::arg("growth"),
          py::arg("count"), py::arg("whole"), "Where the last of `count` cycles ends.");
    m.def("curve_names", [] { return kind_names(true); }, "The curves of the core.");
    m.def("combinator_names", [] { return kind_names(false); }, "The combinators of the core.");
    bind_plateau(m);
    bind_laws(m);
    m.def("variables", &variables, "Values of variables of the environment, None if not set.");
    m.def("threads_at_work", &threads_at_work,
          "How many work on long calls now, and the most at once since this was last asked.");
    m.def("build_info", &build_info, "Compiler, instruction set and processors.");
}

}  // namespace decaylr
