#include "curves/cosine.h"
#include "curves/exponential.h"
#include "curves/linear.h"
#include "curves/polynomial.h"
#include "registry/registry.h"

namespace decaylr {

std::vector<Kind> curves_by_blocks() {
    return {
        curve<Constant>("constant"),
        curve<Linear>("linear"),
        curve<Polynomial>("polynomial"),
        curve<Cosine>("cosine"),
        curve<Exponential>("exponential"),
    };
}

}  // namespace decaylr
