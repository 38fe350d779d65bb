// Parameters as columns: one value (stride 0) or one value per run.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tree/position.h"

namespace decaylr {

// A view of a parameter; `owner` keeps the caller's array alive.
struct Column {
    const double* reals = nullptr;
    const Int* integers = nullptr;  // set instead of `reals` for int64 data
    Int stride = 0;                 // elements from run to run: 0 or `length`
    Int length = 1;                 // elements per run: above 1 for list parameters
    std::shared_ptr<const void> owner;

    double operator()(Run run, Int i = 0) const {
        const Int at = run * stride + i;
        return reals ? reals[at] : static_cast<double>(integers[at]);
    }
    // Whether all runs have this value, seen from the column's shape.
    bool is(double value) const { return stride == 0 && (*this)(0) == value; }
    // Those of `count` runs from `first` on.
    void read(Run first, int count, double* to) const {
        if (stride == 0) std::fill(to, to + count, (*this)(0));
        else if (reals) std::copy(reals + first, reals + first + count, to);
        else for (int i = 0; i < count; ++i) to[i] = static_cast<double>(integers[first + i]);
    }
    Boundary boundary(Run run, Int i = 0) const {
        const Int at = run * stride + i;
        return reals ? make_boundary(reals[at]) : make_boundary(integers[at]);
    }
    Int integer(Run run) const {
        return integers ? integers[run * stride] : static_cast<Int>(reals[run * stride]);
    }
};

class Node;
using NodePtr = std::shared_ptr<const Node>;

// What a node is made from: the compiled form of one Python node.
struct Spec {
    std::string kind;
    std::map<std::string, Column> columns;
    std::map<std::string, std::string> options;
    std::vector<NodePtr> children;
    Run runs = 1;

    bool has(const std::string& name) const { return columns.count(name) != 0; }
    const Column& column(const std::string& name) const {
        const auto found = columns.find(name);
        if (found == columns.end()) throw std::invalid_argument(kind + " needs " + name);
        return found->second;
    }
    Column column_or(const std::string& name, double fallback) const {
        if (has(name)) return column(name);
        auto value = std::make_shared<double>(fallback);
        Column column;
        column.reals = value.get();
        column.owner = value;
        return column;
    }
    bool flag(const std::string& name) const {
        const auto found = options.find(name);
        return found != options.end() && found->second == "true";
    }
    std::string option(const std::string& name, const std::string& fallback) const {
        const auto found = options.find(name);
        return found == options.end() ? fallback : found->second;
    }
};

}  // namespace decaylr
