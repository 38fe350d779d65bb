#include "engine_laws.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "engine_calls.h"
#include "laws/laws.h"

#include <array>

namespace py = pybind11;

namespace decaylr {
namespace {

using Positions = py::array_t<Int, py::array::c_style>;
using Constants = std::array<double, 7>;

// An array of the losses of each run, then position, then `width` numbers, filled by
// work(losses, budget) without the GIL, after the schedule has accepted the positions.
template <class Work>
py::array_t<double> filled(const Program& program, const Positions& at, Threads threads, int width,
                           Work&& work) {
    const Int count = at.size();
    const Int* positions = at.data();
    for (Int i = 0; i < count; ++i) {
        if (positions[i] < (i > 0 ? positions[i - 1] : 0) || positions[i] == max_int) {
            throw py::value_error("positions must ascend from 0 on");
        }
    }
    py::array_t<double> out({program.runs(), count, Int{width}});
    if (count == 0) return out;
    const Losses losses{positions, count, out.mutable_data()};
    const Unlocked unlocked;
    program.check({0, program.runs(), 0, 1, positions[count - 1] + 1});
    work(losses, budget_of(threads));
    return out;
}

py::array_t<double> by_multi_power(const Program& program, const Positions& at, Threads threads,
                                   const Constants& c, double warmup_sum, Int drops_from,
                                   bool slopes) {
    const MultiPower law{c[0], c[1], c[2], c[3], c[4], c[5], c[6], warmup_sum, drops_from};
    return filled(program, at, threads, slopes ? 8 : 1, [&](const Losses& l, ThreadBudget budget) {
        multi_power(program, l, budget, law, slopes);
    });
}

py::array_t<double> by_functional(const Program& program, const Positions& at, Threads threads,
                                  const Constants& c, double warmup_sum, Int drops_from,
                                  bool slopes) {
    const Functional law{c[0], c[1], c[2], c[3], c[4], c[5], c[6], warmup_sum, drops_from};
    return filled(program, at, threads, slopes ? 8 : 1, [&](const Losses& l, ThreadBudget budget) {
        functional(program, l, budget, law, slopes);
    });
}

py::array_t<double> by_annealing(const Program& program, const Positions& at, Threads threads,
                                 const std::array<double, 5>& c, double warmup_sum,
                                 Int drops_from) {
    const AnnealingLaw law{c[0], c[1], c[2], c[3], c[4], warmup_sum, drops_from};
    return filled(program, at, threads, 3, [&](const Losses& l, ThreadBudget budget) {
        annealing_law(program, l, budget, law);
    });
}

py::array_t<double> by_convex_bound(const Program& program, const Positions& at, Threads threads) {
    return filled(program, at, threads, 3, [&](const Losses& l, ThreadBudget budget) {
        convex_bound(program, l, budget);
    });
}

}  // namespace

void bind_laws(py::module_& module) {
    const auto bind = [&](const char* name, auto function) {
        module.def(name, function, py::arg("program"), py::arg("positions"), py::arg("threads"),
                   py::arg("constants"), py::arg("warmup_sum"), py::arg("drops_from"),
                   py::arg("slopes"), "Losses, each perhaps followed by its seven derivatives.");
    };
    bind("multi_power", &by_multi_power);
    bind("functional", &by_functional);
    module.def("annealing_law", &by_annealing, py::arg("program"), py::arg("positions"),
               py::arg("threads"), py::arg("constants"), py::arg("warmup_sum"),
               py::arg("drops_from"), "Losses, each followed by S1 and S2.");
    module.def("convex_bound", &by_convex_bound, py::arg("program"), py::arg("positions"),
               py::arg("threads"), "The three terms of the bound.");
}

}  // namespace decaylr
