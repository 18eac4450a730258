//! A chart as a file of its own: SVG with its style within, and PNG.
//!
//! Takes a drawn [`Chart`]; gives the bytes, which the caller writes. PNG needs the
//! feature `png`, and shows letters of the embedded font only (Latin, Greek, Cyrillic), as
//! outlines: a renderer without fonts and scripts is built in half the time.

use super::sheet::{LEADING, SMALL};
use super::svg::{Anchor, Drawing, number};
use super::{Chart, text, theme};

/// Pixels around the drawing in a file.
const MARGIN: f64 = 16.0;

/// Lines of a signature at most.
const SIGNED: usize = 3;

impl Chart {
    /// The same with words below the drawing, which go with it wherever a file of it goes: what it
    /// is of, and what it is not.
    pub fn signed(mut self, words: &str) -> Self {
        let mut drawing = Drawing::default();
        let lines = text::balanced(words, SMALL, self.width, SIGNED);
        let mut y = self.height + 6.0;
        for line in &lines {
            y += LEADING * SMALL;
            drawing.text((0.0, y), SMALL, Anchor::Start, "m", line);
        }
        self.body += &drawing.into_text();
        self.height = (y + 6.0).ceil();
        self
    }

    /// A stand-alone SVG document: the same drawing with a light style within.
    pub fn to_svg_file(&self) -> String {
        self.document(&theme::file_stylesheet(), &self.body)
    }

    fn document(&self, style: &str, body: &str) -> String {
        let width = number(self.width + 2.0 * MARGIN);
        let height = number(self.height + 2.0 * MARGIN);
        let origin = number(-MARGIN);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qx\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{origin} {origin} {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\
             <style>{style}</style>\
             <rect class=\"ground\" x=\"{origin}\" y=\"{origin}\" width=\"{width}\" height=\"{height}\"/>{body}</svg>\n",
            id = self.id,
        )
    }
}

#[cfg(feature = "png")]
mod png {
    use super::super::{Chart, letters, theme};
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};

    /// Most pixels of an image.
    const MOST_PIXELS: f64 = 100e6;

    /// Why there is no image.
    #[derive(Debug, thiserror::Error)]
    pub enum PngError {
        /// The scale is not positive, or the image would have more than 100 million pixels.
        #[error("a chart of {width} by {height} pixels cannot be drawn at scale {scale}")]
        Size { width: f64, height: f64, scale: f32 },
        /// The drawing is no valid SVG.
        #[error("the chart cannot be drawn: {0}")]
        Drawing(String),
    }

    impl Chart {
        /// The drawing of [`to_svg_file`](Chart::to_svg_file) as a PNG image, `scale` pixels for
        /// each of the frame's (2 for print).
        ///
        /// # Errors
        ///
        /// If the scale is not positive or the image would be too large.
        pub fn to_png(&self, scale: f32) -> Result<Vec<u8>, PngError> {
            let size = |scale| PngError::Size {
                width: self.width,
                height: self.height,
                scale,
            };
            let failed = |error: &dyn std::fmt::Display| PngError::Drawing(error.to_string());
            let body = letters::outlined(&self.body).map_err(|error| failed(&error))?;
            let document = self.document(&theme::picture_stylesheet(letters::CLASS), &body);
            let tree =
                Tree::from_str(&document, &Options::default()).map_err(|error| failed(&error))?;
            let [width, height] = [tree.size().width(), tree.size().height()]
                .map(|length| f64::from(length) * f64::from(scale));
            if !(width >= 1.0 && height >= 1.0 && width * height <= MOST_PIXELS) {
                return Err(size(scale));
            }
            let mut image = Pixmap::new(width.ceil() as u32, height.ceil() as u32)
                .ok_or_else(|| size(scale))?;
            resvg::render(
                &tree,
                Transform::from_scale(scale, scale),
                &mut image.as_mut(),
            );
            image.encode_png().map_err(|error| failed(&error))
        }
    }
}

#[cfg(feature = "png")]
pub use png::PngError;
