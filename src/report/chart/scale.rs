//! Numbers to pixels, and ticks at round numbers.
//!
//! Takes a range of data and a stretch of pixels; gives positions, ticks and their labels. Ticks
//! are chosen by the search of J. Talbot, S. Lin and P. Hanrahan, "An Extension of Wilkinson's
//! Algorithm for Positioning Tick Labels on Axes" (IEEE InfoVis 2010): simple steps, good coverage,
//! the density asked for. Dates are done by
//! [`calendar`](super::calendar).

use super::text;
use crate::diagnostic::grouped;

/// Steps by niceness, as in the paper.
const STEPS: [f64; 6] = [1.0, 5.0, 2.0, 2.5, 4.0, 3.0];

/// Weights of simplicity, coverage and density in the paper, which gives the rest to legibility.
const WEIGHTS: [f64; 3] = [0.25, 0.2, 0.5];

/// A linear map from data to pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub data: [f64; 2],
    pub pixels: [f64; 2],
}

impl Scale {
    /// Pixel of a value; values outside the data's range fall outside the pixels, an empty range
    /// maps to their middle.
    pub fn at(&self, value: f64) -> f64 {
        let ([low, high], [from, to]) = (self.data, self.pixels);
        if high > low && value.is_finite() {
            from + (value - low) / (high - low) * (to - from)
        } else {
            (from + to) / 2.0
        }
    }

    /// As [`at`](Self::at), held within the pixels.
    pub fn within(&self, value: f64) -> f64 {
        let [a, b] = self.pixels;
        self.at(value).clamp(a.min(b), a.max(b))
    }
}

/// Round numbers in ascending order with their labels, all with the same decimals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticks {
    pub values: Vec<f64>,
    pub labels: Vec<String>,
}

/// About `count` ticks for the range: the first at or under `low`, the last at or over `high`, if
/// `cover`; otherwise all within.
///
/// A range that is empty or not finite is widened.
pub(super) fn ticks([low, high]: [f64; 2], count: usize, cover: bool) -> Ticks {
    let [low, high] = widened([low, high]);
    let (step, places) = best_step(low, high, count.max(2) as f64);
    let slack = 1e-9;
    let (first, last) = if cover {
        ((low / step + slack).floor(), (high / step - slack).ceil())
    } else {
        ((low / step - slack).ceil(), (high / step + slack).floor())
    };
    let mut values = Vec::new();
    let mut labels = Vec::new();
    let mut index = first;
    while index <= last && values.len() < 100 {
        values.push(index * step);
        labels.push(label(index * step, places));
        index += 1.0;
    }
    Ticks { values, labels }
}

/// Ticks as [`ticks`] within `pixels`, as many up to `most` as have room for labels of `size` with
/// `suffix` and a gap between them.
///
/// With `cover` the scale ends at the outer ticks. Otherwise it is the range, drawn out to a tick
/// that lies just outside.
pub(super) fn axis(
    range: [f64; 2],
    pixels: [f64; 2],
    most: usize,
    cover: bool,
    size: f64,
    suffix: &str,
) -> (Ticks, Scale) {
    let mut count = most.max(2);
    loop {
        let mut ticks = ticks(range, count, true);
        let [low, high] = widened(range);
        let mut data = [ticks.values[0], ticks.values[ticks.values.len() - 1]];
        if !cover {
            let margin = NEAR * (high - low);
            data = [
                if low - data[0] <= margin {
                    data[0]
                } else {
                    low
                },
                if data[1] - high <= margin {
                    data[1]
                } else {
                    high
                },
            ];
            let within = |value: f64| value >= data[0] && value <= data[1];
            ticks = Ticks {
                labels: (ticks.values.iter().zip(ticks.labels))
                    .filter(|(value, _)| within(**value))
                    .map(|(_, label)| label)
                    .collect(),
                values: ticks
                    .values
                    .iter()
                    .copied()
                    .filter(|&value| within(value))
                    .collect(),
            };
        }
        let scale = Scale { data, pixels };
        let apart = |ticks: &Ticks| {
            let wide = |i: usize| text::width(&format!("{}{suffix}", ticks.labels[i]), size);
            (1..ticks.values.len()).all(|i| {
                let between = scale.at(ticks.values[i]) - scale.at(ticks.values[i - 1]);
                between >= (wide(i) + wide(i - 1)) / 2.0 + GAP
            })
        };
        if count == 2 {
            while !apart(&ticks) {
                ticks = every_other(ticks);
            }
        }
        if apart(&ticks) {
            return (ticks, scale);
        }
        count -= 1;
    }
}

/// The first of every two ticks.
fn every_other(ticks: Ticks) -> Ticks {
    Ticks {
        values: ticks.values.into_iter().step_by(2).collect(),
        labels: ticks.labels.into_iter().step_by(2).collect(),
    }
}

/// Pixels between the labels of an axis at least.
const GAP: f64 = 10.0;

/// How far outside a tick may lie, as a share of the range, for the axis to be drawn out to it.
const NEAR: f64 = 0.06;

/// The range, or one around it that is wide enough to put ticks on.
fn widened([low, high]: [f64; 2]) -> [f64; 2] {
    if !(low.is_finite() && high.is_finite()) {
        return [0.0, 1.0];
    }
    let (low, high) = (low.min(high), low.max(high));
    let least = 1e-9 * low.abs().max(high.abs());
    if high - low > least && high - low > 1e-250 {
        [low, high]
    } else if high == 0.0 {
        [0.0, 1.0]
    } else {
        [low.min(0.0), high.max(0.0)]
    }
}

/// The best step for about `count` ticks, and the decimals that it needs.
fn best_step(low: f64, high: f64, count: f64) -> (f64, i32) {
    let exponent = exponent(high - low);
    let mut best = (f64::NEG_INFINITY, 1.0, 0);
    for power in exponent - 2..=exponent {
        for (rank, mantissa) in STEPS.into_iter().enumerate() {
            // Parsing rounds correctly; a product of powers of ten does not.
            let step: f64 = format!("{mantissa}e{power}").parse().unwrap_or(1.0);
            let (first, last) = ((low / step).floor() * step, (high / step).ceil() * step);
            let holds_zero = first <= 0.0 && last >= 0.0;
            let simple =
                1.0 - rank as f64 / (STEPS.len() - 1) as f64 + f64::from(u8::from(holds_zero));
            let span = 0.1 * (high - low);
            let off = ((high - last) / span, (low - first) / span);
            let coverage = 1.0 - 0.5 * (off.0 * off.0 + off.1 * off.1);
            let ticks = (last - first) / step + 1.0;
            if ticks > 2.0 * count + 1.0 {
                continue;
            }
            let density = 2.0 - (ticks / count).max(count / ticks);
            let [a, b, c] = WEIGHTS;
            // An axis of which more than a quarter stays empty is worse than the paper's bounded
            // coverage says.
            let empty = (last - high + low - first) / (high - low);
            let score = a * simple + b * coverage.max(-1.0) + c * density - (empty - 0.25).max(0.0);
            if score > best.0 {
                let places = -power + i32::from(mantissa == 2.5);
                best = (score, step, places);
            }
        }
    }
    (best.1, best.2)
}

/// A tick's number with as many decimals as its step needs; very large and small ones by a power of
/// ten.
fn label(value: f64, places: i32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if (places > 6 && value.abs() < 1e-4) || value.abs() >= 1e9 {
        // As many digits as tell a label from the next.
        let exponent = exponent(value);
        let text = format!("{value:.*e}", (exponent + places).clamp(0, 15) as usize);
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        return minus(&format!("{mantissa}e{power}"));
    }
    let digits = format!("{:.*}", places.max(0) as usize, value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    minus(&format!("{sign}{}", grouped(&digits)))
}

/// The power of ten of a number's first digit.
fn exponent(value: f64) -> i32 {
    (format!("{value:e}").split_once('e'))
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0)
}

/// With a minus sign instead of a hyphen before the number.
pub(super) fn minus(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) => format!("−{rest}"),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbouring_labels_differ_however_close_their_values_are() {
        for range in [
            [99.999_999_8, 100.000_000_2],
            [1e9, 1.000_000_01e9],
            [-2e-9, 3e-9],
            [1e12, 3e12],
            [0.0, 5e-7],
        ] {
            let ticks = ticks(range, 5, true);
            let differ = ticks.labels.windows(2).all(|pair| pair[0] != pair[1]);
            assert!(differ && ticks.labels.len() > 2, "{:?}", ticks.labels);
        }
    }

    #[test]
    fn ticks_are_the_ones_a_person_would_choose() {
        let cases = [
            ([0.0, 100.0], 6, "0 20 40 60 80 100"),
            ([0.0, 100.0], 5, "0 25 50 75 100"),
            ([0.0, 32.5], 5, "0 10 20 30 40"),
            ([-7.8, 6.1], 6, "−8 −4 0 4 8"),
            ([0.0, 0.043], 4, "0 0.01 0.02 0.03 0.04 0.05"),
            ([3550.0, 19546.0], 5, "0 5,000 10,000 15,000 20,000"),
        ];
        for (range, count, expected) in cases {
            assert_eq!(
                ticks(range, count, true).labels.join(" "),
                expected,
                "{range:?}"
            );
        }
        assert_eq!(ticks([3.0, 47.0], 5, false).labels.join(" "), "10 20 30 40");
    }

    proptest! {
        #[test]
        fn ticks_are_evenly_spaced_few_and_enclose_the_data(a in -1e6..1e6_f64, span in 1e-4..1e6_f64, count in 2..9_usize) {
            let ticks = ticks([a, a + span], count, true);
            prop_assert!(ticks.values.len() >= 2 && ticks.values.len() <= 2 * count + 2, "{ticks:?}");
            let (first, last) = (ticks.values[0], ticks.values[ticks.values.len() - 1]);
            prop_assert!(first <= a + 1e-6 * span && last >= a + span - 1e-6 * span);
            let step = ticks.values[1] - ticks.values[0];
            for pair in ticks.values.windows(2) {
                prop_assert!((pair[1] - pair[0] - step).abs() < 1e-6 * step.abs() + 1e-9 * a.abs());
            }
        }

        #[test]
        fn labels_of_an_axis_never_meet(low in -1e9..1e9_f64, span in 1e-6..1e9_f64, wide in 20.0..900.0_f64, most in 2..9_usize, cover: bool) {
            let (ticks, scale) = axis([low, low + span], [0.0, wide], most, cover, 12.0, "%");
            for i in 0..ticks.values.len() {
                let place = scale.at(ticks.values[i]);
                prop_assert!((-1e-6..=wide + 1e-6).contains(&place));
                if i > 0 {
                    let half = |i: usize| text::width(&format!("{}%", ticks.labels[i]), 12.0) / 2.0;
                    prop_assert!(scale.at(ticks.values[i - 1]) + half(i - 1) < place - half(i), "{ticks:?}");
                }
            }
        }

        #[test]
        fn labels_say_the_values_and_differ(a in -1e4..1e4_f64, span in 1e-2..1e4_f64) {
            let ticks = ticks([a, a + span], 5, false);
            for (value, label) in ticks.values.iter().zip(&ticks.labels) {
                let said: f64 = label.replace(',', "").replace('−', "-").parse().unwrap();
                prop_assert!((said - value).abs() <= 1e-9 * span.max(value.abs()), "{label} for {value}");
            }
            let mut labels = ticks.labels.clone();
            labels.dedup();
            prop_assert_eq!(labels.len(), ticks.labels.len());
        }
    }

    #[test]
    fn an_empty_or_endless_range_still_has_ticks() {
        for range in [
            [0.0, 0.0],
            [5.0, 5.0],
            [f64::NAN, 1.0],
            [0.0, f64::INFINITY],
            [-3.0, -3.0],
            [1.0, 0.0],
        ] {
            let ticks = ticks(range, 5, true);
            assert!(ticks.values.len() >= 2, "{range:?}: {ticks:?}");
        }
    }
}
