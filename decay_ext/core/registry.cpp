#include "registry.h"

#include "combine_positions.h"
#include "combine_repeat.h"
#include "combine_values.h"
#include "curve_cosine.h"
#include "curve_exponential.h"
#include "curve_interpolate.h"
#include "curve_polynomial.h"
#include "curve_rational.h"
#include "curve_tanh.h"

namespace decaylr {
namespace {

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

}  // namespace

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> table{
        curve<Constant>("constant"),
        curve<Linear>("linear"),
        curve<Polynomial>("polynomial"),
        curve<Cosine>("cosine"),
        curve<Exponential>("exponential"),
        curve<Inverse>("inverse"),
        curve<Rex>("rex"),
        curve<Tanh>("tanh"),
        curve<Step>("step"),
        curve<MultiStep>("multi_step"),
        curve<PiecewiseConstant>("piecewise_constant"),
        curve<Interpolate>("interpolate"),
        curve<Samples>("samples"),
        combinator<Join>("join"),
        combinator<Reduce<Add>>("sum"),
        combinator<Reduce<Multiply>>("product"),
        combinator<Reduce<Subtract>>("difference"),
        combinator<Quotient>("quotient"),
        combinator<Negative>("negative"),
        combinator<Clip>("clip"),
        combinator<Repeat>("repeat"),
        combinator<Staircase>("staircase"),
        combinator<Advance>("advance"),
        combinator<Stretch>("stretch"),
        combinator<Ending>("ending"),
        combinator<Select>("select"),
    };
    return table;
}

NodePtr make_node(const Spec& spec) {
    for (const Kind& kind : kinds()) {
        if (spec.kind == kind.name) return kind.make(spec);
    }
    throw std::invalid_argument("unknown kind of node: " + spec.kind);
}

}  // namespace decaylr
