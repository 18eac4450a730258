//! A distribution: shares of the futures by value, with quantiles marked.
//!
//! Takes bins and marks; gives a chart. Bins of unlike widths are drawn with their share as area.

use super::labels::stagger;
use super::scale::{Scale, ticks};
use super::sheet::{LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};
use crate::report::format;

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
    /// Ascending, one more than `counts`.
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
    pub quantiles: Vec<Quantile>,
}

/// Rows for labels of quantiles at most.
const ROWS: usize = 4;

impl Bins {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let height = if sheet.is_narrow() { 150.0 } else { 180.0 };
        let (first, last) = match (self.edges.first(), self.edges.last()) {
            (Some(&first), Some(&last)) => (first, last),
            _ => (0.0, 1.0),
        };
        let count = ((width / 80.0) as usize).clamp(3, 8);
        let ticks = ticks([first, last], count, true);
        let pixels = [1.0, width - 1.0];
        let across = Scale {
            data: [ticks.values[0], ticks.values[ticks.values.len() - 1]],
            pixels,
        };

        let labels: Vec<String> = (self.quantiles.iter())
            .map(|quantile| format!("{} {}", quantile.name, quantile.value))
            .collect();
        let spans: Vec<[f64; 2]> = (self.quantiles.iter().zip(&labels))
            .map(|(quantile, label)| {
                let half = text::bold_width(label, SMALL) / 2.0 + 5.0;
                let middle = across
                    .within(quantile.at)
                    .clamp(half, (width - half).max(half));
                [middle - half, middle + half]
            })
            .collect();
        let rows = stagger(&spans, ROWS);
        let used = rows.iter().flatten().max().map_or(0, |row| row + 1);
        let top = sheet.y + used as f64 * LEADING * SMALL + 6.0;
        let bottom = top + height;

        let total: u64 = self.counts.iter().sum();
        let density = |i: usize| {
            self.counts[i] as f64 / (self.edges[i + 1] - self.edges[i]).max(f64::MIN_POSITIVE)
        };
        let bins = self.counts.len().min(self.edges.len().saturating_sub(1));
        let highest = (0..bins).map(density).fold(0.0, f64::max);
        let down = Scale {
            data: [0.0, highest.max(f64::MIN_POSITIVE)],
            pixels: [bottom, top],
        };
        for i in 0..bins {
            if self.counts[i] == 0 {
                continue;
            }
            let (low, high) = (self.edges[i], self.edges[i + 1]);
            let (left, right) = (across.at(low), across.at(high));
            let share = 100.0 * self.counts[i] as f64 / total.max(1) as f64;
            let tip = format!(
                "{} to {}: {share:.1}% of the futures",
                format::plain(low),
                format::plain(high)
            );
            let y = down.at(density(i)).min(bottom - 1.0);
            sheet.drawing.rect(
                [left + 0.5, y, (right - left - 1.0).max(1.5), bottom - y],
                "bar",
                &tip,
            );
        }
        for ((quantile, label), (span, row)) in self
            .quantiles
            .iter()
            .zip(&labels)
            .zip(spans.iter().zip(&rows))
        {
            let x = across.within(quantile.at);
            let row = row.unwrap_or(ROWS);
            let baseline = top - 8.0 - (used - 1 - row.min(used - 1)) as f64 * LEADING * SMALL;
            sheet.drawing.line((x, baseline + 3.0), (x, bottom), "halo");
            sheet.drawing.line((x, baseline + 3.0), (x, bottom), "mark");
            if row < ROWS {
                sheet.drawing.text(
                    ((span[0] + span[1]) / 2.0, baseline),
                    SMALL,
                    Anchor::Middle,
                    "b",
                    label,
                );
            }
        }
        sheet
            .drawing
            .line((pixels[0], bottom), (pixels[1], bottom), "x");
        for (&value, label) in ticks.values.iter().zip(&ticks.labels) {
            let half = text::width(label, SMALL) / 2.0;
            let x = across.at(value);
            sheet.drawing.line((x, bottom), (x, bottom + 4.0), "x");
            let x = x.clamp(half, (width - half).max(half));
            sheet
                .drawing
                .text((x, bottom + 1.4 * SMALL), SMALL, Anchor::Middle, "m", label);
        }
        sheet.y = bottom + 1.6 * SMALL;
        if !self.unit.is_empty() {
            let unit = text::ellipsis(&self.unit, SMALL, width);
            sheet
                .drawing
                .text((width, sheet.y + SMALL), SMALL, Anchor::End, "m", &unit);
            sheet.y += LEADING * SMALL;
        }
        sheet.finish()
    }
}
