//! Probabilities over time as lines, such as how likely each event has happened by a date.
//!
//! Takes curves with their intervals; gives a chart with each line labelled at its end.

use super::layers::{SIDE, SideLabel, across, height_of, label_room, side_labels};
use super::scale::{Scale, ticks};
use super::sheet::{Readout, ReadoutSeries, Sheet};
use super::{About, Chart, Frame, Tone};

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub title: String,
    pub tone: Tone,
    /// From 0 to 1, one for each time.
    pub values: Vec<f64>,
    /// Half-width of the band around each value.
    pub errors: Vec<f64>,
    /// The values as text with their errors.
    pub texts: Vec<String>,
    /// The last value as text without its error, for the label.
    pub end: String,
    /// When alone it moves, if it moves at dates: spans of years, each from the first instant of
    /// one to its last.
    pub moves: Vec<[f64; 2]>,
}

/// Where a line goes between what is known of it at these times: straight, but where dates lie
/// between two of them, it moves then and not before and after.
pub(super) fn way(
    times: &[f64],
    values: impl Iterator<Item = f64>,
    moves: &[[f64; 2]],
) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (&time, value) in times.iter().zip(values) {
        if let Some(&(from, before)) = points.last() {
            let within = moves
                .iter()
                .filter(|[first, last]| *first <= time && *last > from);
            let within = within.map(|ends| ends.map(|end| end.clamp(from, time)));
            let joined = within.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
            if let Some([first, last]) = joined {
                points.extend([(first, before), (last, value)]);
            }
        }
        points.push((time, value));
    }
    points
}

/// A chart of lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    pub about: About,
    /// ISO date of year 0.
    pub start: String,
    /// Years, ascending.
    pub times: Vec<f64>,
    /// ISO dates of the times.
    pub dates: Vec<String>,
    /// Whether the values are shares of the futures, shown in percent.
    pub percent: bool,
    pub curves: Vec<Curve>,
    /// Values that the axis has to hold besides.
    pub also: Vec<f64>,
}

impl Curves {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let label_room = label_room(width);
        let (unit, suffix) = if self.percent {
            (100.0, "%")
        } else {
            (1.0, "")
        };
        let range = frame.reach.unwrap_or_else(|| self.range());
        let ticks = ticks(range.map(|end| unit * end), 5, true);
        let ends = [ticks.values[0], ticks.values[ticks.values.len() - 1]];
        let mut labels: Vec<SideLabel> = (self.curves.iter())
            .map(|curve| SideLabel {
                value: curve.end.clone(),
                title: curve.title.clone(),
                fill: curve.tone.fill(),
                at: 0.0,
            })
            .collect();
        let height = (if sheet.is_narrow() { 240.0_f64 } else { 280.0 })
            .max(height_of(&labels, label_room - SIDE));
        let (top, bottom) = (sheet.y + 8.0, sheet.y + 8.0 + height);
        let (left, right) = (Sheet::y_labels(&ticks, suffix), width - label_room);
        let down = Scale {
            data: ends.map(|end| end / unit),
            pixels: [bottom, top],
        };
        let shown = Scale {
            data: ends,
            pixels: [bottom, top],
        };
        let across = across(&self.times, [left, right]);
        sheet.y_axis(&ticks, shown, [left, right], suffix);

        for curve in &self.curves {
            let edge = |sign: f64| {
                let pairs = curve.values.iter().zip(&curve.errors);
                let values = pairs.map(|(value, error)| value + sign * error);
                way(&self.times, values, &curve.moves)
                    .into_iter()
                    .map(|(t, value)| (across.at(t), down.within(value)))
            };
            let outline = edge(1.0).chain(edge(-1.0).rev());
            sheet
                .drawing
                .polygon(outline, &format!("error {}", curve.tone.fill()), "");
        }
        for (i, curve) in self.curves.iter().enumerate() {
            let tip = format!("{}: {} by the end", curve.title, curve.end);
            sheet.drawing.polyline(
                way(&self.times, curve.values.iter().copied(), &curve.moves)
                    .into_iter()
                    .map(|(t, value)| (across.at(t), down.within(value))),
                &format!("curve {}", curve.tone.stroke()),
                &tip,
            );
            labels[i].at = down.within(curve.values.last().copied().unwrap_or(0.0));
        }
        side_labels(&mut sheet, &labels, right, [top - 6.0, bottom + 6.0]);
        sheet.readout = Some(Readout {
            span: [top, bottom],
            x: self.times.iter().map(|&t| across.at(t)).collect(),
            at: self.dates.clone(),
            series: (self.curves.iter())
                .map(|curve| ReadoutSeries {
                    name: curve.title.clone(),
                    fill: curve.tone.fill(),
                    values: curve.texts.clone(),
                })
                .collect(),
        });
        sheet.y = sheet.time_axis(&self.start, across, bottom);
        sheet.finish()
    }

    /// Zero and all that is drawn.
    pub fn range(&self) -> [f64; 2] {
        let band = |curve: &Curve| {
            let pairs = curve.values.iter().zip(&curve.errors);
            pairs
                .flat_map(|(value, error)| [value - error, value + error])
                .collect::<Vec<f64>>()
        };
        let values = self.curves.iter().flat_map(|curve| &curve.values);
        // A band does not draw the axis below zero where no value lies there.
        let positive = values.chain(&self.also).all(|value| *value >= 0.0);
        let all = (self.curves.iter().flat_map(band))
            .chain(self.also.iter().copied())
            .filter(|value| value.is_finite());
        let [low, high] = all.fold([0.0, 0.0], |[low, high]: [f64; 2], value| {
            [low.min(value), high.max(value)]
        });
        if self.percent {
            // The band of a share that is nearly 1 reaches beyond what there is.
            [0.0, high.clamp(1e-6, 1.0)]
        } else if positive {
            [0.0, high]
        } else {
            [low, high]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_moves_at_its_dates_and_goes_straight_where_there_are_none() {
        let times = [0.0, 1.0, 2.0, 3.0];
        let line = |moves: &[[f64; 2]]| way(&times, [0.0, 0.2, 0.6, 0.7].into_iter(), moves);
        let straight = [(0.0, 0.0), (1.0, 0.2), (2.0, 0.6), (3.0, 0.7)];
        assert_eq!(line(&[]), straight);
        // On one day within a month, on the last day of a month, and over a while.
        assert_eq!(
            line(&[[1.25, 1.25]]),
            [
                (0.0, 0.0),
                (1.0, 0.2),
                (1.25, 0.2),
                (1.25, 0.6),
                (2.0, 0.6),
                (3.0, 0.7)
            ]
        );
        assert_eq!(
            line(&[[1.0, 1.0]]),
            [
                (0.0, 0.0),
                (1.0, 0.0),
                (1.0, 0.2),
                (1.0, 0.2),
                (2.0, 0.6),
                (3.0, 0.7)
            ]
        );
        assert_eq!(
            line(&[[0.5, 1.5]])[..6],
            [
                (0.0, 0.0),
                (0.5, 0.0),
                (1.0, 0.2),
                (1.0, 0.2),
                (1.0, 0.2),
                (1.5, 0.6)
            ]
        );
        // Several in one month: between the first of them and the last.
        assert_eq!(
            line(&[[2.9, 2.9], [2.1, 2.1]])[3..5],
            [(2.1, 0.6), (2.9, 0.7)]
        );
        // At the start nothing has come before.
        assert_eq!(line(&[[0.0, 0.0]]), straight);
    }
}
