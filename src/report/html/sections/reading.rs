//! How to read the page: what the two uncertainties are.

use super::Body;
use crate::report::html::markup::Markup;

/// Once a page.
pub fn how_to_read(body: &mut Body) {
    body.section("reading", "How to read this", |body| {
        body.paragraph(
            "A scenario file states what its author assumes. From it the program played out many possible futures and counted how they end. \
             All numbers follow from the file: none of them says that the file is right.",
        );
        body.list(
            "plain",
            [
                Markup::strong("Chance in the simulation").and(
                    " (the thin whisker, “±” and “95% interval”): how far a number may be off because only so many futures were played. \
                     “±” is one standard error; more futures shrink it.",
                ),
                Markup::strong("What the author does not know").and(
                    " (the pale band, “epistemic 90%”): where a number lies as the uncertain parameters take the values that the file allows, \
                     from the 5th to the 95th percentile. More futures do not shrink it; better knowledge does.",
                ),
                Markup::strong("Open “The numbers”")
                    .and(" below a chart for its values as a table."),
            ],
        );
    });
}
