#include "curves/interpolate.h"
#include "curves/plateaus.h"
#include "registry/registry.h"

namespace decaylr {

std::vector<Kind> curves_of_lists() {
    return {
        curve<Step>("step"),
        curve<MultiStep>("multi_step"),
        curve<PiecewiseConstant>("piecewise_constant"),
        curve<Interpolate>("interpolate"),
        curve<Samples>("samples"),
    };
}

}  // namespace decaylr
