//! Special functions: gamma, beta, normal, Student's t, F, chi-square.
//!
//! Pure functions of `f64`, accurate to about 1e-13 relative in both tails unless a function says
//! otherwise. An argument outside a function's domain gives NaN, never a panic. A probability and
//! its complement are computed side by side where a caller may need the smaller one: `1 - p` would
//! lose it.

mod beta;
mod gamma;
mod kernel;
mod normal;
mod student;

pub use beta::{beta_inverse, beta_inverse_log_odds, beta_pair, beta_regularized, beta_upper};
pub use gamma::{
    chi_square_quantile, gamma_inverse_pair, gamma_p, gamma_p_inverse, gamma_pair, gamma_q,
    ln_gamma,
};
pub use normal::{normal_cdf, normal_quantile, normal_survival};
pub use student::{f_survival, student_t_cdf, student_t_quantile};

#[cfg(test)]
mod tests;
