// Every kind of node through every route of the core, without Python in the way: the
// program to run under sanitizers. Exits with 1 at the first bit that differs; else prints a
// digest of all bits, to compare builds and machines.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "folds/fold.h"
#include "specs.h"

using namespace decaylr;
using namespace decaylr::specs;

namespace {

std::uint64_t digest = 14695981039346656037u;  // FNV-1a, a value at a time

void require_same(const char* kind, const char* route, Run run, Int p, double got, double want) {
    digest = (digest ^ detail::bits_of(want)) * 1099511628211u;
    if (std::memcmp(&got, &want, sizeof got) == 0) return;
    std::printf("%s by %s, run %lld, position %lld: %a instead of %a\n", kind, route,
                static_cast<long long>(run), static_cast<long long>(p), got, want);
    std::exit(1);
}

void check_tables(const char* kind, const Program& program, Int steps) {
    for (const Int stride : {1, 3}) {
        for (const Layout layout : {Layout::runs, Layout::steps}) {
            const bool far = generator() % 4 == 0;  // up to the largest position
            const Int near = static_cast<Int>(generator() % 500);
            const Int start = far ? max_int - (steps - 1) * stride : near;
            const Window w{0, runs, start, stride, steps};
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
            check_tables(kind.name, program, 700);
            check_tables(kind.name, program, 9);
            check_lookups(kind.name, program);
            check_folds(kind.name, program);
        }
    }
    std::printf("every route gives the same bits: %016llx\n",
                static_cast<unsigned long long>(digest));
    return 0;
}
