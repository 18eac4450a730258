//! A chart as a file of its own: SVG with its style within, and PNG.
//!
//! Takes a drawn [`Chart`]; gives the bytes. Writing them is the caller's business.

use super::svg::number;
use super::{Chart, theme};

impl Chart {
    /// A stand-alone SVG document: the same drawing with a light style within.
    pub fn to_svg_file(&self) -> String {
        let (width, height) = (
            number(self.width + 2.0 * MARGIN),
            number(self.height + 2.0 * MARGIN),
        );
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qx\" width=\"{width}\" height=\"{height}\" viewBox=\"-{MARGIN} -{MARGIN} {width} {height}\" \
             role=\"img\" aria-labelledby=\"{id}-title {id}-desc\"><style>{style}</style>\
             <rect class=\"ground\" x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{width}\" height=\"{height}\"/>{body}</svg>\n",
            id = self.id,
            style = theme::file_stylesheet(),
            body = self.body,
        )
    }
}

/// Pixels around the drawing in a file.
const MARGIN: f64 = 16.0;
