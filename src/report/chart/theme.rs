//! Colours and the style sheet of charts, light and dark.
//!
//! Gives the sheet for a page (custom properties, following the reader's scheme or `data-theme` on the root; print is light) and the sheet
//! within a stand-alone file (plain colours, light). The unit tests compute contrast and how far colour-blind readers see fills apart.

/// A colour by its role, as `#rrggbb` on light and on dark ground.
pub(super) struct Colour {
    pub name: &'static str,
    pub light: &'static str,
    pub dark: &'static str,
}

const fn colour(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

/// Fills of classes, in order; after the last comes the first again.
pub(super) const FILLS: usize = 8;

pub(super) const COLOURS: [Colour; 17] = [
    colour("ground", "#ffffff", "#15181c"),
    colour("ink", "#17191c", "#eceef0"),
    colour("muted", "#555b63", "#a9b0b9"),
    colour("grid", "#dfe2e6", "#30353c"),
    colour("axis", "#7b828b", "#7f8791"),
    colour("accent", "#1f62a8", "#6fb0f2"),
    colour("pale", "#cfe0f2", "#21405f"),
    colour("other", "#b3501b", "#f0995f"),
    colour("faint", "#f0f2f4", "#22272d"),
    colour("c1", "#2d8eef", "#5991f5"),
    colour("c2", "#4d1180", "#ca8e52"),
    colour("c3", "#dc7114", "#8351b2"),
    colour("c4", "#005981", "#44c0a4"),
    colour("c5", "#689c70", "#8d5f2e"),
    colour("c6", "#6b1b18", "#b3c6f9"),
    colour("c7", "#9d64ae", "#058787"),
    colour("c8", "#585b19", "#f4c622"),
];

/// Rules with `var(--qx-…)` for colours.
const RULES: &str = include_str!("chart.css");

/// The sheet that a page with charts includes once.
pub fn stylesheet() -> String {
    let block = |pick: fn(&Colour) -> &'static str| -> String {
        (COLOURS.iter())
            .map(|colour| format!("--qx-{}:{};", colour.name, pick(colour)))
            .collect()
    };
    let (light, dark) = (block(|colour| colour.light), block(|colour| colour.dark));
    format!(
        ":root{{{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         @media screen{{:root[data-theme=dark]{{{dark}}}}}\n\
         {RULES}"
    )
}

/// The sheet within a file of its own: light colours, no custom properties (many viewers know none).
pub(super) fn file_stylesheet() -> String {
    let mut rules = RULES.to_owned();
    for colour in &COLOURS {
        rules = rules.replace(&format!("var(--qx-{})", colour.name), colour.light);
    }
    rules
}

/// Class that fills with the colour of the `index`-th class.
pub(super) fn fill(index: usize) -> String {
    format!("f{}", index % FILLS + 1)
}

/// Class that draws a line in the colour of the `index`-th class.
pub(super) fn stroke(index: usize) -> String {
    format!("s{}", index % FILLS + 1)
}
