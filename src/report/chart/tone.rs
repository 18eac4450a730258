//! What a colour stands for: a group of outcomes, a trend, or nothing but that two things of a
//! chart are not the same.
//!
//! Gives the style classes of fills and lines; the colours themselves are in
//! [`theme`](super::theme). Outcomes and phases have the hue of their group, in every chart; trends
//! have a hue of their own; what has no kind takes colours that no group and no trend has.

use super::theme::COLOURS;

/// Hues of groups; those of further groups are not told apart.
pub(super) const GROUPS: usize = 5;

/// Shades of a group's hue; after the last comes the first again.
pub(super) const SHADES: usize = 3;

/// Shades of the trends; after the last comes the first again.
pub(super) const TRENDS: usize = 6;

/// Colours that only tell apart; after the last comes the first again.
pub(super) const APART: usize = 24;

/// The colour of a mark, by what it stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// A number that belongs to no group.
    #[default]
    Plain,
    /// Grey: what is left over.
    Rest,
    /// Of a group of outcomes, by its place among them. The first shade is that of the group
    /// itself.
    Group { place: usize, shade: usize },
    /// A trend, by its place in the file.
    Trend(usize),
    /// One of several things that have no kind.
    Apart(usize),
}

impl Tone {
    /// Of the group at that place; grey where there are more groups than hues.
    pub fn group(place: usize, shade: usize) -> Self {
        match place < GROUPS {
            true => Self::Group { place, shade },
            false => Self::Rest,
        }
    }

    /// The name of its colour in [`COLOURS`], where it has one of its own.
    pub(super) fn colour(self) -> Option<String> {
        match self {
            Self::Plain | Self::Rest => None,
            Self::Group { place, shade } => {
                Some(format!("g{}{}", place % GROUPS + 1, shade % SHADES + 1))
            }
            Self::Trend(place) => Some(format!("t{}", place % TRENDS + 1)),
            Self::Apart(place) => Some(format!("c{}", place % APART + 1)),
        }
    }

    /// Class that fills.
    pub(super) fn fill(self) -> String {
        match self.colour() {
            Some(colour) => format!("f{colour}"),
            None if self == Self::Rest => "rest".into(),
            None => "bar".into(),
        }
    }

    /// Class that draws a line.
    pub(super) fn stroke(self) -> String {
        match self.colour() {
            Some(colour) => format!("s{colour}"),
            None if self == Self::Rest => "x".into(),
            None => "edge".into(),
        }
    }

    /// Classes of a pale box with an edge. `is_bound`: paler, and its edge is dashed.
    pub(super) fn band(self, is_bound: bool) -> String {
        let dashed = if is_bound { " bound" } else { "" };
        match self {
            Self::Plain => format!("band{dashed}"),
            Self::Rest => format!("bandrest{dashed}"),
            _ => {
                let pale = if is_bound { "hazebound" } else { "haze" };
                format!("{} {} {pale}", self.fill(), self.stroke())
            }
        }
    }
}

/// Rules of all fills and lines that have a colour of their own. `readout`: of the squares of the
/// read-out too.
pub(super) fn rules(readout: bool) -> String {
    let own = COLOURS.iter().map(|colour| colour.name);
    own.filter(|name| name.ends_with(|last: char| last.is_ascii_digit()))
        .map(|name| {
            let square = match readout {
                true => format!(".qx-readout .f{name}{{background:var(--qx-{name})}}\n"),
                false => String::new(),
            };
            format!(
                ".qx .f{name}{{fill:var(--qx-{name})}}\n.qx .s{name}{{stroke:var(--qx-{name})}}\n{square}"
            )
        })
        .collect()
}
