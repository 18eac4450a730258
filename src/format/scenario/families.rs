//! The families of distributions as a file states them: one table for the decoder and the schema.

/// The families and the names of their arguments, as a file states them: a list, or an object of any one of the sets of keys.
pub struct Arguments {
    pub family: &'static str,
    pub list: &'static [&'static str],
    pub keys: &'static [&'static [&'static str]],
    /// Whether two percentiles do as well.
    pub fitted: bool,
    pub about: &'static str,
}

/// Every family except `discrete`, in the order of the reference.
pub const FAMILIES: &[Arguments] = &[
    Arguments {
        family: "pert",
        list: &["low", "mode", "high"],
        keys: &[],
        fitted: false,
        about: "PERT: low, mode, high",
    },
    Arguments {
        family: "triangular",
        list: &["low", "mode", "high"],
        keys: &[],
        fitted: false,
        about: "triangular: low, mode, high",
    },
    Arguments {
        family: "uniform",
        list: &["low", "high"],
        keys: &[],
        fitted: false,
        about: "uniform: low, high",
    },
    Arguments {
        family: "loguniform",
        list: &["low", "high"],
        keys: &[],
        fitted: false,
        about: "uniform in the logarithm: low, high",
    },
    Arguments {
        family: "normal",
        list: &[],
        keys: &[&["mean", "sd"]],
        fitted: true,
        about: "normal: mean and sd, or two percentiles",
    },
    Arguments {
        family: "lognormal",
        list: &[],
        keys: &[&["mu", "sigma"]],
        fitted: true,
        about: "lognormal: mu and sigma of the logarithm, or two percentiles",
    },
    Arguments {
        family: "beta",
        list: &[],
        keys: &[&["alpha", "beta"]],
        fitted: false,
        about: "beta: alpha, beta",
    },
    Arguments {
        family: "gamma",
        list: &[],
        keys: &[&["shape", "rate"]],
        fitted: false,
        about: "gamma: shape, rate",
    },
    Arguments {
        family: "weibull",
        list: &[],
        keys: &[&["shape", "scale"]],
        fitted: false,
        about: "Weibull: shape, scale",
    },
    Arguments {
        family: "exponential",
        list: &[],
        keys: &[&["rate"]],
        fitted: false,
        about: "exponential: rate",
    },
    Arguments {
        family: "student_t",
        list: &[],
        keys: &[&["df", "loc", "scale"]],
        fitted: false,
        about: "Student's t: df, loc, scale",
    },
    Arguments {
        family: "truncated_normal",
        list: &[],
        keys: &[&["mean", "sd", "low", "high"]],
        fitted: false,
        about: "normal cut at low and high",
    },
    Arguments {
        family: "poisson",
        list: &[],
        keys: &[&["rate"]],
        fitted: false,
        about: "Poisson: rate, which is its mean",
    },
    Arguments {
        family: "binomial",
        list: &[],
        keys: &[&["n", "p"]],
        fitted: false,
        about: "binomial: n trials, probability p",
    },
    Arguments {
        family: "negative_binomial",
        list: &[],
        keys: &[&["r", "p"], &["mean", "size"]],
        fitted: false,
        about: "failures before the r-th success of probability p; or by mean and size",
    },
];

/// Keys such as `p5`, `p50`, `p97.5`.
pub const PERCENTILE: &str = "^p([0-9]?[1-9]|[1-9]0)([.][0-9]+)?$|^p0?0[.]0*[1-9][0-9]*$";
