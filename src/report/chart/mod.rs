//! Charts as SVG: data in, drawing and data table out.
//!
//! Each primitive is a plain struct with its data in it and a `draw(&Frame) -> Chart`;
//! [`from_results`] fills them from results. A [`Chart`] has its SVG (no scripts, no fonts from
//! elsewhere, the same bytes every time) and the table behind it. Colours come from [`stylesheet`],
//! which a page includes once; [`READOUT_JS`] adds a read-out under the pointer and for arrow keys.
//! Numbers are rounded by whoever fills the structs.

mod calendar;
mod curves;
mod differences;
mod export;
mod fan;
pub mod from_results;
mod heat;
mod histogram;
mod labels;
mod ladder;
mod layers;
#[cfg(feature = "png")]
mod letters;
mod overlay;
mod pairs;
mod panels;
mod response;
mod rows;
mod scale;
mod sheet;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod timeline;
mod tone;
mod widths;

pub use curves::{Curve, Curves};
pub use differences::{DifferenceRow, Differences};
#[cfg(feature = "png")]
pub use export::PngError;
pub use fan::Fan;
pub use heat::{Heat, HeatCell};
pub use histogram::{Bins, Quantile};
pub use ladder::{Ladder, LadderRow, Rung};
pub use layers::{Layer, Layers};
pub use overlay::{Overlay, Side as OverlaySide};
pub use pairs::{PairRow, Pairs};
pub use panels::{PanelCell, PanelRow, Panels};
pub use response::{Response, ResponsePoint};
pub use rows::{Mark, Row, Rows, Spread};
pub use svg::escape;
pub use theme::stylesheet;
pub use timeline::{Moment, Span, Timeline};
pub use tone::Tone;

/// Script of the read-out: for every `svg.qx[data-readout]` of the page, the values under the
/// pointer, and by arrow keys when it is focused.
///
/// Strict content security policies allow it as a file of its own or by its hash: it uses neither
/// `eval` nor inline handlers or styles.
pub const READOUT_JS: &str = include_str!("readout.js");

/// Where a chart will be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Pixels, 280 to 1600. A page scales the drawing; text is meant to be read at this width.
    pub width: f64,
    /// Put before every chart's `id`, so that two drawings of one chart can stand in one page.
    /// ASCII letters, digits, `-`, `_`.
    pub prefix: String,
    /// Whether title and subtitle are part of the drawing. Without them the page shows them (the
    /// SVG's own `<title>` remains).
    pub heading: bool,
    /// From where to where the axis of values goes at least, whatever the values are: of drawings
    /// that follow one another each has the same. Values beyond are drawn at its end. `None`: as
    /// far as the values go.
    pub reach: Option<[f64; 2]>,
    /// The drawing follows another: it leaves room for numbers that are longer than its own, so
    /// that nothing changes its place because one did.
    pub steady: bool,
}

impl Frame {
    /// A column of a page on a desk.
    pub const WIDE: f64 = 760.0;
    /// A phone.
    pub const NARROW: f64 = 360.0;

    /// A frame of that width, with headings.
    pub fn new(width: f64) -> Self {
        let width = if width.is_finite() { width } else { Self::WIDE };
        Self {
            width: width.clamp(280.0, 1600.0),
            prefix: String::new(),
            heading: true,
            reach: None,
            steady: false,
        }
    }

    /// The same with that prefix.
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The same for a drawing that follows another, with this reach.
    pub fn following(mut self, reach: Option<[f64; 2]>) -> Self {
        self.reach = reach;
        self.steady = true;
        self
    }

    /// The same without title and subtitle in the drawing.
    pub fn without_heading(mut self) -> Self {
        self.heading = false;
        self
    }
}

/// What every chart has besides its marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Unique in a page; any text, made safe where it is written.
    pub id: String,
    pub title: String,
    /// How to read it, in a sentence or two; drawn under the title.
    pub subtitle: String,
    /// What it shows, in words, for those who do not see it.
    pub description: String,
    pub table: Table,
}

/// A drawn chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// With the frame's prefix; safe in an `id` attribute and in a file name.
    pub id: String,
    /// Plain text, not escaped.
    pub title: String,
    /// Plain text, not escaped.
    pub subtitle: String,
    /// Plain text, not escaped.
    pub description: String,
    /// The `<svg>` element for a page that has the [`stylesheet`].
    pub svg: String,
    pub table: Table,
    /// Pixels.
    pub width: f64,
    /// Pixels.
    pub height: f64,
    /// The elements within the `<svg>`.
    body: String,
}

/// The numbers behind a chart, as text with their errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    /// As many cells as the header; the first names the row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A `<table>` with column and row headers, escaped.
    pub fn to_html(&self) -> String {
        let mut out = String::from("<table><thead><tr>");
        for cell in &self.header {
            out += &format!(r#"<th scope="col">{}</th>"#, escape(cell));
        }
        out += "</tr></thead><tbody>";
        for row in &self.rows {
            out += "<tr>";
            for (i, cell) in row.iter().enumerate() {
                out += &if i == 0 {
                    format!(r#"<th scope="row">{}</th>"#, escape(cell))
                } else {
                    format!("<td>{}</td>", escape(cell))
                };
            }
            out += "</tr>";
        }
        out + "</tbody></table>"
    }
}
