// Double-double arithmetic: an unevaluated sum hi + lo of two doubles, 106 bits.
//
// Only + - * / and sqrt of IEEE doubles, in a fixed order: the same bits on every machine
// as long as the compiler does not contract (-ffp-contract=off).
#pragma once

#include <cmath>

namespace decaylr {

struct dd {
    double hi, lo;
};

inline dd quick_two_sum(double a, double b) {  // |a| >= |b|, or a == 0
    const double s = a + b;
    return {s, b - (s - a)};
}

inline dd two_sum(double a, double b) {
    const double s = a + b;
    const double t = s - a;
    return {s, (a - (s - t)) + (b - t)};
}

// a * b exactly: by one fused operation where the target has it, else by Dekker's split.
// Both give the same two words while nothing overflows or underflows.
inline dd two_prod(double a, double b) {
    const double p = a * b;
#if defined(__FMA__) || defined(__aarch64__)
    return {p, __builtin_fma(a, b, -p)};
#else
    constexpr double splitter = 134217729.0;  // 2^27 + 1
    const double ta = splitter * a, tb = splitter * b;
    const double ah = ta - (ta - a), al = a - ah;
    const double bh = tb - (tb - b), bl = b - bh;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}

inline double to_double(dd a) { return a.hi + a.lo; }
inline dd neg(dd a) { return {-a.hi, -a.lo}; }

inline dd add(dd a, dd b) {
    const dd s = two_sum(a.hi, b.hi);
    const dd t = two_sum(a.lo, b.lo);
    const dd u = quick_two_sum(s.hi, s.lo + t.hi);
    return quick_two_sum(u.hi, u.lo + t.lo);
}
inline dd add(dd a, double b) {
    const dd s = two_sum(a.hi, b);
    return quick_two_sum(s.hi, s.lo + a.lo);
}
inline dd sub(dd a, dd b) { return add(a, neg(b)); }

inline dd mul(dd a, double b) {
    const dd p = two_prod(a.hi, b);
    return quick_two_sum(p.hi, p.lo + a.lo * b);
}
inline dd mul(dd a, dd b) {
    const dd p = two_prod(a.hi, b.hi);
    return quick_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

inline dd div(dd a, dd b) {
    const double q = a.hi / b.hi;
    const dd r = sub(a, mul(b, q));
    const double q2 = r.hi / b.hi;
    const dd r2 = sub(r, mul(b, q2));
    return add(quick_two_sum(q, q2), r2.hi / b.hi);
}
inline dd div(dd a, double b) { return div(a, dd{b, 0.0}); }

}  // namespace decaylr
