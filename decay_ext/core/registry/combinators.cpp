#include "combinators/ending.h"
#include "combinators/join.h"
#include "combinators/moved.h"
#include "combinators/pointwise.h"
#include "combinators/repeat.h"
#include "registry/registry.h"

namespace decaylr {

std::vector<Kind> combinators() {
    return {
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
}

}  // namespace decaylr
