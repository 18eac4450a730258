//! How a number moves with an input: a line with the interval of each value that was simulated.
//!
//! Takes values with their intervals; gives a chart. The file's own value of the input is a
//! vertical line.

use super::scale::{Scale, axis, ticks};
use super::sheet::{LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, text};

/// One value of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponsePoint {
    pub at: f64,
    pub value: f64,
    /// 95% interval.
    pub interval: [f64; 2],
    /// The value with its error.
    pub text: String,
}

/// A line over an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    pub about: About,
    /// What the input is called.
    pub input: String,
    /// Unit of the values; may be empty.
    pub unit: String,
    /// Whether the values are shares of the futures, shown in percent.
    pub percent: bool,
    /// Ascending.
    pub points: Vec<ResponsePoint>,
    /// The file's own value of the input.
    pub own: Option<f64>,
    /// A value that is looked for.
    pub target: Option<f64>,
}

impl Response {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let (unit, suffix) = if self.percent {
            (100.0, "%")
        } else {
            (1.0, "")
        };
        if !self.unit.is_empty() {
            sheet.lines(&self.unit, SMALL, "m", 1);
        }
        let height = if sheet.is_narrow() { 220.0 } else { 280.0 };
        let (top, bottom) = (sheet.y + 10.0, sheet.y + 10.0 + height);
        let values = || {
            let ends = self
                .points
                .iter()
                .flat_map(|p| [p.value, p.interval[0], p.interval[1]]);
            ends.chain(self.target).filter(|value| value.is_finite())
        };
        let range = [
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        ];
        let down_ticks = ticks(range.map(|end| unit * end), 5, true);
        let ends = [
            down_ticks.values[0],
            down_ticks.values[down_ticks.values.len() - 1],
        ];
        let left = Sheet::y_labels(&down_ticks, suffix);
        let plot = [left + 8.0, width - 14.0];
        let down = Scale {
            data: ends.map(|end| end / unit),
            pixels: [bottom, top],
        };
        let shown = Scale {
            data: ends,
            pixels: [bottom, top],
        };
        sheet.y_axis(&down_ticks, shown, [left, width - 6.0], suffix);
        let inputs = || {
            let own = self.points.iter().map(|p| p.at);
            own.filter(|at| at.is_finite())
        };
        let across = [
            inputs().fold(f64::INFINITY, f64::min),
            inputs().fold(f64::NEG_INFINITY, f64::max),
        ];
        let count = ((plot[1] - plot[0]) / 70.0).clamp(2.0, 8.0) as usize;
        let (along_ticks, along) = axis(across, plot, count, false, SMALL, "");
        let under = sheet.x_axis(&along_ticks, along, [top, bottom], "");
        let inside = |x: f64| x >= along.data[0] && x <= along.data[1];
        if let Some(own) = self.own.filter(|own| inside(*own)) {
            let x = along.at(own);
            sheet.drawing.line((x, top), (x, bottom), "overall");
        }
        if let Some(target) = self.target {
            let y = down.within(target);
            sheet.drawing.line((left, y), (width - 6.0, y), "overall");
        }
        let place = |p: &ResponsePoint| (along.within(p.at), down.within(p.value));
        let line = self.points.iter().map(place);
        sheet.drawing.polyline(line, "curve edge", "");
        for point in &self.points {
            let (x, y) = place(point);
            let [low, high] = point.interval.map(|end| down.within(end));
            sheet.drawing.line((x, low), (x, high), "whisker");
            let tip = format!("{}: {}", point.at, point.text);
            sheet.drawing.circle((x, y), 4.0, "dot", &tip);
        }
        let name = text::ellipsis(&self.input, SMALL, width - plot[0]);
        let at = (plot[0], under + 1.1 * SMALL);
        sheet.drawing.text(at, SMALL, Anchor::Start, "m", &name);
        sheet.y = under + 1.2 * LEADING * SMALL;
        sheet.finish()
    }
}
