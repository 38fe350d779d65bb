// step, multi_step, piecewise_constant and samples: values that hold and jump.
#pragma once

#include <algorithm>

#include "blend.h"

namespace decaylr {

// init * gamma**n, rounded once.
inline double decayed(double init, double gamma, Int n) {
    if (n == 0 || gamma == 1.0) return init;
    if (gamma == 0.0) return 0.0 * init;
    return round_scaled_times(exp2_scaled(mul(log2(gamma), exact(n))), init);
}

class StepRow {
   public:
    StepRow(double init, Mark size, double gamma) : init_(init), size_(size), gamma_(gamma) {}
    double at(Int p) const { return decayed(init_, gamma_, quotient(p, size_)); }
    double at(dd p) const { return decayed(init_, gamma_, quotient(p, size_)); }
    void fill(Int first, Int count, double* out) const {
        fill_plateaus(first, count, out, [this](Int p) { return at(p); },
                      [this](Int p) { return next_multiple(p, size_); });
    }

   private:
    double init_;
    Mark size_;
    double gamma_;
};

class Step {
   public:
    explicit Step(const Spec& spec)
        : init_(spec.column("init_value")),
          size_(spec.column("step_size")),
          gamma_(spec.column("gamma")) {}
    StepRow row(Run run) const { return {init_(run), size_.mark(run), gamma_(run)}; }

   private:
    Column init_, size_, gamma_;
};

// The marks of one run: how many a position has reached, and where the next one is.
class Marks {
   public:
    Marks(const Column& column, Run run) : column_(column), run_(run) {}
    Int size() const { return column_.length; }
    Mark operator[](Int i) const { return column_.mark(run_, i); }
    template <class P>
    Int reached_by(P p) const {
        Int low = 0, high = size();
        while (low < high) {
            const Int middle = low + (high - low) / 2;
            if (reached(p, (*this)[middle])) low = middle + 1;
            else high = middle;
        }
        return low;
    }
    Int next(Int p) const {
        const Int i = reached_by(p);
        return i < size() ? first_position((*this)[i]) : max_int;
    }

   private:
    const Column& column_;
    Run run_;
};

class MultiStepRow {
   public:
    MultiStepRow(double init, Marks milestones, double gamma)
        : init_(init), milestones_(milestones), gamma_(gamma) {}
    double at(Int p) const { return decayed(init_, gamma_, milestones_.reached_by(p)); }
    double at(dd p) const { return decayed(init_, gamma_, milestones_.reached_by(p)); }
    void fill(Int first, Int count, double* out) const {
        fill_plateaus(first, count, out, [this](Int p) { return at(p); },
                      [this](Int p) { return milestones_.next(p); });
    }

   private:
    double init_;
    Marks milestones_;
    double gamma_;
};

class MultiStep {
   public:
    explicit MultiStep(const Spec& spec)
        : init_(spec.column("init_value")),
          milestones_(spec.column("milestones")),
          gamma_(spec.column("gamma")) {}
    MultiStepRow row(Run run) const { return {init_(run), {milestones_, run}, gamma_(run)}; }

   private:
    Column init_, milestones_, gamma_;
};

class PiecewiseRow {
   public:
    PiecewiseRow(Marks boundaries, const Column& values, Run run)
        : boundaries_(boundaries), values_(values), run_(run) {}
    double at(Int p) const { return values_(run_, boundaries_.reached_by(p)); }
    double at(dd p) const { return values_(run_, boundaries_.reached_by(p)); }
    void fill(Int first, Int count, double* out) const {
        fill_plateaus(first, count, out, [this](Int p) { return at(p); },
                      [this](Int p) { return boundaries_.next(p); });
    }

   private:
    Marks boundaries_;
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
    PiecewiseRow row(Run run) const { return {{boundaries_, run}, values_, run}; }

   private:
    Column boundaries_, values_;
};

class SamplesRow {
   public:
    SamplesRow(const Column& values, Run run) : values_(values), run_(run) {}
    double at(Int p) const { return values_(run_, std::min(p, values_.length - 1)); }
    double at(dd p) const { return at(static_cast<Int>(std::min(std::floor(p.hi), 0x1p62))); }
    void fill(Int first, Int count, double* out) const {
        for (Int i = 0; i < count; ++i) out[i] = at(first + i);
    }

   private:
    const Column& values_;
    Run run_;
};

class Samples {
   public:
    explicit Samples(const Spec& spec) : values_(spec.column("values")) {}
    SamplesRow row(Run run) const { return {values_, run}; }

   private:
    Column values_;
};

}  // namespace decaylr
