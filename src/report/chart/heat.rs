//! How a number moves with two inputs: a cell for each pair of values, the darker the larger.
//!
//! Takes a matrix of values; gives a chart. Values stand in the cells where there is room; the
//! table has them all.

use super::sheet::{LEADING, SMALL, Sheet, title_column};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// Shades of cells.
const SHADES: usize = 6;
const HEIGHT: f64 = 30.0;

/// One pair of values.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatCell {
    /// NaN: no value.
    pub value: f64,
    /// The value without its error.
    pub text: String,
    /// The value with its error.
    pub tip: String,
}

/// A matrix of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    pub about: About,
    /// What the inputs are called: that down, and that across.
    pub inputs: [String; 2],
    /// Values of the first input, from top to bottom.
    pub down: Vec<String>,
    /// Values of the second, from left to right.
    pub across: Vec<String>,
    /// By value of the first, then of the second.
    pub cells: Vec<Vec<HeatCell>>,
}

impl Heat {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        for (word, name) in ["Down: ", "Across: "].iter().zip(&self.inputs) {
            sheet.lines(&format!("{word}{name}"), SMALL, "m", 1);
        }
        let left = title_column(self.down.iter().map(String::as_str), width);
        let wide = (width - left) / self.across.len().max(1) as f64;
        let top = sheet.y + 1.6 * SMALL;
        let fits = |text: &str| text::width(text, SMALL) + 8.0 <= wide;
        // Every so many heads that none meets the next.
        let widest = (self.across.iter().map(|head| text::width(head, SMALL))).fold(0.0, f64::max);
        let each = (((widest + 8.0) / wide).ceil() as usize).max(1);
        for (j, head) in self.across.iter().enumerate().step_by(each) {
            let room = wide * each as f64 - 4.0;
            let head = text::ellipsis(head, SMALL, room);
            let half = text::width(&head, SMALL) / 2.0;
            let middle = left + (j as f64 + 0.5) * wide;
            let x = middle.clamp(half, (width - half).max(half));
            sheet
                .drawing
                .text((x, top - 5.0), SMALL, Anchor::Middle, "m", &head);
        }
        let values = || {
            let all = self.cells.iter().flatten().map(|cell| cell.value);
            all.filter(|value| value.is_finite())
        };
        let (low, high) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        let shade = |value: f64| -> String {
            if !value.is_finite() {
                return "faint".into();
            }
            let share = if high > low {
                (value - low) / (high - low)
            } else {
                0.0
            };
            format!(
                "h{}",
                ((share * SHADES as f64) as usize).min(SHADES - 1) + 1
            )
        };
        let are_told = self.cells.iter().flatten().all(|cell| fits(&cell.text));
        for (i, (name, row)) in self.down.iter().zip(&self.cells).enumerate() {
            let y = top + i as f64 * HEIGHT;
            let name = text::ellipsis(name, SMALL, left - 8.0);
            let base = y + HEIGHT / 2.0 + 0.36 * SMALL;
            sheet
                .drawing
                .text((left - 8.0, base), SMALL, Anchor::End, "m", &name);
            for (j, cell) in row.iter().enumerate() {
                let x = left + j as f64 * wide;
                let class = shade(cell.value);
                sheet
                    .drawing
                    .rect([x, y, wide - 1.0, HEIGHT - 1.0], &class, &cell.tip);
                if are_told {
                    let at = (x + wide / 2.0, base);
                    sheet
                        .drawing
                        .text(at, SMALL, Anchor::Middle, "", &cell.text);
                }
            }
        }
        sheet.y = top + self.cells.len() as f64 * HEIGHT + 0.2 * LEADING * SMALL;
        sheet.finish()
    }
}
