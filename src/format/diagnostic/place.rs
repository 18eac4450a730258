//! Where a fault is, before anybody asks for its line.
//!
//! A place is cheap to carry along: a JSON pointer, or a range of bytes in one source text where
//! the text is no JSON.

use super::sources::LayerId;
use std::ops::Range;

/// A spot in the effective scenario, or in one of the texts that it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// JSON pointer (RFC 6901) into the effective scenario; empty for the whole of it.
    pub pointer: String,
    pub part: Part,
    /// For [`Part::Value`]: bytes inside the text of a formula, after JSON escapes are resolved.
    /// For [`Part::Text`]: bytes of the layer's text. `None`: all of the part.
    pub range: Option<Range<usize>>,
}

/// Which part of a member the fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name of the member.
    Key,
    /// What stands after the colon, or an element of an array.
    Value,
    /// The text of one layer, outside of any pointer: faults of syntax and of `extends`.
    Text(LayerId),
}

impl Place {
    /// The value at `pointer`.
    pub fn value(pointer: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            part: Part::Value,
            range: None,
        }
    }

    /// The key of the member at `pointer`.
    pub fn key(pointer: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            part: Part::Key,
            range: None,
        }
    }

    /// The bytes `range` of the formula that stands at `pointer`.
    pub fn formula(pointer: impl Into<String>, range: Range<usize>) -> Self {
        Self {
            pointer: pointer.into(),
            part: Part::Value,
            range: Some(range),
        }
    }

    /// The bytes `range` of one layer's text; `None` for the layer as a whole.
    pub fn text(layer: LayerId, range: Option<Range<usize>>) -> Self {
        Self {
            pointer: String::new(),
            part: Part::Text(layer),
            range,
        }
    }
}
