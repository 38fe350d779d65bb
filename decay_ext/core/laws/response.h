// How far the loss has followed a drop of the rate: 1 - (1 + x)^-beta.
#pragma once

#include "laws/lane_powers.h"

namespace decaylr {

struct Response {
    double gain;       // 1 - (1 + x)^-beta
    double by_power;   // its derivative with respect to beta
    double by_log;     // that with respect to log x
};

// For x >= 0, infinite too.
DECAYLR_LANE Response response(double x, double beta) {
    const bool far = x > 0x1p900;
    const double near = far ? 0.0 : x;
    const double z = 1.0 + near;
    const double log2_z = lane_log2(z);
    const double left = far ? 0.0 : lane_exp2(-beta * log2_z);
    return {1.0 - left, left * (log2_z * ln_2), beta * left * (near / z)};
}

}  // namespace decaylr
