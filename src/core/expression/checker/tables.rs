//! Tables: values over the month or the date, and functions.

use super::reach::Reach;
use super::{Checked, Checker};
use crate::expression::curve::Over;
use crate::expression::error::{FormulaError, code};
use crate::expression::scope::{Reads, Thing};
use crate::expression::syntax::{Named, Node};
use crate::expression::tree::Expr;
use std::ops::Range;

impl Checker<'_> {
    /// A table by its name alone.
    pub(super) fn table(&mut self, name: &str, index: usize, node: &Node) -> Option<Checked> {
        // `None`: at fault itself, and reported there.
        let curve = self.scope.names.curves.get(index)?.clone()?;
        let place = match curve.over {
            Over::Month => Expr::Month,
            Over::Date => Expr::Time,
            Over::Argument | Over::From => {
                let message = format!("`{name}` is a table, and is looked up by a number");
                let error = FormulaError::new(code::WRONG_TYPE, message, node.range.clone());
                self.report(error.hint(format!("write `{name}(x)`")));
                return None;
            }
        };
        if self.scope.reads == Reads::Parameters {
            let what = format!("`{name}` changes with time, and that");
            self.unreadable(what, node.range.clone());
            return None;
        }
        Checked::plain(Expr::Lookup(curve, Box::new(place)))
    }

    /// A table with a number in brackets; `None` if nothing is called so.
    pub(super) fn table_call(
        &mut self,
        name: &str,
        name_range: &Range<usize>,
        (arguments, named): (&[Node], &[Named]),
        node: &Node,
    ) -> Option<Option<Checked>> {
        let names = self.scope.names;
        let index = names.index(Thing::Table, name)?;
        let Some(curve) = names.curves.get(index).cloned().flatten() else {
            return Some(None);
        };
        let fault = |message: String, hint: String| {
            let range = name_range.clone();
            FormulaError::new(code::ARGUMENT_COUNT, message, range).hint(hint)
        };
        let ([argument], []) = (arguments, named) else {
            let message = format!(
                "`{name}` takes 1 argument, found {}",
                arguments.len() + named.len()
            );
            let hint = match curve.over {
                Over::Argument => format!("write `{name}(x)`"),
                _ => format!("write `{name}` alone: it is over the month or the date"),
            };
            self.report(fault(message, hint));
            return Some(None);
        };
        if curve.over != Over::Argument {
            let message =
                format!("`{name}` is looked up by the month or the date, and takes no argument");
            self.report(fault(message, format!("write `{name}` alone")));
            return Some(None);
        }
        let Some(inner) = self.finite(argument) else {
            return Some(None);
        };
        let lookup = Expr::Lookup(curve, Box::new(inner.expr));
        Some(self.folded(lookup, Reach::Finite, node))
    }
}
