//! Times that are written as such meet only what may be one.

use super::Checker;
use crate::expression::error::{FormulaError, code};
use crate::expression::syntax::{Kind, Node};
use crate::expression::times::{Sort, sort};

impl Checker<'_> {
    /// Reports a sum or comparison of a written time with what is none, and of a day with a length of time.
    pub(super) fn times_fit(&mut self, symbol: &str, left: &Node, right: &Node) {
        for (one, other) in [(left, right), (right, left)] {
            if sort(one) != Sort::Written {
                continue;
            }
            let summed = matches!(symbol, "+" | "-");
            let (time, text) = (self.excerpt(one), self.excerpt(other));
            let fault =
                |message: String| FormulaError::new(code::WRONG_TYPE, message, other.range.clone());
            match sort(other) {
                Sort::Other => {
                    self.report(fault(format!(
                        "`{time}` is a time and `{text}` is none: `{symbol}` has no meaning between them"
                    )));
                }
                Sort::Bare if summed => {
                    let found = fault(format!(
                        "`{time}` is a time and `{text}` has no unit: `{symbol}` has no meaning between them"
                    ));
                    self.report(found.hint(format!("write `{text} days` or `{text} years`")));
                }
                _ => {}
            }
            let is_length = match &other.kind {
                Kind::Name(name) => name == "time_in_phase",
                Kind::Call { name, .. } => matches!(name.as_str(), "since" | "time_in" | "age"),
                _ => false,
            };
            if is_length && matches!(one.kind, Kind::Day(_)) {
                let found = fault(format!(
                    "`{text}` is a length of time, and `{time}` is a day"
                ));
                self.report(found.hint("compare `t` with a day, and a length with `60 days`"));
            }
        }
    }
}
