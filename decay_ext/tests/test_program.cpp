// Every kind of node through every route of the core, without Python in the way: the
// program to run under sanitizers. Exits with 1 at the first bit that differs; else prints a
// digest of all bits, to compare builds and machines.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "folds/fold.h"
#include "laws/laws.h"
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

// Any positions of a run: consecutive ones, others, and real ones.
void check_positions(const char* kind, const Program& program) {
    constexpr Int count = 9000;
    std::vector<Int> positions(count);
    std::vector<double> reals(count), values(count);
    for (Int i = 0; i < count; ++i) {
        const bool together = i % 500 > 250 && i > 0;
        const Int any = static_cast<Int>(generator() % 3000);
        const auto at = static_cast<std::size_t>(i);
        positions[at] = together ? positions[at - 1] + 1 : any;
        reals[at] = static_cast<double>(any) + (i % 2 == 0 ? 0.5 : 0.0);
    }
    const std::vector<Run> last(count, runs - 1);
    const Lookup whole{positions.data(), nullptr, 1, last.data(), 1, count};
    program.gather(whole, 2, values.data());
    for (std::size_t i = 0; i < count; ++i) {
        const double want = program.root().at(runs - 1, positions[i]);
        require_same(kind, "positions", runs - 1, positions[i], values[i], want);
    }
    const Lookup any{nullptr, reals.data(), 1, last.data(), 1, count};
    program.gather(any, 2, values.data());
    for (std::size_t i = 0; i < count; ++i) {
        const double want = program.root().at_real(runs - 1, reals[i]);
        require_same(kind, "real positions", runs - 1, positions[i], values[i], want);
    }
}

double any_real(double low, double high) {
    return low + (high - low) * (static_cast<double>(generator() % 1000001) * 1e-6);
}

Grid any_grid() {
    switch (generator() % 6) {
        case 0: return whole_positions;
        case 1: return Grid({0.25, 0.0});
        case 2: return whole_positions.since(make_boundary(any_real(0.0, 1.0))).grid;
        case 3: return whole_positions.scaled({any_real(0.1, 3.0), 0.0}, {1.0, 0.0});
        case 4: return whole_positions.scaled({3.0, 0.0}, {any_real(1.0, 9.0), 0.0});
        default: {
            const Boundary by = make_boundary(any_real(0.0, 300.0));
            const double times = any_real(0.5, 2.0), over = any_real(0.5, 2.0);
            return whole_positions.advanced(by).grid.scaled({times, 0.0}, {over, 0.0});
        }
    }
}

// Runs at numbers of their own.
void check_lanes(const char* kind, const Program& program) {
    constexpr Int near[] = {0, 1, 7, 8, 62, 63, 64, 65, 127, 128, 129};
    for (int round = 0; round < 8; ++round) {
        const int many = 1 + static_cast<int>(generator() % many_lanes);
        const Int count = std::array<Int, 4>{1, 2, 10, few_steps}[generator() % 4];
        std::vector<Grid> grids(many_lanes);
        std::vector<Lane> lanes(many_lanes);
        std::vector<double> values(static_cast<std::size_t>(many_lanes * count));
        const bool same = generator() % 3 == 0;
        for (int i = 0; i < many; ++i) {
            const auto at = static_cast<std::size_t>(i);
            grids[at] = same ? whole_positions : any_grid();
            const Int number = generator() % 2 ? near[generator() % std::size(near)]
                                               : static_cast<Int>(generator() % 1200);
            const bool far = generator() % 64 == 0;
            lanes[at] = {static_cast<Run>(generator() % runs), &grids[at],
                         far ? (Int{1} << 51) + number : number};
        }
        program.root().fill_lanes(lanes.data(), many, count, values.data(), many_lanes);
        for (int i = 0; i < many; ++i) {
            const Lane& lane = lanes[static_cast<std::size_t>(i)];
            for (Int k = 0; k < count; ++k) {
                const double want = program.root().at(lane.run, *lane.grid, lane.number + k);
                const double got = values[static_cast<std::size_t>(k * many_lanes + i)];
                require_same(kind, "lanes", lane.run, lane.number + k, got, want);
            }
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

void require(bool holds, const char* kind, const char* what, Run run, const Window& w) {
    if (holds) return;
    std::printf("%s: %s of run %lld from %lld on, %lld steps\n", kind, what,
                static_cast<long long>(run), static_cast<long long>(w.start),
                static_cast<long long>(w.steps));
    std::exit(1);
}

bool near(double got, double want, double size) {
    return got == want || std::fabs(got - want) <= 0x1p-44 * size + 0x1p-1060;
}

// Every figure of a fold, from the values themselves.
void check_figures(const char* kind, const Program& program, const Window& w) {
    const auto n = static_cast<std::size_t>(w.steps);
    std::vector<double> table(static_cast<std::size_t>(runs) * n);
    program.table(w, Layout::runs, 1, table.data());
    double first[runs], peak[runs], last[runs], total[runs], half[runs], momenta[runs];
    double areas[runs], totals[2 * runs];
    Int peak_at[runs], below[runs], counts[runs];
    const Int places[] = {w.steps / 2, w.steps - 1};
    fold_extremes(program, w, 1, {first, peak, last, total, peak_at});
    for (Run r = 0; r < runs; ++r) half[r] = 0.5 * peak[r], momenta[r] = 0.9;
    first_below(program, w, 1, peak_at, half, below);
    count_below(program, w, 1, half, counts);
    annealing(program, w, 1, momenta, areas);
    totals_at(program, w, 1, places, 2, totals);
    for (Run r = 0; r < runs; ++r) {
        const double* values = table.data() + static_cast<std::size_t>(r) * n;
        double highest = values[0], sum = 0.0, size = 0.0, until_half = 0.0, m = 0.0, area = 0.0;
        Int at = 0, under = 0, found = -1;
        for (Int i = 0; i < w.steps; ++i) {
            const double v = values[i];
            if (v > highest) highest = v, at = i;
            under += v < half[r];
            sum += v, size += std::fabs(v);
            if (i == places[0]) until_half = sum;
            m = 0.9 * m + (i > 0 ? values[i - 1] - v : 0.0);
            area += m;
        }
        for (Int i = w.steps - 1; i >= at; --i) if (values[i] <= half[r]) found = w.start + i;
        require(first[r] == values[0] && last[r] == values[n - 1], kind, "ends", r, w);
        require(peak[r] == highest && peak_at[r] == w.start + at, kind, "peak", r, w);
        require(below[r] == found && counts[r] == under, kind, "half", r, w);
        require(near(total[r], sum, size), kind, "total", r, w);
        require(near(areas[r], area, 20.0 * size), kind, "annealing area", r, w);
        require(near(totals[2 * r], until_half, size), kind, "part of a total", r, w);
        require(totals[2 * r + 1] == total[r], kind, "whole of a total", r, w);
    }
}

// Losses by a law, at many positions by one call on several threads and at each alone. Rates that
// the law refuses are refused by every call that reads them.
template <int width, class Law>
void check_law(const char* kind, const Law& law) {
    const Int at[] = {0, 1, 500, 1023, 1024, 1025, 2500};
    constexpr Int count = sizeof at / sizeof *at;
    std::vector<double> together(runs * count * width), alone(runs * width);
    try {
        law(Losses{at, count, together.data()}, ThreadBudget(4));
    } catch (const std::domain_error&) {
        return;
    }
    for (Int i = 0; i < count; ++i) {
        law(Losses{at + i, 1, alone.data()}, ThreadBudget(1));
        for (Run r = 0; r < runs; ++r) {
            for (int j = 0; j < width; ++j) {
                require_same(kind, "law", r, at[i], alone[static_cast<std::size_t>(r * width + j)],
                             together[static_cast<std::size_t>((r * count + i) * width + j)]);
            }
        }
    }
}

void check_laws(const char* kind, const Program& program) {
    for (const Int since : {0, 700}) {
        const AnnealingLaw first{2.6, 0.4, 0.55, 0.4, 0.99, 0.1, since};
        check_law<3>(kind, [&](const Losses& losses, ThreadBudget budget) {
            annealing_law(program, losses, budget, first);
        });
        const MultiPower second{2.6, 0.6, 0.45, 3.0, 2.1, 0.6, 0.65, 0.1, since};
        const Functional third{2.6, 0.6, 0.45, 3.0, 1.0, 2.0, 0.6, 0.1, since};
        for (const bool slopes : {false, true}) {
            const auto by_second = [&](const Losses& losses, ThreadBudget budget) {
                multi_power(program, losses, budget, second, slopes);
            };
            const auto by_third = [&](const Losses& losses, ThreadBudget budget) {
                functional(program, losses, budget, third, slopes);
            };
            if (slopes) check_law<8>(kind, by_second), check_law<8>(kind, by_third);
            else check_law<1>(kind, by_second), check_law<1>(kind, by_third);
        }
    }
    check_law<3>(kind, [&](const Losses& losses, ThreadBudget budget) {
        convex_bound(program, losses, budget);
    });
}

// Nodes whose lengths, boundaries and steps lie a little before a position.
Spec spec_before(const Kind& kind, Int position) {
    const auto end = static_cast<std::uint64_t>(position);
    const auto fit = [end](Spec s) {
        auto& c = s.columns;
        if (generator() % 2) c["steps"] = whole(runs, end - 300, end);
        if (generator() % 3 == 0) c["steps"] = reals(1, 1, 20.0, 900.0);
        if (generator() % 2) c["step_size"] = c["decay_steps"] = whole(1, 1, 4);
        if (generator() % 4 == 0) c["step_size"] = c["decay_steps"] = whole(1, end - 99, end);
        if (generator() % 2) s.options["staircase"] = "true";
        if (generator() % 2) c.erase("end_value"), c["end_value"] = reals(runs, 1, 0.0, 0.2);
        return s;
    };
    if (kind.curve) return fit(curve_spec(kind.name));
    Spec s = combinator_spec(kind.name);
    auto& c = s.columns;
    c["boundary0"] = whole(runs, 1, 4);
    c["boundary1"] = whole(runs, end - 300, end);
    c["by"] = whole(runs, 1, end);
    c["every"] = generator() % 2 ? whole(1, 1, 90) : whole(1, end - 300, end);
    if (generator() % 2) c["period"] = c["length"] = whole(runs, end - 300, end);
    if (generator() % 2) c["period_scale"] = reals(1, 1, 1.0, 1.0);
    if (generator() % 2) c["value_scale"] = reals(1, 1, 1.0, 1.0);
    for (NodePtr& child : s.children) {
        for (;;) {
            const Kind& inside = kinds()[generator() % kinds().size()];
            if (!inside.curve) continue;
            child = make_node(fit(curve_spec(inside.name)));
            break;
        }
    }
    return s;
}

// Folds and tables where the sum of two positions does not fit an int64.
void check_far_folds() {
    const Int ends[] = {Int{1} << 53, Int{1} << 55, Int{1} << 62, max_int};
    for (int round = 0; round < 12; ++round) {
        for (const Kind& kind : kinds()) {
            for (const Int end : ends) {
                const Program program(make_node(spec_before(kind, end)), runs);
                for (const Int steps : {1, 2, 7, 64, 200, 513, 700}) {
                    const Int after = end == max_int ? 0 : static_cast<Int>(generator() % 99);
                    const Int back = static_cast<Int>(generator() % 99) % steps;
                    const Int last = std::min(end - back, max_int - after) + after;
                    check_figures(kind.name, program, {0, runs, last - (steps - 1), 1, steps});
                }
                check_figures(kind.name, program, {0, runs, end - 199, 1, 200});
            }
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
            check_positions(kind.name, program);
            check_lanes(kind.name, program);
            check_folds(kind.name, program);
            check_laws(kind.name, program);
        }
    }
    check_far_folds();
    std::printf("every route gives the same bits: %016llx\n",
                static_cast<unsigned long long>(digest));
    return 0;
}
