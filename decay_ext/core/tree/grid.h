// Where a schedule inside another one is evaluated: at positions of equal distances.
#pragma once

#include "tree/position.h"

namespace decaylr {

// The positions q(n) = (offset + times * n) / over at whole numbers n. Combinators keep the numbers
// as they are, apart from whole shifts, and change the grid: so the value at a number is the same
// whether it is computed alone or with its neighbors. That q(n) has reached a boundary is decided
// by products and sums, never by a rounded quotient.
class Grid {
   public:
    // All whole positions.
    Grid() = default;
    // n + fraction, 0 <= fraction < 1.
    explicit Grid(double_double fraction) : offset_(fraction), whole_(fraction.hi == 0.0) {}

    // q(n) is n.
    bool whole() const { return whole_; }
    // q(n + 1) is q(n) + 1.
    bool unit() const { return unit_; }

    // The number of steps that a length is, and where the position 0 is relative to n = 0.
    double_double in_steps(double_double length) const {
        return unit_ ? length : div(mul(length, over_), times_);
    }
    double_double start() const { return unit_ ? offset_ : div(offset_, times_); }
    // What a slope per position is per step, and q(0).
    double_double per_step(double_double slope) const {
        return unit_ ? slope : div(mul(slope, times_), over_);
    }
    double_double origin() const { return unit_ ? offset_ : div(offset_, over_); }

    // Of positions n + fraction.
    double_double fraction() const { return offset_; }
    double_double offset() const { return offset_; }
    double_double times() const { return times_; }
    double_double over() const { return over_; }
    // n + fraction with a fraction of one word.
    bool short_fraction() const { return unit_ && offset_.lo == 0.0; }
    // q(n) >= m
    bool reached(Int n, const Boundary& m) const {
        if (whole_) return decaylr::reached(n, m);
        if (!unit_) return reached(n, exact(m));
        return n > m.whole || (n == m.whole && !(sub(offset_, {m.fraction(), 0.0}).hi < 0.0));
    }
    bool reached(Int n, double_double m) const {
        if (whole_) return !(sub(exact(n), m).hi < 0.0);
        const double_double bound = mul(m, over_);
        return bound.hi < infinite && !(sub(numerator(n), bound).hi < 0.0);
    }
    // q(n) > m
    bool past(Int n, const Boundary& m) const {
        if (!unit_) return sub(numerator(n), mul(exact(m), over_)).hi > 0.0;
        return n > m.whole || (n == m.whole && sub(offset_, {m.fraction(), 0.0}).hi > 0.0);
    }
    // The n, which need not be whole, with q(n) = m.
    double_double number_of(const Boundary& m) const {
        if (unit_) return sub(exact(m), offset_);
        return div(sub(mul(exact(m), over_), offset_), times_);
    }
    // The first n >= 0 with q(n) >= m, as a boundary: none where it is not below 2^63.
    Boundary first_at(const Boundary& m) const {
        if (whole_) return m;
        if (!unit_) return first_at(exact(m));
        if (!m.integral && m.whole == max_int) return m;
        return make_boundary(reached(m.whole, m) ? m.whole : saturated_sum(m.whole, 1));
    }
    Boundary first_at(double_double m) const {
        const double_double guess = div(sub(mul(m, over_), offset_), times_);
        if (!is_position(guess)) return make_boundary(infinite);
        Int n = std::max<Int>(floor_of(guess), 0);
        for (int tries = 0; tries < most_tries && n > 0 && reached(n - 1, m); ++tries) --n;
        for (int tries = 0; tries < most_tries && n < max_int && !reached(n, m); ++tries) ++n;
        return make_boundary(n);
    }
    // floor(q(n) / size)
    Int quotient(Int n, const Boundary& size) const {
        if (whole_) return size.integral ? n / size.whole : divide(n, size).quotient;
        if (unit_) return divided(n, size).quotient;
        const double_double each = mul(over_, exact(size)), all = numerator(n);
        if (!(each.hi < infinite)) return 0;
        Int k = std::max<Int>(floor_of(div(all, each)), 0);
        for (int tries = 0; tries < most_tries && k > 0 && before(all, each, k); ++tries) --k;
        for (int tries = 0; tries < most_tries && k < max_int; ++tries) {
            if (before(all, each, k + 1)) break;
            ++k;
        }
        return k;
    }
    // The first n with q(n) >= number * size.
    Int first_of(Int number, const Boundary& size) const {
        if (whole_) return first_of_multiple(number, size);
        if (unit_) return first_of_unit(number, size);
        const double_double each = mul(over_, exact(size));
        const double_double guess = div(sub(mul(exact(number), each), offset_), times_);
        if (!is_position(guess)) return max_int;
        Int n = std::max<Int>(floor_of(guess), 0);
        for (int tries = 0; tries < most_tries && n > 0; ++tries) {
            if (before(numerator(n - 1), each, number)) break;
            --n;
        }
        for (int tries = 0; tries < most_tries && n < max_int; ++tries) {
            if (!before(numerator(n), each, number)) break;
            ++n;
        }
        return n;
    }
    // What is left of q(n) above the multiples of a size.
    Division divided(Int n, const Boundary& size) const {
        Division found = divide(n, size);
        if (whole_) return found;
        const double_double length = exact(size);
        found.rest = add(found.rest, offset_);
        if (length.hi < 1.0) {
            const double more = std::floor(div(found.rest, length).hi);
            found.quotient =
                more < two_63 ? saturated_sum(found.quotient, static_cast<Int>(more)) : max_int;
            found.odd = found.odd != (more != 2.0 * std::floor(0.5 * more));
            found.rest = sub(found.rest, mul(length, more));
        }
        const bool before = found.rest.hi < 0.0, after = !(sub(found.rest, length).hi < 0.0);
        if (before || after) {
            if (found.quotient < max_int) found.quotient += before ? -1 : 1;
            found.odd = !found.odd;
            found.rest = before ? add(found.rest, length) : sub(found.rest, length);
        }
        return found;
    }

    double_double position(Int n) const {
        return unit_ ? add(exact(n), offset_) : div(numerator(n), over_);
    }

    struct Moved;
    // Positions counted from a boundary, those before it left out: numbered from the first one.
    Moved since(const Boundary& m) const;
    Moved since(double_double m) const;
    // Positions that are later by so many.
    Moved advanced(const Boundary& by) const;
    // The same positions, numbered from the first one that is not below 0.
    Moved normalized() const;
    // The same, for numbers so large that later ones would not fit: they stay as they are.
    Grid kept() const {
        Grid made = *this;
        made.kept_ = true;
        return made;
    }
    // q(0), if it is whole.
    bool begins_whole() const {
        if (unit_) return false;
        const double_double begin = div(offset_, over_);
        return begin.hi < two_53 && begin.lo == 0.0 &&
               begin.hi == std::floor(begin.hi) && sub(mul(over_, begin), offset_).hi == 0.0;
    }
    Int begin() const { return static_cast<Int>(div(offset_, over_).hi); }
    // m - q(n), numbered from the last one before m backwards.
    Moved mirrored(double_double m, Int last) const;
    // q(n) * times / over
    Grid scaled(double_double times, double_double over) const {
        Grid made = *this;
        made.offset_ = mul(offset_, times);
        made.times_ = bounded(mul(times_, times));
        made.over_ = bounded(mul(over_, over));
        made.unit_ = made.times_.hi == made.over_.hi && made.times_.lo == made.over_.lo;
        if (made.unit_) made = Grid(div(made.offset_, made.over_));
        made.whole_ = made.unit_ && made.offset_.hi == 0.0;
        return made;
    }

   private:
    static constexpr double infinite = std::numeric_limits<double>::infinity();
    static constexpr int most_tries = 3;  // a rounded quotient is not farther off

    // Beyond these bounds products would not be exact, and schedules stand still or are over.
    static double_double bounded(double_double x) {
        if (!(x.hi < 0x1p400)) return {0x1p400, 0.0};
        return x.hi > 0x1p-400 ? x : double_double{0x1p-400, 0.0};
    }
    double_double numerator(Int n) const { return add(mul(times_, exact(n)), offset_); }
    static bool before(double_double all, double_double each, Int k) {
        return sub(all, mul(each, exact(k))).hi < 0.0;
    }
    Int first_of_unit(Int number, const Boundary& size) const {
        Int n = first_of_multiple(number, size);
        while (n > 0 && divided(n - 1, size).quotient >= number) --n;
        return n;
    }
    Moved normalized(double_double offset) const;

    double_double offset_{0.0, 0.0}, times_{1.0, 0.0}, over_{1.0, 0.0};
    bool whole_ = true, unit_ = true, kept_ = false;
};

// A grid whose number n - back is at the position of number n of another one.
struct Grid::Moved {
    Grid grid;
    Int back;
};

// The offset is made one of 0 <= offset < times, unless numbers would have to be so large for it
// that later ones do not fit. Smaller numbers always do.
inline Grid::Moved Grid::normalized(double_double offset) const {
    const double_double number = unit_ ? offset : div(offset, times_);
    constexpr double largest = 0x1.fffffffffffffp62;
    const bool smaller = offset.hi < 0.0;
    const bool numbered =
        smaller ? number.hi >= -largest : !kept_ && number.hi < 0.5 * two_63;
    Int steps = numbered ? floor_of(number) : 0;
    double_double rest = sub(offset, mul(times_, exact(steps)));
    if (numbered && rest.hi < 0.0) {
        --steps;
        rest = add(rest, times_);
    } else if (numbered && !(sub(rest, times_).hi < 0.0)) {
        ++steps;
        rest = sub(rest, times_);
    }
    Grid made = *this;
    made.offset_ = rest;
    made.whole_ = unit_ && rest.hi == 0.0;
    return {made, -steps};
}

inline Grid::Moved Grid::normalized() const { return normalized(offset_); }

inline Grid::Moved Grid::since(const Boundary& m) const {
    if (!unit_) return since(exact(m));
    if (whole_ && m.integral) return {*this, m.whole};
    Moved made = normalized(sub(offset_, double_double{m.fraction(), 0.0}));
    made.back += m.whole;
    return made;
}
inline Grid::Moved Grid::since(double_double m) const {
    return normalized(sub(offset_, mul(m, over_)));
}

inline Grid::Moved Grid::advanced(const Boundary& by) const {
    if (!unit_) {
        Grid made = *this;
        made.offset_ = add(offset_, mul(exact(by), over_));
        return {made, 0};
    }
    Moved made = normalized(add(offset_, by.fraction()));
    made.back -= by.whole;
    return made;
}

// q'(last - n) = m - q(n)
inline Grid::Moved Grid::mirrored(double_double m, Int last) const {
    return normalized(sub(mul(m, over_), numerator(last)));
}

inline constexpr Grid whole_positions{};

// The grid of a position that need not be whole, 0 <= x < 2^63.
inline Grid grid_of(double x) { return Grid(double_double{x - std::floor(x), 0.0}); }

}  // namespace decaylr
