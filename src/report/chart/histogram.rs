//! A distribution: shares of the futures by value, with quantiles marked.
//!
//! Takes bins and marks; gives a chart. Bins of unlike widths have their share as area.

use super::labels::{Flag, flags};
use super::scale::{self, Scale, Ticks};
use super::sheet::{LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// A marked value.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantile {
    pub at: f64,
    /// What it is, such as `median`.
    pub name: String,
    /// The value as text.
    pub value: String,
}

/// A histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    pub about: About,
    /// Unit of the values; may be empty.
    pub unit: String,
    /// ISO date of 0 if the values are instants in years, which are shown as dates.
    pub start: Option<String>,
    /// Ascending, one more than `counts`.
    pub edges: Vec<f64>,
    /// All values are whole, and edges lie halfway between: so does the axis count.
    pub is_whole: bool,
    pub counts: Vec<u64>,
    /// What each bin holds, as text.
    pub holds: Vec<String>,
    pub quantiles: Vec<Quantile>,
}

impl Bins {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let height = if sheet.is_narrow() { 150.0 } else { 180.0 };
        let ends = [self.edges.first(), self.edges.last()].map(|edge| edge.copied().unwrap_or(0.0));
        let bins = self.counts.len().min(self.edges.len().saturating_sub(1));
        let total = self.counts.iter().sum::<u64>().max(1) as f64;
        let share = |i: usize| self.counts[i] as f64 / total;
        let span = |i: usize| (self.edges[i + 1] - self.edges[i]).max(f64::MIN_POSITIVE);
        let even = (0..bins).all(|i| (span(i) / span(0) - 1.0).abs() < 1e-6);
        // Bins of one width show their share; others their density, for which there is no axis that
        // anybody reads.
        let tall = |i: usize| {
            if even {
                100.0 * share(i)
            } else {
                share(i) / span(i)
            }
        };
        let highest = (0..bins).map(tall).fold(f64::MIN_POSITIVE, f64::max);
        let levels = scale::ticks([0.0, highest], 4, false);
        let left = if even {
            Sheet::y_labels(&levels, "%")
        } else {
            1.0
        };
        let count = ((width / 70.0) as usize).clamp(4, 8);
        let pixels = [left, width - 1.0];
        let (ticks, across) = scale::axis(ends, pixels, count, false, SMALL, "");
        let labels = self.labels(across, width);
        let rows = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
        let top = sheet.y + rows as f64 * LEADING * SMALL + 8.0;
        let bottom = top + height;
        let down = Scale {
            data: [0.0, highest],
            pixels: [bottom, top],
        };
        if even {
            sheet.y_axis(&levels, down, [left, width], "%");
        }
        for i in (0..bins).filter(|&i| self.counts[i] > 0) {
            let (from, to) = (across.at(self.edges[i]), across.at(self.edges[i + 1]));
            let tip = format!("{}: {:.1}% of the futures", self.holds[i], 100.0 * share(i));
            let y = down.at(tall(i)).min(bottom - 1.0);
            let wide = (to - from - 1.0).max(1.5);
            sheet
                .drawing
                .rect([from + 0.5, y, wide, bottom - y], "bar", &tip);
        }
        for (quantile, label) in self.quantiles.iter().zip(&labels) {
            let x = across.within(quantile.at);
            let baseline = top - 8.0 - label.row as f64 * LEADING * SMALL;
            sheet.drawing.line((x, baseline + 3.0), (x, bottom), "mark");
            let parts = [("m", quantile.name.as_str()), ("b", &quantile.value)];
            let at = (label.left + label.width / 2.0, baseline);
            sheet.drawing.phrase(at, SMALL, Anchor::Middle, &parts);
        }
        sheet.y = match &self.start {
            Some(start) => sheet.time_axis(start, across, bottom),
            None => self.axis(&mut sheet, &ticks, across, bottom),
        };
        sheet.finish()
    }

    /// The axis of the values and their unit; gives where it ends.
    fn axis(&self, sheet: &mut Sheet, ticks: &Ticks, across: Scale, bottom: f64) -> f64 {
        let width = sheet.width();
        let [left, right] = across.pixels;
        sheet.drawing.line((left, bottom), (right, bottom), "x");
        let mut free = 0.0;
        for (&value, label) in ticks.values.iter().zip(&ticks.labels) {
            if self.is_whole && value.fract() != 0.0 {
                continue;
            }
            let label = match label.split_once('.') {
                Some((whole, _)) if self.is_whole => whole,
                _ => label,
            };
            let half = text::width(label, SMALL) / 2.0;
            let x = across.at(value);
            sheet.drawing.line((x, bottom), (x, bottom + 4.0), "x");
            let x = x.clamp(half, (width - half).max(half));
            // A label that had to give way to the edge may have no room left.
            if x - half < free {
                continue;
            }
            free = x + half + PAD;
            sheet
                .drawing
                .text((x, bottom + 1.4 * SMALL), SMALL, Anchor::Middle, "m", label);
        }
        let end = bottom + 1.6 * SMALL;
        if self.unit.is_empty() {
            return end;
        }
        let unit = text::ellipsis(&self.unit, SMALL, width);
        sheet
            .drawing
            .text((width, end + SMALL), SMALL, Anchor::End, "m", &unit);
        end + LEADING * SMALL
    }

    fn labels(&self, across: Scale, width: f64) -> Vec<Flag> {
        let lines: Vec<(f64, f64)> = (self.quantiles.iter())
            .map(|quantile| {
                let words = text::width(&quantile.name, SMALL)
                    + 4.0
                    + text::bold_width(&quantile.value, SMALL);
                (across.within(quantile.at), words + 2.0 * PAD)
            })
            .collect();
        flags(&lines, [0.0, width])
    }
}

/// Pixels left and right of a label.
const PAD: f64 = 4.0;
