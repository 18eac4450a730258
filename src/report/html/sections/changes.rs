//! Where two scenario files differ.

use super::{Pair, Section, name};
use crate::report::changes::all_worded;
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;

pub const CHANGES: Section<Pair> = Section {
    key: "changes",
    title: "What was changed",
    is_needed: |_| true,
    write: |body, pair| {
        if pair.comparison.changes.is_empty() {
            body.paragraph("Nothing but names, titles, notes and sources.");
            return;
        }
        let head = [
            "assumption",
            name(&pair.base),
            name(&pair.other),
            "path in the file",
        ];
        let mut table = Table::new("Assumptions that differ", head).texts(4);
        let [base, other] = [&pair.base, &pair.other].map(|side| &side.scenario.source);
        for (worded, path) in all_worded(&pair.comparison.changes, base, other) {
            let [from, to] = [worded.from, worded.to].map(|side| match side.as_str() {
                "absent" => Markup::faint("absent"),
                told => Markup::text(told),
            });
            table.row([Markup::text(&worded.what), from, to, Markup::code(&path)]);
        }
        body.table(&table);
    },
};
