//! A quantity over time with its spread: median, the middle half and the middle nine tenths of the
//! futures.
//!
//! Takes quantiles at each time; gives a chart with the end's quantiles labelled.

use super::labels::spread;
use super::layers::across;
use super::scale::{Scale, minus, ticks};
use super::sheet::{LEADING, Readout, ReadoutSeries, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// Names of the quantiles, ascending.
pub(super) const NAMES: [&str; 5] = ["5% below", "25% below", "median", "25% above", "5% above"];

/// A fan chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    pub about: About,
    /// ISO date of year 0.
    pub start: String,
    /// Years, ascending.
    pub times: Vec<f64>,
    /// ISO dates of the times.
    pub dates: Vec<String>,
    /// Unit of the values; may be empty.
    pub unit: String,
    /// 5%, 25%, 50%, 75% and 95% quantiles at each time.
    pub quantiles: [Vec<f64>; 5],
    /// The same as text.
    pub texts: [Vec<String>; 5],
    /// Values that the axis must reach besides: those of a drawing that stands next to this one.
    pub also: Vec<f64>,
}

/// The range of an axis for values from `low` to `high`: with a margin, and from zero if that is
/// near.
fn extent(low: f64, high: f64) -> [f64; 2] {
    if !(low.is_finite() && high.is_finite()) {
        return [0.0, 1.0];
    }
    let margin = if high > low {
        0.04 * (high - low)
    } else {
        0.5 * high.abs().max(1e-9)
    };
    let near_zero = low >= 0.0 && low < 0.35 * high;
    [if near_zero { 0.0 } else { low - margin }, high + margin]
}

impl Fan {
    /// The least and the greatest value of what is drawn and of what stands next to it.
    pub fn range(&self) -> [f64; 2] {
        let values = || {
            (self.quantiles.iter().flatten().chain(&self.also))
                .copied()
                .filter(|value| value.is_finite())
        };
        [
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        ]
    }

    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let ends: Vec<String> = self
            .texts
            .iter()
            .map(|texts| minus(texts.last().map_or("", String::as_str)))
            .collect();
        let label = |i: usize| (ends[i].as_str(), NAMES[i]);
        let label_room =
            (0..5)
                .map(|i| text::bold_width(label(i).0, SMALL) + 5.0 + text::width(label(i).1, SMALL))
                .chain(frame.steady.then(|| {
                    text::bold_width("8,888.88", SMALL) + 5.0 + text::width(NAMES[0], SMALL)
                }))
                .fold(0.0, f64::max)
                + 26.0;
        let height = if sheet.is_narrow() { 200.0 } else { 240.0 };
        if !self.unit.is_empty() {
            sheet.lines(&self.unit, SMALL, "m", 1);
        }
        let (top, bottom) = (sheet.y + 6.0, sheet.y + 6.0 + height);
        let [low, high] = frame.reach.unwrap_or_else(|| self.range());
        let data = extent(low, high);
        let ticks = ticks(data, 5, false);
        let left = Sheet::y_labels(&ticks, "");
        let right = width - label_room;
        let down = Scale {
            data,
            pixels: [bottom, top],
        };
        let across = across(&self.times, [left, right]);
        sheet.y_axis(&ticks, down, [left, right], "");

        let points = |i: usize| -> Vec<(f64, f64)> {
            (self.times.iter().zip(&self.quantiles[i]))
                .filter(|(_, value)| value.is_finite())
                .map(|(&t, &value)| (across.at(t), down.within(value)))
                .collect()
        };
        for (low, high, class, words) in [
            (0, 4, "outer", "nine futures in ten"),
            (1, 3, "inner", "half of the futures"),
        ] {
            let outline = points(high)
                .into_iter()
                .chain(points(low).into_iter().rev());
            let tip = format!("{words}: {} to {} at the end", ends[low], ends[high]);
            sheet.drawing.polygon(outline, class, &tip);
        }
        for edge in [0, 4] {
            sheet.drawing.polyline(points(edge), "edge", "");
        }
        sheet.drawing.polyline(
            points(2),
            "median",
            &format!("median: {} at the end", ends[2]),
        );

        let wanted: Vec<f64> = (0..5)
            .rev()
            .map(|i| down.within(self.quantiles[i].last().copied().unwrap_or(0.0)))
            .collect();
        let places = spread(&wanted, &[LEADING * SMALL; 5], [top - 8.0, bottom + 8.0]);
        for (i, (wanted, place)) in (0..5).rev().zip(wanted.iter().zip(places)) {
            let knee = [
                (right + 2.0, *wanted),
                (right + 6.0, *wanted),
                (right + 14.0, place),
                (right + 18.0, place),
            ];
            sheet.drawing.polyline(knee, "lead", "");
            let (value, name) = label(i);
            let at = (right + 22.0, place + 0.36 * SMALL);
            sheet
                .drawing
                .phrase(at, SMALL, Anchor::Start, &[("b", value), ("m", name)]);
        }
        sheet.readout = Some(Readout {
            span: [top, bottom],
            x: self.times.iter().map(|&t| across.at(t)).collect(),
            at: self.dates.clone(),
            series: (0..5)
                .rev()
                .map(|i| ReadoutSeries {
                    name: NAMES[i].into(),
                    fill: String::new(),
                    values: self.texts[i].clone(),
                })
                .collect(),
        });
        sheet.y = sheet.time_axis(&self.start, across, bottom);
        sheet.finish()
    }
}
