//! One quantity over time in two scenarios, drawn over each other.
//!
//! Takes a line with a band for each side; gives a low chart with both lines labelled at their end.

use super::curves::way;
use super::layers::{SideLabel, across, label_room, side_labels};
use super::scale::{Scale, ticks};
use super::sheet::{Readout, ReadoutSeries, SMALL, Sheet};
use super::{About, Chart, Frame};

/// Pixels from the top of the plot to its bottom.
const HEIGHT: f64 = 150.0;

/// A side: its line and the band around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub title: String,
    /// At each time.
    pub line: Vec<f64>,
    /// Lower and upper edge of the band at each time.
    pub band: [Vec<f64>; 2],
    /// Line and band as text, at each time.
    pub texts: Vec<String>,
    /// The last value of the line as text, for the label.
    pub end: String,
    /// As in [`Curve`](super::Curve).
    pub moves: Vec<[f64; 2]>,
}

/// The first scenario, and the second where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    pub about: About,
    /// ISO date of year 0.
    pub start: String,
    /// Of each side: years, ascending. They may end at different times.
    pub times: Vec<Vec<f64>>,
    /// ISO dates of the longer one.
    pub dates: Vec<String>,
    /// Unit of the values; may be empty.
    pub unit: String,
    /// Whether the values are shares of the futures, shown in percent.
    pub percent: bool,
    pub sides: Vec<Side>,
    /// Where the axis of time ends, if not where the longer side does: what lies behind is left
    /// out.
    pub until: Option<f64>,
}

/// Classes of label, line and band of a side.
const LOOKS: [[&str; 3]; 2] = [
    ["bar", "curve one", "outer"],
    ["bar2", "curve two", "error bar2"],
];

impl Overlay {
    /// The least and the greatest value of what is drawn; from zero for shares.
    pub fn range(&self) -> [f64; 2] {
        let values = || {
            let bands = self
                .sides
                .iter()
                .flat_map(|side| side.band.iter().flatten());
            let lines = self.sides.iter().flat_map(|side| &side.line);
            bands.chain(lines).copied().filter(|v| v.is_finite())
        };
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        if self.percent {
            return [0.0, high.clamp(1e-6, 1.0)];
        }
        if low >= 0.0 && low < 0.35 * high {
            return [0.0, high];
        }
        [low, high]
    }

    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let (scale, suffix) = if self.percent {
            (100.0, "%")
        } else {
            (1.0, "")
        };
        let [low, high] = frame.reach.unwrap_or_else(|| self.range());
        let (low, high) = match low.is_finite() && high.is_finite() {
            true if high > low => (low, high),
            true => (
                low - 0.5 * low.abs().max(1e-9),
                high + 0.5 * high.abs().max(1e-9),
            ),
            false => (0.0, 1.0),
        };
        let ticks = ticks([scale * low, scale * high], 4, true);
        let span = [ticks.values[0], ticks.values[ticks.values.len() - 1]];
        if !self.unit.is_empty() {
            sheet.lines(&self.unit, SMALL, "m", 1);
        }
        let (top, bottom) = (sheet.y + 6.0, sheet.y + 6.0 + HEIGHT);
        let left = Sheet::y_labels(&ticks, suffix);
        let right = width - label_room(width).min(170.0);
        let down = Scale {
            data: span.map(|end| end / scale),
            pixels: [bottom, top],
        };
        let shown = Scale {
            data: span,
            pixels: [bottom, top],
        };
        let longest = self.times.iter().max_by(|a, b| {
            let end = |times: &Vec<f64>| times.last().copied().unwrap_or(0.0);
            end(a).total_cmp(&end(b))
        });
        let none = Vec::new();
        let until = self.until.unwrap_or(f64::INFINITY);
        let longest: Vec<f64> = (longest.unwrap_or(&none).iter().copied())
            .filter(|t| *t <= until)
            .collect();
        let ends = [longest.first(), self.until.as_ref().or(longest.last())];
        let ends: Vec<f64> = ends.into_iter().flatten().copied().collect();
        let across = across(&ends, [left, right]);
        sheet.y_axis(&ticks, shown, [left, right], suffix);

        let points = |side: usize, values: &[f64]| -> Vec<(f64, f64)> {
            let moves = &self.sides[side].moves;
            let way = way(&self.times[side], values.iter().copied(), moves).into_iter();
            way.filter(|(t, value)| value.is_finite() && *t <= until)
                .map(|(t, value)| (across.at(t), down.within(value)))
                .collect()
        };
        for (i, (side, looks)) in self.sides.iter().zip(LOOKS).enumerate() {
            let upper = points(i, &side.band[1]).into_iter();
            let outline = upper.chain(points(i, &side.band[0]).into_iter().rev());
            sheet.drawing.polygon(outline, looks[2], "");
        }
        let mut labels = Vec::new();
        for (i, (side, looks)) in self.sides.iter().zip(LOOKS).enumerate() {
            let tip = format!("{}: {} at the end", side.title, side.end);
            sheet
                .drawing
                .polyline(points(i, &side.line), looks[1], &tip);
            labels.push(SideLabel {
                value: side.end.clone(),
                title: side.title.clone(),
                fill: looks[0].into(),
                at: down.within(side.line.last().copied().unwrap_or(0.0)),
            });
        }
        side_labels(&mut sheet, &labels, right, [top - 6.0, bottom + 6.0]);
        sheet.readout = Some(Readout {
            span: [top, bottom],
            x: longest.iter().map(|&t| across.at(t)).collect(),
            at: self.dates.iter().take(longest.len()).cloned().collect(),
            series: (self.sides.iter().zip(LOOKS))
                .map(|(side, looks)| {
                    let mut values = side.texts.clone();
                    // A shorter horizon says nothing of the days behind it.
                    values.resize(longest.len(), "beyond the horizon".into());
                    ReadoutSeries {
                        name: side.title.clone(),
                        fill: looks[0].into(),
                        values,
                    }
                })
                .collect(),
        });
        sheet.y = sheet.time_axis(&self.start, across, bottom);
        sheet.finish()
    }
}
