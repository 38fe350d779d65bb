#include "curve_cosine.h"
#include "curve_exponential.h"
#include "curve_linear.h"
#include "curve_polynomial.h"
#include "registry.h"

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
