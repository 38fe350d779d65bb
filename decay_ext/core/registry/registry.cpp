// The kinds of nodes by name. Their code is instantiated in *_curves.cpp and combinators.cpp, each
// compiled separately: in one file, compilers would stop inlining small functions into the hot
// loops.
#include "registry/registry.h"

#include <stdexcept>

namespace decaylr {

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> table = [] {
        std::vector<Kind> all = curves_by_blocks();
        for (const auto& more : {curves_by_division(), curves_of_lists(), combinators()}) {
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }();
    return table;
}

NodePtr make_node(const Spec& spec) {
    for (const Kind& kind : kinds()) {
        if (spec.kind == kind.name) return kind.make(spec);
    }
    throw std::invalid_argument("unknown kind of node: " + spec.kind);
}

}  // namespace decaylr
