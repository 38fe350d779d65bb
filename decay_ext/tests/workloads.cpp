// Fixed pieces of work on every path of the core, for counting instructions: the first argument
// names one; without any the names are printed. What `measured` calls is what counts.
#include <cstdio>
#include <functional>

#include "folds/fold.h"
#include "specs.h"

using namespace decaylr;
using namespace decaylr::specs;

namespace {

struct Workload {
    std::string name;
    std::function<void()> work;
};

struct Buffers {
    std::vector<double> wide = std::vector<double>(1 << 20);
    std::vector<float> narrow = std::vector<float>(1 << 20);
    std::vector<Int> places = std::vector<Int>(1 << 12);
};

extern "C" __attribute__((noinline)) void measured(const std::function<void()>& work) { work(); }

std::shared_ptr<Program> program(const std::string& kind, Run count) {
    Spec s = spec(kind);
    for (const Kind& known : kinds()) {
        if (kind == known.name) s = known.curve ? curve_spec(kind) : combinator_spec(kind);
    }
    for (auto& [name, column] : s.columns) column.stride = 0;  // the first run's, for any count
    s.runs = count;
    return std::make_shared<Program>(make_node(s), count);
}

// Runs with parameters of their own.
std::shared_ptr<Program> sweep(const std::string& kind, Run count) {
    Spec s = spec(kind);
    s.runs = count;
    s.columns = curve_spec(kind).columns;
    for (const char* name : {"value", "init_value", "gamma", "decay_rate"}) {
        s.columns[name] = reals(count, 1, 0.9, 0.999);
    }
    s.columns["steps"] = whole(count, 200, 900);
    s.columns["power"] = reals(1, 1, 2.0, 2.0);
    s.columns["exponent"] = s.columns["k"] = reals(1, 1, 1.0, 1.0);
    for (auto& [name, column] : s.columns) {
        if (column.stride > 0 && column.length > 1) column.stride = 0;
    }
    return std::make_shared<Program>(make_node(s), count);
}

void table(const Program& p, Run rows, Int steps, Layout layout, double* out) {
    p.table({0, rows, 0, 1, steps}, layout, 1, out);
}

// Positions of the last run, `apart` from each other.
void look_up(const Program& p, Int apart, Buffers& to) {
    static const std::vector<Run> last(1024, p.runs() - 1);
    std::vector<Int> positions(last.size());
    for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<Int>(i) * apart % 1021;
    const Lookup lookup{positions.data(), nullptr, 1, last.data(), 1, 1024};
    p.gather(lookup, 1, to.wide.data());
}

// Combinators over linear curves whose parameters differ by run.
std::shared_ptr<Program> combined(const std::string& kind, Run count) {
    Spec s = combinator_spec(kind);
    s.runs = count;
    Spec child = curve_spec("linear");
    child.runs = count;
    child.columns["init_value"] = reals(count, 1, 0.9, 0.999);
    child.columns["end_value"] = reals(count, 1, 0.1, 0.2);
    child.columns["steps"] = whole(count, 200, 900);
    s.children.assign(kind == "join" ? 3 : 1, make_node(child));
    s.columns["boundary0"] = reals(count, 1, 10.0, 300.0);
    s.columns["boundary1"] = reals(count, 1, 300.0, 900.0);
    s.columns["by"] = reals(count, 1, 1.0, 90.0);
    s.columns["ratio"] = reals(count, 1, 0.7, 1.4);
    s.columns["period"] = reals(count, 1, 20.0, 90.0);
    s.columns["period_scale"] = reals(count, 1, 1.0, 1.5);
    s.columns["length"] = reals(count, 1, 20.0, 90.0);
    for (const char* name : {"count", "over"}) s.columns.erase(name);
    return std::make_shared<Program>(make_node(s), count);
}

std::vector<Workload> workloads(Buffers& to) {
    std::vector<Workload> all;
    for (const Kind& kind : kinds()) {
        const std::string name = kind.name;
        const auto long_rows = program(name, 4);
        all.push_back({"table " + name, [=, &to] {
                           table(*long_rows, 4, 4096, Layout::runs, to.wide.data());
                       }});
    }
    for (const std::string name : {"constant", "linear", "polynomial", "cosine", "exponential",
                                   "inverse", "rex", "step"}) {
        const auto many = sweep(name, 256);
        all.push_back({"short rows " + name, [=, &to] {
                           table(*many, 256, 100, Layout::runs, to.wide.data());
                       }});
        all.push_back({"by steps " + name, [=, &to] {
                           table(*many, 256, 64, Layout::steps, to.wide.data());
                       }});
        all.push_back({"float32 " + name, [=, &to] {
                           many->table({0, 256, 0, 1, 100}, Layout::runs, 1, to.narrow.data());
                       }});
        all.push_back({"one position " + name, [=, &to] {
                           static const Int at = 77;
                           many->gather({&at, nullptr, 0, nullptr, 1, 256}, 1, to.wide.data());
                       }});
        all.push_back({"ten positions " + name, [=, &to] {
                           many->table({0, 256, 70, 1, 10}, Layout::runs, 1, to.wide.data());
                       }});
        all.push_back({"any positions " + name, [=, &to] { look_up(*many, 97, to); }});
        all.push_back({"consecutive positions " + name, [=, &to] { look_up(*many, 1, to); }});
        all.push_back({"fold " + name, [=, &to] {
                           double* out = to.wide.data();
                           fold_extremes(*many, {0, 16, 0, 1, 5000}, 1,
                                         {out, out + 16, out + 32, out + 48, to.places.data()});
                       }});
        all.push_back({"annealing " + name, [=, &to] {
                           static const std::vector<double> momentum(256, 0.99);
                           annealing(*many, {0, 16, 0, 1, 1000}, 1, momentum.data(),
                                     to.wide.data());
                       }});
        const auto single = program(name, 1);
        all.push_back({"scalar " + name, [=, &to] {
                           for (Int p = 0; p < 256; ++p) to.wide[p] = single->root().at(0, p);
                       }});
    }
    for (const std::string name : {"join", "advance", "stretch", "repeat", "ending"}) {
        const auto many = combined(name, 256);
        all.push_back({"one position " + name, [=, &to] {
                           static const Int at = 777;
                           many->gather({&at, nullptr, 0, nullptr, 1, 256}, 1, to.wide.data());
                       }});
        all.push_back({"ten positions " + name, [=, &to] {
                           many->table({0, 256, 770, 1, 10}, Layout::runs, 1, to.wide.data());
                       }});
        all.push_back({"any positions " + name, [=, &to] { look_up(*many, 97, to); }});
    }
    return all;
}

}  // namespace

int main(int count, char** arguments) {
    Buffers buffers;
    for (const Workload& one : workloads(buffers)) {
        if (count < 2) std::puts(one.name.c_str());
        else if (one.name == arguments[1]) return measured(one.work), 0;
    }
    return count < 2 ? 0 : 2;
}
