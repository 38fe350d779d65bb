// The one table of curves, and the combinators: what a program can be made of.
#pragma once

#include "tree/curve_node.h"

namespace decaylr {

struct Kind {
    const char* name;
    bool curve;  // a leaf; else a combinator
    NodePtr (*make)(const Spec&);
};

const std::vector<Kind>& kinds();

// Parts of the table.
std::vector<Kind> curves_by_blocks();
std::vector<Kind> curves_by_division();
std::vector<Kind> curves_of_lists();
std::vector<Kind> combinators();

template <class Curve>
Kind curve(const char* name) {
    return {name, true, [](const Spec& spec) -> NodePtr {
                return std::make_shared<CurveNode<Curve>>(spec);
            }};
}

template <class Combinator>
Kind combinator(const char* name) {
    return {name, false,
            [](const Spec& spec) -> NodePtr { return std::make_shared<Combinator>(spec); }};
}

// Makes a node; std::invalid_argument where the kind is unknown or a column is missing.
NodePtr make_node(const Spec& spec);

}  // namespace decaylr
