//! Families of distributions.

/// A family, by its name in a scenario file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Normal,
}

/// A distribution with numeric parameters.
#[derive(Clone, Debug)]
pub struct Distribution {}
