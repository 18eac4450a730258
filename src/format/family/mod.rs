//! The families of distributions: their names in a file, the names and kinds of their arguments,
//! what is said of them.
//!
//! The one table of them. The enum, the decoder, the schema, the reference and what may stand for
//! an argument all follow from it; how a family's numbers are found is the matter of
//! `distribution`, which the compiler holds to the enum.

/// What an argument is, and with that what may stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value of the quantity: where it is a time, a date.
    Place,
    /// A distance between values of the quantity, not negative.
    Spread,
    /// A number of its own that is not negative.
    Positive,
    /// A number of its own.
    Number,
}

/// An argument of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Argument {
    pub name: &'static str,
    pub kind: Kind,
    /// Its value where it is left out; those without one are needed.
    pub default: Option<f64>,
}

/// How a file states the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a list of so many; further ones have keys of their own beside the family's.
    List(usize),
    /// As an object of named arguments.
    Keys,
    /// The same, and two percentiles do as well.
    KeysOrPercentiles,
}

/// A line of the table.
#[derive(Debug)]
pub struct Row {
    pub family: Family,
    /// Its key in a file. Two lines may share one, if their arguments have different names.
    pub name: &'static str,
    pub written: Written,
    pub arguments: &'static [Argument],
    /// For readers of the reference; empty for further lines of one name.
    pub about: &'static str,
}

macro_rules! argument {
    ($name:ident $kind:ident) => {
        Argument {
            name: stringify!($name),
            kind: Kind::$kind,
            default: None,
        }
    };
    ($name:ident $kind:ident $default:literal) => {
        Argument {
            name: stringify!($name),
            kind: Kind::$kind,
            default: Some($default),
        }
    };
}

/// Makes the enum and the table of the same lines.
macro_rules! families {
    ($($variant:ident = $name:literal, $written:expr, [$(($($argument:tt)+)),+], $about:literal;)+) => {
        /// A family of distributions, with one of the ways to state its arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Family {
            $($variant,)+
        }

        impl Family {
            /// All of them, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }

        /// The table, in the order of the reference; a family stands at its place in the enum.
        pub const FAMILIES: &[Row] = &[$(Row {
            family: Family::$variant,
            name: $name,
            written: $written,
            arguments: &[$(argument!($($argument)+)),+],
            about: $about,
        }),+];
    };
}

use Written::{Keys, KeysOrPercentiles, List};

#[rustfmt::skip]
families! {
    Pert = "pert", List(3), [(low Place), (mode Place), (high Place), (lambda Number 4.0)], "PERT: low, mode, high";
    Triangular = "triangular", List(3), [(low Place), (mode Place), (high Place)], "triangular: low, mode, high";
    Uniform = "uniform", List(2), [(low Place), (high Place)], "uniform: low, high";
    Loguniform = "loguniform", List(2), [(low Place), (high Place)], "uniform in the logarithm: low, high";
    Normal = "normal", KeysOrPercentiles, [(mean Place), (sd Spread)], "normal: mean and sd, or two percentiles";
    Lognormal = "lognormal", KeysOrPercentiles, [(mu Number), (sigma Positive)], "lognormal: mu and sigma of the logarithm, or two percentiles";
    Beta = "beta", Keys, [(alpha Positive), (beta Positive)], "beta: alpha, beta";
    Gamma = "gamma", Keys, [(shape Positive), (rate Positive)], "gamma: shape, rate";
    Weibull = "weibull", Keys, [(shape Positive), (scale Spread)], "Weibull: shape, scale";
    Exponential = "exponential", Keys, [(rate Positive)], "exponential: rate";
    StudentT = "student_t", Keys, [(df Positive), (loc Place 0.0), (scale Spread 1.0)], "Student's t: df, loc (0 if not stated), scale (1 if not stated)";
    TruncatedNormal = "truncated_normal", Keys, [(mean Place), (sd Spread), (low Place), (high Place)], "normal cut at low and high";
    Poisson = "poisson", Keys, [(rate Positive)], "Poisson: rate, which is its mean";
    Binomial = "binomial", Keys, [(n Number), (p Number)], "binomial: n trials, probability p";
    NegativeBinomial = "negative_binomial", Keys, [(r Number), (p Number)], "failures before the r-th success of probability p; or by mean and size";
    NegativeBinomialByMean = "negative_binomial", Keys, [(mean Place), (size Positive)], "";
}

impl Family {
    /// Its line of the table.
    pub fn row(self) -> &'static Row {
        &FAMILIES[self as usize]
    }

    /// Its key in a file.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its arguments, in the order in which they are handed on.
    pub fn arguments(self) -> &'static [Argument] {
        self.row().arguments
    }

    /// The lines of one name, the first of which speaks for all; empty if there is no such family.
    pub fn named(name: &str) -> impl Iterator<Item = &'static Row> {
        FAMILIES.iter().filter(move |row| row.name == name)
    }
}

impl Row {
    /// Whether it is the first of its name.
    pub fn leads(&self) -> bool {
        !self.about.is_empty()
    }

    /// The arguments that a list holds, or that an object does.
    pub fn inside(&self) -> &'static [Argument] {
        match self.written {
            List(count) => &self.arguments[..count],
            Keys | KeysOrPercentiles => self.arguments,
        }
    }

    /// The arguments with keys of their own beside the family's.
    pub fn beside(&self) -> &'static [Argument] {
        &self.arguments[self.inside().len()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_stands_at_its_place_and_its_arguments_can_be_told_apart() {
        for (place, row) in FAMILIES.iter().enumerate() {
            assert_eq!(row.family as usize, place);
            assert_eq!(Family::ALL[place], row.family);
            let names: Vec<_> = row.arguments.iter().map(|argument| argument.name).collect();
            for (at, name) in names.iter().enumerate() {
                assert!(!names[..at].contains(name), "{}: {name}", row.name);
            }
            // Arguments that may be left out come last, and have a key.
            let needed = row
                .arguments
                .iter()
                .take_while(|argument| argument.default.is_none());
            let needed = needed.count();
            assert!(
                row.arguments[needed..]
                    .iter()
                    .all(|argument| argument.default.is_some())
            );
            assert!(
                row.beside()
                    .iter()
                    .all(|argument| argument.default.is_some())
            );
            let first = Family::named(row.name).next().unwrap();
            assert_eq!(row.leads(), first.family == row.family);
        }
    }
}
