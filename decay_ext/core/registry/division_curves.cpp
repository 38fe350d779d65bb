#include "curves/inverse.h"
#include "curves/rex.h"
#include "curves/tanh.h"
#include "registry/registry.h"

namespace decaylr {

std::vector<Kind> curves_by_division() {
    return {
        curve<Inverse>("inverse"),
        curve<Rex>("rex"),
        curve<Tanh>("tanh"),
    };
}

}  // namespace decaylr
