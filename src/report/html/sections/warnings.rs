//! What the lint and the run warn of.

use super::{Body, Section};
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::results::Warning;

pub const WARNINGS: Section<RunPart> = Section {
    key: "warnings",
    title: "Warnings",
    is_needed: |_| true,
    write: |body, part| {
        if part.result.warnings.is_empty() {
            body.paragraph(
                "None: the checks found nothing doubtful in the scenario or in the run.",
            );
        } else {
            list(body, &part.result.warnings);
        }
    },
};

pub fn list(body: &mut Body, warnings: &[Warning]) {
    let items = warnings.iter().map(|warning| {
        let mut text = Markup::text(&warning.message);
        if !warning.path.is_empty() {
            text = text.and(" at ").and(Markup::code(&warning.path));
        }
        text.and(" ")
            .and(Markup::faint(&format!("[{}]", warning.code)))
    });
    body.list("warnings", items);
}
