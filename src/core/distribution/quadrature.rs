//! Moments from quantiles, for distributions that have no formula for them.

use super::probability::Probability;

/// Mean of `value(p)` over all `p` from 0 to 1, in pieces that meet at the probabilities `joints`
/// (ascending, inside).
///
/// Tanh-sinh quadrature (Takahasi & Mori 1974) bears the infinite ends of a quantile function; a
/// corner inside would spoil it, so put a joint there.
pub fn average(joints: &[Probability], value: impl Fn(Probability) -> f64) -> f64 {
    let mut total = 0.0;
    let mut from = Probability::NONE;
    for &to in joints.iter().chain([&Probability::ALL]) {
        let mass = from.until(to);
        if mass > 0.0 {
            total += mass
                * unit_average(|p| {
                    value(Probability {
                        lower: from.lower + mass * p.lower,
                        upper: to.upper + mass * p.upper,
                    })
                });
        }
        from = to;
    }
    total
}

fn unit_average(value: impl Fn(Probability) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    // Beyond, the weights are below 1e-290.
    const STEPS: i32 = 96;
    let mut total = 0.0;
    for i in -STEPS..=STEPS {
        let t = STEP * f64::from(i);
        let p = Probability::from_log_odds(core::f64::consts::PI * libm::sinh(t));
        let weight = core::f64::consts::PI * libm::cosh(t) * p.lower * p.upper;
        let term = weight * value(p);
        // An infinite quantile at an end of vanishing weight is a matter of rounding.
        if term.is_finite() {
            total += term;
        }
    }
    total * STEP
}
