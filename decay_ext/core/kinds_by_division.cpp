#include "curve_inverse.h"
#include "curve_rex.h"
#include "curve_tanh.h"
#include "registry.h"

namespace decaylr {

std::vector<Kind> curves_by_division() {
    return {
        curve<Inverse>("inverse"),
        curve<Rex>("rex"),
        curve<Tanh>("tanh"),
    };
}

}  // namespace decaylr
