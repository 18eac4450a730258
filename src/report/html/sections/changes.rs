//! Where two scenario files differ.

use super::{Pair, Section, name};
use crate::report::html::markup::Markup;
use crate::report::html::statement;
use crate::report::html::table::Table;
use serde_json::Value;

pub const CHANGES: Section<Pair> = Section {
    key: "changes",
    title: "What was changed",
    is_needed: |_| true,
    write: |body, pair| {
        if pair.comparison.changes.is_empty() {
            body.paragraph("Nothing but names, titles, notes and sources.");
            return;
        }
        let head = ["assumption", name(&pair.base), name(&pair.other)];
        let mut table = Table::new("Assumptions that differ", head).texts(3);
        for change in &pair.comparison.changes {
            table.row([
                Markup::code(&change.path),
                value(change.base.as_ref()),
                value(change.other.as_ref()),
            ]);
        }
        body.table(&table);
    },
};

fn value(value: Option<&Value>) -> Markup {
    match value {
        Some(value @ (Value::Number(_) | Value::String(_) | Value::Bool(_))) => {
            statement::plain_word(value)
        }
        Some(value) => statement::raw(value),
        None => Markup::faint("absent"),
    }
}
