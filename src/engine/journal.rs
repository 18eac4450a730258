//! What happened in one trial, firing by firing: the raw material of a storyline.

/// Follows one lane of a batch.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub lane: usize,
    pub entries: Vec<Entry>,
}

/// One firing.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Years since the start.
    pub time: f64,
    pub event: u32,
    /// How often it has fired, this time included.
    pub count: u32,
    pub changes: Vec<Change>,
    /// By indicator, right after the firing.
    pub indicators: Vec<f64>,
}

/// One effect of a firing.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Indicator {
        indicator: usize,
        from: f64,
        to: f64,
    },
    Phase {
        from: usize,
        to: usize,
    },
    Trend {
        from: usize,
        to: usize,
    },
}
