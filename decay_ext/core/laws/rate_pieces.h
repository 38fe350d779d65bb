// The rates of one run a piece at a time, and their partial sums from the back.
#pragma once

#include <cstdio>
#include <stdexcept>

#include "evaluation/interruption.h"
#include "tree/node.h"

namespace decaylr {

// Pieces begin at multiples of this, whichever positions are asked for: results do not depend on it.
constexpr int rates_in_piece = 1024;
constexpr double largest_rate = 0x1p500;  // powers of rates must not overflow

// Compensated: the rounding errors are summed in a second word.
struct PairSum {
    double_double value{0.0, 0.0};

    void add(double x) {
        const double_double s = two_sum(value.hi, x);
        value = {s.hi, value.lo + s.lo};
    }
    void add(double_double x) {
        add(x.hi);
        value.lo += x.lo;
    }
    double total() const { return std::isfinite(value.hi) ? value.hi + value.lo : value.hi; }
};

class RatePiece {
   public:
    Int begin = 0;
    int count = 0;

    // The rates; [-1] is the rate before the piece, before a run's first rate that rate itself.
    double operator[](int i) const { return room_[i + 1]; }

    // Those of positions from .. from + n - 1.
    void read(const Node& node, Run run, Int from, int n) {
        leave_if_asked();
        begin = from;
        count = n;
        const int before = from > 0 ? 1 : 0;
        node.fill(run, from - before, n + before, room_ + 1 - before);
        if (!before) room_[0] = room_[1];
        check(run);
    }

   private:
    void check(Run run) const {
        const auto is_rate = [](double x) { return x >= 0.0 && x < largest_rate; };
        int fits = 1;
        for (int i = 0; i < count; ++i) fits &= is_rate((*this)[i]) ? 1 : 0;
        if (fits) return;
        int i = 0;
        while (is_rate((*this)[i])) ++i;
        char text[160];
        std::snprintf(text, sizeof text,
                      "schedule must be >= 0 and below 2**500 for a loss-curve law, got %.17g at "
                      "position %lld of run %lld",
                      (*this)[i], static_cast<long long>(begin + i), static_cast<long long>(run));
        throw std::domain_error(text);
    }

    double room_[rates_in_piece + 1];
};

}  // namespace decaylr
