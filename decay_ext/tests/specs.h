// Nodes of every kind with random parameters that fit them, always the same ones.
#pragma once

#include <random>

#include "registry/registry.h"

namespace decaylr::specs {

inline constexpr Run runs = 5;
inline std::mt19937_64 generator(20240607);

inline double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator);
}

inline Column reals(Run rows, Int length, double low, double high, bool ascending = false) {
    auto data = std::make_shared<std::vector<double>>();
    for (Run r = 0; r < rows; ++r) {
        double base = 0.0;
        for (Int i = 0; i < length; ++i) {
            const double x = uniform(low, high);
            data->push_back(ascending ? base += x : x);
        }
    }
    Column column;
    column.reals = data->data();
    column.length = length;
    column.stride = rows == 1 ? 0 : length;
    column.owner = data;
    return column;
}

inline Column whole(Run rows, std::uint64_t low, std::uint64_t high) {
    auto data = std::make_shared<std::vector<Int>>();
    for (Run r = 0; r < rows; ++r) {
        data->push_back(static_cast<Int>(low + generator() % (high - low)));
    }
    Column column;
    column.integers = data->data();
    column.stride = rows == 1 ? 0 : 1;
    column.owner = data;
    return column;
}

inline Spec spec(const std::string& kind) {
    Spec made;
    made.kind = kind;
    made.runs = runs;
    return made;
}

// A spec of the kind with parameters that fit it.
inline Spec curve_spec(const std::string& kind) {
    Spec s = spec(kind);
    auto& c = s.columns;
    c["value"] = c["init_value"] = reals(runs, 1, 0.1, 2.0);
    c["end_value"] = reals(1, 1, 0.0, 0.2);
    c["steps"] = whole(runs, 20, 900);
    c["power"] = reals(runs, 1, 0.4, 3.0);
    const bool plain = generator() % 2 == 0;  // the exponents that have paths of their own
    if (plain) c["power"] = reals(1, 1, 2.0, 2.0);
    c["exponent"] = c["k"] = plain ? reals(1, 1, 1.0, 1.0) : reals(1, 1, 0.5, 2.0);
    if (generator() % 2) c["k"] = reals(1, 1, 1.0, 1.0);
    if (generator() % 2) s.options["rise"] = "true";
    c["beta"] = reals(1, 1, 0.5, 2.0);
    c["lower"] = reals(1, 1, -6.0, -1.0);
    c["upper"] = reals(1, 1, 1.0, 4.0);
    c["gamma"] = c["decay_rate"] = reals(runs, 1, 0.9, 0.999);
    c["step_size"] = c["decay_steps"] = reals(1, 1, 3.0, 40.0);
    c["milestones"] = c["boundaries"] = reals(runs, 4, 10.0, 200.0, true);
    c["positions"] = reals(runs, 6, 10.0, 200.0, true);
    c["values"] = reals(runs, kind == "piecewise_constant" ? 5 : 6, 0.0, 1.0);
    s.options["kind"] = generator() % 2 ? "pchip" : "cubic";
    return s;
}

inline NodePtr any_curve() {
    for (;;) {
        const Kind& kind = kinds()[generator() % kinds().size()];
        if (kind.curve) return make_node(curve_spec(kind.name));
    }
}

inline Spec combinator_spec(const std::string& kind) {
    Spec s = spec(kind);
    auto& c = s.columns;
    c["boundary0"] = whole(runs, 0, 100);
    c["boundary1"] = reals(1, 1, 100.0, 300.0);
    c["divisor"] = reals(1, 1, 1.0, 2.0);
    c["lo"] = reals(1, 1, 0.0, 0.3);
    c["every"] = c["ratio"] = c["by"] = reals(1, 1, 0.5, 9.0);
    c["period"] = c["length"] = whole(runs, 5, 90);
    c["period_scale"] = reals(1, 1, 1.0, 1.8);
    c["value_scale"] = reals(1, 1, 0.5, 1.0);
    c["floor"] = reals(1, 1, 0.0, 0.1);
    c["part"] = whole(runs, 0, 3);
    c["row"] = whole(runs, 0, static_cast<std::uint64_t>(runs));
    s.options["mode"] = generator() % 2 ? "mirror" : "repeat";
    s.options["lengths"] = generator() % 2 ? "floor" : "real";
    for (int i = 0; i < 3; ++i) s.children.push_back(any_curve());
    return s;
}

}  // namespace decaylr::specs
