#include "plateau/plateau.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace decaylr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// One run's view of the parameters and the state: the rules below are written for it alone.
struct Member {
    const PlateauParameters& parameters;
    const PlateauState& state;
    Int run;
    double base;

    double& scale() const { return state.scale[run]; }
    double& best() const { return state.best[run]; }
    Int& bad() const { return state.bad[run]; }
    Int& good() const { return state.good[run]; }
    Int& cooldown() const { return state.cooldown[run]; }
    Int& seen() const { return state.seen[run]; }
    double factor() const { return parameters.factor[run]; }
    double patience() const { return parameters.patience[run]; }
    double floor() const { return parameters.min_value[run]; }
    double eps() const { return parameters.eps[run]; }
    void start_cooldown() const { cooldown() = static_cast<Int>(parameters.cooldown[run]); }
};

// Comparisons with a NaN are false: a NaN never improves.
bool beats(const Member& m, double metric) {
    const double threshold = m.parameters.threshold[m.run], best = m.best();
    switch (m.parameters.rule) {
        case PlateauRule::keras:
            if (m.parameters.relative) break;
            return m.parameters.highest ? metric - threshold > best : metric + threshold < best;
        case PlateauRule::optax: {
            const double slack = m.parameters.atol[m.run];
            const double share = m.parameters.relative ? threshold : 0.0;
            const double absolute = m.parameters.relative ? slack : slack + threshold;
            return m.parameters.highest ? metric > (1.0 + share) * best + absolute
                                        : metric < (1.0 - share) * best - absolute;
        }
        case PlateauRule::paddle:
            if (!m.parameters.relative) break;
            return m.parameters.highest ? metric > best + best * threshold
                                        : metric < best - best * threshold;
        default: break;
    }
    if (m.parameters.highest) {
        return metric > (m.parameters.relative ? best * (threshold + 1.0) : best + threshold);
    }
    return metric < (m.parameters.relative ? best * (1.0 - threshold) : best - threshold);
}

// keras, paddle and thinc take the first metric as the best one, whatever it is.
bool improves(const Member& m, double metric) {
    const bool first = m.seen() == 0;
    m.seen() = 1;
    return first || beats(m, metric);
}

// The floor bounds decreases: it does not raise a value that none has lowered.
double current(const Member& m) {
    return m.scale() == 1.0 ? m.base : std::max(m.base * m.scale(), m.floor());
}

void shrink_beyond_eps(const Member& m) {
    const double old = current(m);
    if (old - std::max(old * m.factor(), m.floor()) > m.eps()) m.scale() *= m.factor();
}

void update_torch(const Member& m, double metric) {
    if (beats(m, metric)) {
        m.best() = metric;
        m.bad() = 0;
    } else {
        ++m.bad();
    }
    if (m.cooldown() > 0) {
        --m.cooldown();
        m.bad() = 0;
    }
    if (static_cast<double>(m.bad()) > m.patience()) {
        shrink_beyond_eps(m);
        m.start_cooldown();
        m.bad() = 0;
    }
}

void update_keras(const Member& m, double metric) {
    if (m.cooldown() > 0) {
        --m.cooldown();
        m.bad() = 0;
    }
    if (improves(m, metric)) {
        m.best() = metric;
        m.bad() = 0;
    } else if (m.cooldown() == 0) {
        ++m.bad();
        if (static_cast<double>(m.bad()) >= m.patience() && current(m) > m.floor()) {
            m.scale() *= m.factor();
            m.start_cooldown();
            m.bad() = 0;
        }
    }
}

void update_paddle(const Member& m, double metric) {
    if (m.cooldown() > 0) {
        --m.cooldown();
        return;
    }
    if (improves(m, metric)) {
        m.best() = metric;
        m.bad() = 0;
    } else {
        ++m.bad();
    }
    if (static_cast<double>(m.bad()) > m.patience()) {
        shrink_beyond_eps(m);
        m.start_cooldown();
        m.bad() = 0;
    }
}

void update_optax(const Member& m, double metric) {
    double& mean = m.state.sum[m.run];
    const double count = static_cast<double>(m.seen());
    mean = (count * mean + metric) / (count + 1.0);
    if (static_cast<double>(++m.seen()) < m.parameters.accumulation_size[m.run]) return;
    if (beats(m, mean)) {
        m.best() = mean;
        m.bad() = 0;
    } else {
        ++m.bad();
    }
    mean = 0.0;
    m.seen() = 0;
    if (m.cooldown() > 0) {
        --m.cooldown();
        m.bad() = 0;
        return;
    }
    const bool fires = static_cast<double>(m.bad()) == m.patience();
    const double scale = fires ? m.scale() * m.factor() : m.scale();
    m.scale() = std::max(scale, m.parameters.min_scale[m.run]);
    if (fires) {
        m.start_cooldown();
        m.bad() = 0;
    }
}

void update_thinc(const Member& m, double metric) {
    if (improves(m, metric)) {
        m.best() = metric;
        m.bad() = 0;
    } else if (static_cast<double>(++m.bad()) == m.patience()) {
        m.scale() *= m.factor();
        m.bad() = 0;
    }
}

double moving_mean(const Member& m, double metric) {
    const Int size = m.parameters.window_size;
    double& slot = m.state.window[m.run * size + m.seen() % size];
    double& sum = m.state.sum[m.run];
    const bool full = m.seen() >= size;
    sum += metric;
    if (full) sum -= slot;
    slot = metric;
    ++m.seen();
    return sum / static_cast<double>(std::min(m.seen(), size));
}

void restart_greedy(const Member& m) {
    m.scale() = 1.0;
    m.best() = m.parameters.highest ? -infinity : infinity;
    m.bad() = m.good() = m.seen() = 0;
    m.state.kept[m.run] = 0.0;
    m.cooldown() = m.state.warmup[m.run] = 0;
    m.state.sum[m.run] = 0.0;
    m.state.resets[m.run] = static_cast<Int>(m.parameters.reset_start[m.run]);
}

// The value that the last change gave. The scale is that value's share of the base, so that
// their product may be an ulp away, which would hide that a bound is met.
double greedy_value(const Member& m) {
    const double product = m.base * m.scale(), kept = m.state.kept[m.run];
    return std::fabs(product - kept) <= std::fabs(kept) * 0x1p-50 ? kept : product;
}

void set_greedy(const Member& m, double value) {
    m.scale() = value / m.base;
    m.state.kept[m.run] = value;
}

void shrink_greedy(const Member& m) {
    const double old = greedy_value(m);
    const double lowered = std::max(old * m.factor(), m.floor());
    if (old - lowered > m.eps()) set_greedy(m, lowered);
    if (greedy_value(m) <= m.floor() && --m.state.resets[m.run] <= 0) restart_greedy(m);
}

void grow_greedy(const Member& m) {
    const double old = greedy_value(m);
    const double raised = std::min(old / m.factor(), m.parameters.max_value[m.run]);
    if (raised - old > m.eps()) set_greedy(m, raised);
    m.state.resets[m.run] = static_cast<Int>(m.parameters.reset_start[m.run]);
}

void count_greedy(const Member& m, double metric) {
    const bool better = beats(m, metric);
    if (better) m.best() = metric;
    m.good() = better ? m.good() + 1 : 0;
    m.bad() = better ? 0 : m.bad() + 1;
    if (static_cast<double>(m.good()) > m.patience()) {
        grow_greedy(m);
        m.state.warmup[m.run] = static_cast<Int>(m.parameters.warmup[m.run]);
        m.good() = 0;
    } else if (static_cast<double>(m.bad()) > m.patience()) {
        shrink_greedy(m);
        m.start_cooldown();
        m.bad() = 0;
    }
}

void update_greedy(const Member& m, double metric) {
    if (m.parameters.window_size > 0) metric = moving_mean(m, metric);
    Int& waiting = m.cooldown() > 0 ? m.cooldown() : m.state.warmup[m.run];
    if (waiting > 0) {
        --waiting;
        m.bad() = m.good() = 0;
    } else {
        count_greedy(m, metric);
    }
}

}  // namespace

void update_plateau(const PlateauParameters& parameters, const PlateauState& state,
                    const double* base, const double* metrics, Int runs) {
    for (Int run = 0; run < runs; ++run) {
        const Member member{parameters, state, run, base[run]};
        switch (parameters.rule) {
            case PlateauRule::torch: update_torch(member, metrics[run]); break;
            case PlateauRule::keras: update_keras(member, metrics[run]); break;
            case PlateauRule::optax: update_optax(member, metrics[run]); break;
            case PlateauRule::paddle: update_paddle(member, metrics[run]); break;
            case PlateauRule::thinc: update_thinc(member, metrics[run]); break;
            case PlateauRule::greedy: update_greedy(member, metrics[run]); break;
        }
    }
}

}  // namespace decaylr
