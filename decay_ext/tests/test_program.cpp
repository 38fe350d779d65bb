// Every kind of node through every route of the core, without Python in the way: the
// program to run under sanitizers. Exits with 1 at the first bit that differs.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "core/fold.h"
#include "core/registry.h"

using namespace decaylr;

namespace {

constexpr Run runs = 5;
std::mt19937_64 generator(20240607);

double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator);
}

Column reals(Run rows, Int length, double low, double high, bool ascending = false) {
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

Column whole(Run rows, std::uint64_t low, std::uint64_t high) {
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

Spec spec(const std::string& kind) {
    Spec made;
    made.kind = kind;
    made.runs = runs;
    return made;
}

// A spec of the kind with parameters that fit it.
Spec curve_spec(const std::string& kind) {
    Spec s = spec(kind);
    auto& c = s.columns;
    c["value"] = c["init_value"] = reals(runs, 1, 0.1, 2.0);
    c["end_value"] = reals(1, 1, 0.0, 0.2);
    c["steps"] = whole(runs, 20, 900);
    c["power"] = reals(runs, 1, 0.4, 3.0);
    const bool plain = generator() % 2 == 0;  // the exponents that have paths of their own
    if (plain) c["power"] = reals(1, 1, 2.0, 2.0);
    c["exponent"] = c["k"] = plain ? reals(1, 1, 1.0, 1.0) : reals(1, 1, 0.5, 2.0);
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

NodePtr any_curve() {
    for (;;) {
        const Kind& kind = kinds()[generator() % kinds().size()];
        if (kind.curve) return make_node(curve_spec(kind.name));
    }
}

Spec combinator_spec(const std::string& kind) {
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

void require_same(const char* kind, const char* route, Run run, Int p, double got, double want) {
    if (std::memcmp(&got, &want, sizeof got) == 0) return;
    std::printf("%s by %s, run %lld, position %lld: %a instead of %a\n", kind, route,
                static_cast<long long>(run), static_cast<long long>(p), got, want);
    std::exit(1);
}

void check_tables(const char* kind, const Program& program) {
    for (const Int stride : {1, 3}) {
        for (const Layout layout : {Layout::runs, Layout::steps}) {
            const bool far = generator() % 4 == 0;  // up to the largest position
            const Int start = far ? max_int - 699 * stride : static_cast<Int>(generator() % 500);
            const Window w{0, runs, start, stride, 700};
            std::vector<double> table(static_cast<std::size_t>(runs * w.steps));
            std::vector<float> narrow(table.size());
            program.table(w, layout, 3, table.data());
            program.table(w, layout, 2, narrow.data());
            for (Run r = 0; r < runs; ++r) {
                for (Int k = 0; k < w.steps; ++k) {
                    const auto i = static_cast<std::size_t>(
                        layout == Layout::runs ? r * w.steps + k : k * runs + r);
                    const Int p = w.start + k * stride;
                    const double want = program.root().at(r, p);
                    require_same(kind, "table", r, p, table[i], want);
                    require_same(kind, "float table", r, p, narrow[i], static_cast<float>(want));
                }
            }
        }
    }
}

void check_lookups(const char* kind, const Program& program) {
    double one_each[runs];
    for (const Int p : {Int{0}, Int{77}, Int{1} << 40, max_int}) {
        const Lookup lookup{&p, nullptr, 0, nullptr, 1, runs};
        program.gather(lookup, 2, one_each);
        for (Run r = 0; r < runs; ++r) {
            require_same(kind, "gather", r, p, one_each[r], program.root().at(r, p));
        }
        const double real = static_cast<double>(p < max_int ? p : 0);
        const Lookup fractional{nullptr, &real, 0, nullptr, 1, runs};
        program.gather(fractional, 1, one_each);
        for (Run r = 0; r < runs; ++r) {
            const double want = program.root().at(r, static_cast<Int>(real));
            require_same(kind, "whole float", r, p, one_each[r], want);
        }
    }
}

void check_folds(const char* kind, const Program& program) {
    const Window w{0, runs, 3, 1, 9000};
    double figures[2][4][runs];
    Int peak_at[2][runs];
    for (const int threads : {1, 4}) {
        auto& f = figures[threads == 1 ? 0 : 1];
        fold_extremes(program, w, threads, {f[0], f[1], f[2], f[3], peak_at[threads == 1 ? 0 : 1]});
    }
    for (Run r = 0; r < runs; ++r) {
        for (int i = 0; i < 4; ++i) {
            require_same(kind, "fold", r, 0, figures[1][i][r], figures[0][i][r]);
        }
    }
}

}  // namespace

int main() {
    for (int round = 0; round < 8; ++round) {
        for (const Kind& kind : kinds()) {
            const Spec s = kind.curve ? curve_spec(kind.name) : combinator_spec(kind.name);
            const Program program(make_node(s), runs);
            check_tables(kind.name, program);
            check_lookups(kind.name, program);
            check_folds(kind.name, program);
        }
    }
    std::puts("every route gives the same bits");
    return 0;
}
