// The one table of curves, and the combinators: what a program can be made of.
#pragma once

#include "node.h"

namespace decaylr {

struct Kind {
    const char* name;
    bool curve;  // a leaf; else a combinator
    NodePtr (*make)(const Spec&);
};

const std::vector<Kind>& kinds();

// Makes a node; std::invalid_argument where the kind is unknown or a column is missing.
NodePtr make_node(const Spec& spec);

}  // namespace decaylr
