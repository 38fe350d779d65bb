// step, multi_step, piecewise_constant and samples: values that hold and jump.
#pragma once

#include <algorithm>
#include <memory>

#include "blocks/geometric.h"
#include "tree/run_logarithms.h"

namespace decaylr {

// out[i] = value for i < held. The positions from there to `left` may be written too, as they
// are to be filled later: so short levels are whole vectors.
template <class Real>
inline void hold(double value, Int held, Int left, Real* out) {
    const Real shown = static_cast<Real>(value);
    Int i = 0;
    for (; i < held && left - i >= lanes; i += lanes) {
        for (int l = 0; l < lanes; ++l) out[i + l] = shown;
    }
    for (; i < held; ++i) out[i] = shown;
}

// Room for levels: on the heap where many are computed together, since staircases stand in each
// other at every level of a tree, and threads may have small stacks.
template <int most>
class LevelRoom {
   public:
    explicit LevelRoom(Int count) {
        if (most > together && count > together) many_.reset(new double[most]);
    }
    operator double*() { return many_ ? many_.get() : few_; }

   private:
    double few_[together];
    std::unique_ptr<double[]> many_;
};

// Fills [first, first + count) of a curve that is level n from next(n - 1) to next(n), and
// begins on level n. values(n, many, levels) computes the levels from n on, at most `most`
// and at most as many as positions are left.
template <int most = together, class Real, class Values, class Next>
inline void fill_levels(Int first, Int count, Int n, Real* out, Values&& values, Next&& next) {
    LevelRoom<most> levels(count);
    int level = 0, computed = 0;
    for (Int i = 0; i < count; ++level) {
        if (level == computed) {
            n += computed;
            computed = static_cast<int>(std::min<Int>(most, count - i));
            values(n, computed, levels);
            level = 0;
        }
        const Int end = next(n + level), left = count - i;
        const Int held = end == max_int ? left : std::min(end - (first + i), left);
        hold(levels[level], held, left, out + i);
        i += std::max<Int>(held, 0);
    }
}

// A level may begin at the last of all numbers, after which there is none that could end the level
// before it: so that one is filled alone, with level level_at(number). Returns how many are left.
template <class Real, class Values, class LevelAt>
inline Int fill_last_number(Int first, Int count, Real* out, Values&& values, LevelAt&& level_at) {
    if (count <= 1 || count <= max_int - first) return count;
    double level[lanes];  // room for a whole vector
    values(level_at(max_int), 1, level);
    out[count - 1] = static_cast<Real>(level[0]);
    return count - 1;
}

// fill_levels where level n begins at n * size, for an integral size.
template <int most, class Real, class Values>
inline void fill_stairs(Int first, Int count, const Boundary& size, Real* out, Values&& values) {
    const Int stairs = (count - 1) / size.whole + 2, last = max_int / size.whole;
    fill_levels<most>(
        first, count, first / size.whole, out,
        [&](Int n, int many, double* levels) {
            values(n, static_cast<int>(std::min<Int>(many, stairs)), levels);
        },
        [&](Int n) { return n >= last ? max_int : (n + 1) * size.whole; });
}

// The stairs of a size on a grid: stair k begins at the first number whose position is at least
// k * size.
class Stairs {
   public:
    Stairs(const Boundary& size, const Grid& grid) : size_(size), grid_(grid) {}
    Int at(Int n) const { return grid_.quotient(n, size_); }
    // Where the stair after that of number n begins.
    Int next(Int n) const { return after(at(n)); }
    // The monotonicity from number n on of a sequence with a value for each stair.
    Monotonicity monotonicity(Int n, const GeometricSequence& sequence) const {
        Monotonicity found = sequence.monotonicity(at(n));
        if (found.until != max_int) found.until = grid_.first_of(found.until, size_);
        return found;
    }
    // How many steps a stair is long.
    double length() const { return grid_.in_steps(exact(size_)).hi; }
    // Whether all stairs are equally long.
    bool equal() const { return grid_.whole() && size_.integral; }
    Int size() const { return size_.whole; }
    // values(k, many, levels) computes the levels from stair k on, at most `most` together.
    template <int most = together, class Real, class Values>
    void fill(Int first, Int count, Real* out, Values&& values) const {
        count = fill_last_number(first, count, out, values, [this](Int n) { return at(n); });
        if (equal()) return fill_stairs<most>(first, count, size_, out, values);
        const double length = this->length();
        if (length >= 1.0) {
            const Int stairs =
                static_cast<Int>(std::min(static_cast<double>(count) / length, 0x1p62)) + 2;
            return fill_levels<most>(
                first, count, at(first), out,
                [&](Int k, int many, double* levels) {
                    values(k, static_cast<int>(std::min<Int>(many, stairs)), levels);
                },
                [this](Int k) { return after(k); });
        }
        for (Int i = 0; i < count; ++i) {
            double level[lanes];  // room for a whole vector
            values(at(first + i), 1, level);
            out[i] = static_cast<Real>(level[0]);
        }
    }

   private:
    Int after(Int k) const { return k == max_int ? max_int : grid_.first_of(k + 1, size_); }
    Boundary size_;
    const Grid& grid_;
};

// Shorter plateaus are added up value by value.
constexpr double short_plateau = 64.0;

// Long plateaus are treated one by one, short ones as part of the whole sequence.
inline Monotonicity monotonicity_of_plateau(Int first, Int next, const Monotonicity& whole) {
    constexpr Int long_plateau = 4096;
    if (whole.trend == Trend::constant) return whole;
    if (next == max_int || next - first >= long_plateau) return {Trend::constant, next};
    return whole;
}

class StepRow {
   public:
    StepRow(double init, const Boundary& size, double_double log2_gamma, const Grid& grid)
        : sequence_(init, log2_gamma), stairs_(size, grid) {}
    double at(Int p) const { return sequence_(stairs_.at(p)); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        stairs_.fill(first, count, out, [this](Int n, int many, double* levels) {
            sequence_.values(n, 1, many, levels);
        });
    }
    ClosedSum sum(Int first, Int count) const {
        if (stairs_.equal()) return sequence_.sum_of_stairs(first, count, stairs_.size());
        if (stairs_.length() < short_plateau) return {};
        return sum_of_plateaus(first, count, [this](Int p) { return at(p); },
                               [this](Int p) { return stairs_.next(p); });
    }
    Monotonicity monotonicity(Int first) const {
        return monotonicity_of_plateau(first, stairs_.next(first),
                                       stairs_.monotonicity(first, sequence_));
    }

   private:
    GeometricSequence sequence_;
    Stairs stairs_;
};

class Step {
   public:
    explicit Step(const Spec& spec)
        : init_(spec.column("init_value")),
          size_(spec.column("step_size")),
          gamma_(logarithms_of(spec.column("gamma"), spec.runs)) {}
    StepRow row(Run run, const Grid& grid) const {
        return {init_(run), size_.boundary(run), gamma_(run), grid};
    }

   private:
    Column init_, size_;
    RunLogarithms gamma_;
};

// The boundaries of one run: how many a number of a grid has reached, and where the next one is.
class Boundaries {
   public:
    Boundaries(const Column& column, Run run, const Grid& grid)
        : column_(column), run_(run), grid_(grid) {}
    Int size() const { return column_.length; }
    Boundary operator[](Int i) const { return column_.boundary(run_, i); }
    const Grid& grid() const { return grid_; }
    bool reached(Int n, Int i) const { return grid_.reached(n, (*this)[i]); }
    bool past(Int n, Int i) const { return grid_.past(n, (*this)[i]); }
    // The first number at or after a boundary, or no number.
    Int first(Int i) const { return first_position(grid_.first_at((*this)[i])); }
    Int reached_by(Int n) const {
        Int low = 0, high = size();
        while (low < high) {
            const Int middle = low + (high - low) / 2;
            if (reached(n, middle)) low = middle + 1;
            else high = middle;
        }
        return low;
    }
    Int next(Int n) const {
        const Int i = reached_by(n);
        return i < size() ? first(i) : max_int;
    }
    // Whether plateaus are short among `count` numbers from n on.
    bool crowded(Int n, Int count) const {
        const Int plateaus = reached_by(n + (count - 1)) - reached_by(n);
        return static_cast<double>(count) < short_plateau * static_cast<double>(plateaus);
    }
    // Fills with the levels between boundaries; values(i, many, levels) computes those that begin
    // at the i-th boundary and later ones.
    template <class Real, class Values>
    void fill(Int first_number, Int count, Real* out, Values&& values) const {
        count = fill_last_number(first_number, count, out, values,
                                 [this](Int n) { return reached_by(n); });
        fill_levels(
            first_number, count, reached_by(first_number), out,
            [&](Int i, int many, double* levels) {
                values(i, static_cast<int>(std::min<Int>(many, size() + 1 - i)), levels);
            },
            [this](Int i) { return i < size() ? first(i) : max_int; });
    }

   private:
    const Column& column_;
    Run run_;
    const Grid& grid_;
};

class MultiStepRow {
   public:
    MultiStepRow(double init, Boundaries milestones, double_double log2_gamma)
        : sequence_(init, log2_gamma), milestones_(milestones) {}
    double at(Int p) const { return sequence_(milestones_.reached_by(p)); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        milestones_.fill(first, count, out, [this](Int n, int many, double* levels) {
            sequence_.values(n, 1, many, levels);
        });
    }
    ClosedSum sum(Int first, Int count) const {
        if (milestones_.crowded(first, count)) return {};
        return sum_of_plateaus(first, count, [this](Int p) { return at(p); },
                               [this](Int p) { return milestones_.next(p); });
    }
    Monotonicity monotonicity(Int first) const {
        return monotonicity_of_plateau(first, milestones_.next(first),
                                       {sequence_.monotonicity(0).trend});
    }

   private:
    GeometricSequence sequence_;
    Boundaries milestones_;
};

class MultiStep {
   public:
    explicit MultiStep(const Spec& spec)
        : init_(spec.column("init_value")),
          milestones_(spec.column("milestones")),
          gamma_(logarithms_of(spec.column("gamma"), spec.runs)) {}
    MultiStepRow row(Run run, const Grid& grid) const {
        return {init_(run), {milestones_, run, grid}, gamma_(run)};
    }

   private:
    Column init_, milestones_;
    RunLogarithms gamma_;
};

class PiecewiseRow {
   public:
    PiecewiseRow(Boundaries boundaries, const Column& values, Run run)
        : boundaries_(boundaries), values_(values), run_(run) {}
    double at(Int p) const { return values_(run_, boundaries_.reached_by(p)); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        boundaries_.fill(first, count, out, [this](Int n, int many, double* levels) {
            for (int i = 0; i < many; ++i) levels[i] = values_(run_, n + i);
        });
    }
    ClosedSum sum(Int first, Int count) const {
        if (boundaries_.crowded(first, count)) return {};
        return sum_of_plateaus(first, count, [this](Int p) { return at(p); },
                               [this](Int p) { return boundaries_.next(p); });
    }
    Monotonicity monotonicity(Int first) const {
        return monotonicity_of_plateau(first, boundaries_.next(first), {});
    }

   private:
    Boundaries boundaries_;
    const Column& values_;
    Run run_;
};

class PiecewiseConstant {
   public:
    explicit PiecewiseConstant(const Spec& spec)
        : boundaries_(spec.column("boundaries")), values_(spec.column("values")) {
        if (values_.length != boundaries_.length + 1) {
            throw std::invalid_argument("piecewise_constant needs one value more than boundaries");
        }
    }
    PiecewiseRow row(Run run, const Grid& grid) const {
        return {{boundaries_, run, grid}, values_, run};
    }

   private:
    Column boundaries_, values_;
};

class SamplesRow {
   public:
    SamplesRow(const Column& values, Run run, const Grid& grid)
        : values_(values), run_(run), grid_(grid) {}
    double at(Int n) const {
        return values_(run_, std::min(grid_.quotient(n, each), values_.length - 1));
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        const Int end = first_position(grid_.first_at(make_boundary(values_.length - 1)));
        const Int inside = std::clamp<Int>(end - first, 0, count);
        if (grid_.unit()) {
            for (Int i = 0; i < inside; ++i) out[i] = static_cast<Real>(values_(run_, first + i));
        } else {
            for (Int i = 0; i < inside; ++i) out[i] = static_cast<Real>(at(first + i));
        }
        std::fill(out + inside, out + count,
                  static_cast<Real>(values_(run_, values_.length - 1)));
    }

   private:
    static constexpr Boundary each{1, 1.0, true};
    const Column& values_;
    Run run_;
    const Grid& grid_;
};

class Samples {
   public:
    explicit Samples(const Spec& spec) : values_(spec.column("values")) {}
    SamplesRow row(Run run, const Grid& grid) const { return {values_, run, grid}; }

   private:
    Column values_;
};

}  // namespace decaylr
