//! Bars and sparklines out of block characters.
//!
//! Takes numbers and a width in cells; gives styled text of exactly that width. Scales are the
//! caller's choice, because rows are comparable only if they share one.

use super::palette;
use super::text::Line;
use anstyle::Style;

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A probability with its two uncertainties on one bar.
///
/// Solid up to the epistemic range, dark shade from there to the estimate, light shade to the
/// range's upper end; a heavy mark stands at the estimate and widens to a whisker where the 95%
/// interval is wider than a cell. `full` is the value of a full bar.
pub fn estimate(
    value: f64,
    ci95: [f64; 2],
    epistemic: Option<[f64; 2]>,
    full: f64,
    width: usize,
) -> Line {
    let cell = |x: f64| (((x / full) * width as f64) as usize).min(width.saturating_sub(1));
    let at = cell(value);
    let [low, high] = ci95.map(cell);
    let range = epistemic.map(|ends| ends.map(cell));
    let mut line = Line::default();
    for i in 0..width {
        let inside = range.is_some_and(|[from, to]| (from..=to).contains(&i));
        let (style, mark) = match i {
            _ if i == at && low == high => (palette::ESTIMATE, "┃"),
            _ if i == at => (palette::ESTIMATE, "╋"),
            _ if i == low => (palette::ESTIMATE, "┣"),
            _ if i == high => (palette::ESTIMATE, "┫"),
            _ if (low..=high).contains(&i) => (palette::ESTIMATE, "━"),
            _ if i < at && inside => (palette::EPISTEMIC, "▓"),
            _ if i < at => (palette::BAR, "█"),
            _ if inside => (palette::EPISTEMIC, "░"),
            _ => (Style::new(), " "),
        };
        line.push(style, mark);
    }
    line
}

/// A plain bar, accurate to an eighth of a cell.
pub fn bar(value: f64, full: f64, width: usize) -> Line {
    let eighths = ((value / full).clamp(0.0, 1.0) * (8 * width) as f64).round() as usize;
    let mut line = Line::styled(palette::BAR, &"█".repeat(eighths / 8));
    line.push(palette::BAR, EIGHTHS[eighths % 8]);
    line.pad_to(width);
    line
}

/// A difference as a bar to the left or right of a middle line; `full` is the value of half the
/// width.
pub fn difference(value: f64, full: f64, width: usize) -> Line {
    let half = width.saturating_sub(1) / 2;
    let cells = ((value.abs() / full).clamp(0.0, 1.0) * half as f64).round() as usize;
    let (left, right) = if value < 0.0 { (cells, 0) } else { (0, cells) };
    let mut line = Line::default();
    line.pad_to(half - left);
    line.push(palette::LESS, &"█".repeat(left));
    line.push(palette::FAINT, "│");
    line.push(palette::MORE, &"█".repeat(right));
    line.pad_to(width);
    line
}

/// A series as one character a value, between `low` and `high`; longer series are averaged over
/// equal parts.
///
/// A value equal to `low` is a blank if `blank_at_low`, so that "never" and "rarely" look
/// different.
pub fn sparkline(values: &[f64], low: f64, high: f64, width: usize, blank_at_low: bool) -> String {
    let cells = values.len().min(width);
    let level = |i: usize| {
        let part = &values[i * values.len() / cells..(i + 1) * values.len() / cells];
        let mean = part.iter().sum::<f64>() / part.len() as f64;
        let share = (mean - low) / (high - low);
        if !share.is_finite() {
            return LEVELS[0];
        }
        if blank_at_low && share <= 0.0 {
            return ' ';
        }
        LEVELS[((share * 8.0) as usize).min(7)]
    };
    (0..cells).map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line) -> String {
        let mut bytes = Vec::new();
        line.write(&mut bytes, false).expect("a vector takes all");
        String::from_utf8(bytes)
            .expect("text is UTF-8")
            .trim_end()
            .to_owned()
    }

    #[test]
    fn bars_have_exactly_the_asked_width() {
        for width in 1..30 {
            for value in [0.0_f64, 0.013, 0.5, 0.99, 1.0] {
                let epistemic = Some([value * 0.5, (value * 1.5).min(1.0)]);
                let ci = [value * 0.9, (value * 1.1).min(1.0)];
                assert_eq!(estimate(value, ci, epistemic, 1.0, width).width(), width);
                assert_eq!(bar(value, 1.0, width).width(), width);
            }
        }
        for value in [-2.0, -0.3, 0.0, 0.7, 1.0] {
            assert_eq!(difference(value, 1.0, 21).width(), 21);
        }
    }

    #[test]
    fn both_uncertainties_are_on_the_bar() {
        let narrow = estimate(0.5, [0.49, 0.51], Some([0.25, 0.75]), 1.0, 20);
        assert_eq!(text(&narrow), "█████▓▓▓▓┣╋░░░░░");
        let wide = estimate(0.55, [0.32, 0.78], None, 1.0, 10);
        assert_eq!(text(&wide), "███┣━╋━┫");
        let sharp = estimate(0.55, [0.51, 0.59], None, 1.0, 10);
        assert_eq!(text(&sharp), "█████┃");
    }

    #[test]
    fn eighths_of_a_cell_are_drawn() {
        assert_eq!(text(&bar(0.5, 1.0, 5)), "██▌");
        assert_eq!(text(&bar(1.0, 1.0, 3)), "███");
    }

    #[test]
    fn differences_point_to_their_side() {
        assert_eq!(text(&difference(-1.0, 1.0, 7)), "███│");
        assert_eq!(text(&difference(0.67, 1.0, 7)), "   │██");
        assert_eq!(text(&difference(0.0, 1.0, 7)), "   │");
    }

    #[test]
    fn sparklines_rise_with_their_values_and_show_never_as_blank() {
        assert_eq!(
            sparkline(&[0.0, 0.01, 0.5, 1.0], 0.0, 1.0, 10, true),
            " ▁▅█"
        );
        assert_eq!(sparkline(&[0.0, 0.0, 1.0, 1.0], 0.0, 1.0, 2, false), "▁█");
        assert_eq!(sparkline(&[], 0.0, 1.0, 2, false), "");
        assert_eq!(sparkline(&[3.0, 3.0], 3.0, 3.0, 5, false), "▁▁");
    }
}
