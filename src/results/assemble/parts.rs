//! How much of a result is read off a summary.
//!
//! A page under a moving hand shows some numbers and one chart; a whole result has every series,
//! occupancy and event at every time, each with its error, and takes longer to read off than a
//! thousand trials to simulate.

/// What of a result is read off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    All,
    /// The probabilities of outcomes, groups and questions without what each trend adds to them and
    /// without ranges, questions about some futures, metrics, ratios, and what is named here. All
    /// else is empty.
    Shown(Shown),
}

/// What is shown over time, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Indicators and derived values.
    pub series: Vec<String>,
    pub events: Vec<String>,
    /// Phases and states.
    pub occupancy: bool,
}

impl Parts {
    pub(super) fn are_all(&self) -> bool {
        *self == Self::All
    }

    pub(super) fn have_series(&self, name: &str) -> bool {
        self.has(name, |shown| &shown.series)
    }

    pub(super) fn have_event(&self, name: &str) -> bool {
        self.has(name, |shown| &shown.events)
    }

    pub(super) fn have_occupancy(&self) -> bool {
        match self {
            Self::All => true,
            Self::Shown(shown) => shown.occupancy,
        }
    }

    fn has(&self, name: &str, list: fn(&Shown) -> &Vec<String>) -> bool {
        match self {
            Self::All => true,
            Self::Shown(shown) => list(shown).iter().any(|one| one == name),
        }
    }

    /// Whether there is nothing in `other` that these do not have.
    pub fn cover(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Shown(_), Self::All) => false,
            (Self::Shown(own), Self::Shown(other)) => {
                other.series.iter().all(|one| own.series.contains(one))
                    && other.events.iter().all(|one| own.events.contains(one))
                    && (own.occupancy || !other.occupancy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_covered_by_as_much_or_more() {
        let shown = |series: &[&str], occupancy| {
            Parts::Shown(Shown {
                series: series.iter().map(|s| (*s).to_owned()).collect(),
                events: vec!["e".into()],
                occupancy,
            })
        };
        let (few, more) = (shown(&["a"], false), shown(&["b", "a"], true));
        assert!(more.cover(&few) && few.cover(&few) && Parts::All.cover(&more));
        assert!(!few.cover(&more) && !more.cover(&Parts::All));
        assert!(few.have_series("a") && !few.have_series("b") && !few.have_occupancy());
        assert!(few.have_event("e") && !few.have_event("a") && Parts::All.have_event("a"));
    }
}
