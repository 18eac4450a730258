//! Places for labels, so that none covers another.
//!
//! Takes the places that labels would like; gives places near them, in the same order, without
//! overlap and inside bounds.

/// Centres for labels of the given heights, as near to where they want to be (least squares) as
/// order, bounds and room allow.
///
/// `wanted` are centres in ascending order. If the bounds are too narrow for all, labels share the
/// room evenly and overlap.
pub(super) fn spread(wanted: &[f64], heights: &[f64], [low, high]: [f64; 2]) -> Vec<f64> {
    let total: f64 = heights.iter().sum();
    let shrink = if total > high - low && total > 0.0 {
        (high - low).max(0.0) / total
    } else {
        1.0
    };
    // With the labels above taken off, "no overlap" is "not descending": isotonic regression, by
    // pooling neighbours that violate it.
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(heights.len());
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (&want, &height) in wanted.iter().zip(heights) {
        let height = height * shrink;
        let centre = offset + height / 2.0;
        offsets.push(centre);
        offset += height;
        let mut pool = (want - centre, 1);
        while let Some(&(sum, count)) = pools.last()
            && sum / count as f64 > pool.0 / pool.1 as f64
        {
            pool = (pool.0 + sum, pool.1 + count);
            pools.pop();
        }
        pools.push(pool);
    }
    let most = (high - offset).max(low);
    let means = pools.iter().flat_map(|&(sum, count)| {
        let mean = (sum / count as f64).clamp(low, most);
        std::iter::repeat_n(mean, count)
    });
    means
        .zip(offsets)
        .map(|(mean, offset)| mean + offset)
        .collect()
}

/// Where the label of an upright line stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flag {
    /// Left end of the label.
    pub left: f64,
    pub width: f64,
    /// Rows above the lowest.
    pub row: usize,
}

/// Labels for upright lines at `lines` (position and width of the label, in ascending order of
/// position), between `bounds`.
///
/// No label covers another, and no line that rises to a higher row runs through a label, if the
/// bounds have room at all. As few rows as will do; centred on the line where possible. At most six
/// lines; beyond them each has a row of its own.
pub(super) fn flags(lines: &[(f64, f64)], bounds: [f64; 2]) -> Vec<Flag> {
    let fallback: Vec<Flag> = (lines.iter().enumerate())
        .map(|(i, &(at, width))| Flag {
            left: held(at, width, bounds),
            width,
            row: lines.len() - 1 - i,
        })
        .collect();
    if lines.len() > 6 {
        return fallback;
    }
    let mut best: Option<(f64, Vec<Flag>)> = None;
    try_flags(lines, bounds, &mut Vec::new(), 0.0, &mut best);
    best.map_or(fallback, |(_, flags)| flags)
}

/// A label that begins at `left`, moved into the bounds.
fn held(left: f64, width: f64, [low, high]: [f64; 2]) -> f64 {
    left.min(high - width).max(low)
}

fn try_flags(
    lines: &[(f64, f64)],
    bounds: [f64; 2],
    placed: &mut Vec<Flag>,
    cost: f64,
    best: &mut Option<(f64, Vec<Flag>)>,
) {
    if best.as_ref().is_some_and(|(least, _)| *least <= cost) {
        return;
    }
    let Some(&(at, width)) = lines.get(placed.len()) else {
        *best = Some((cost, placed.clone()));
        return;
    };
    for row in 0..lines.len() {
        // Centred, to the left of the line, to its right.
        for (left, price) in [(at - width / 2.0, 0.0), (at - width, 1.0), (at, 1.0)] {
            let flag = Flag {
                left: held(left, width, bounds),
                width,
                row,
            };
            let meets = placed
                .iter()
                .zip(lines)
                .any(|(other, &(other_at, other_width))| {
                    let covers = other.row == row
                        && flag.left < other.left + other_width
                        && other.left < flag.left + width;
                    let runs_through = |line: f64, line_row: usize, under: &Flag, wide: f64| {
                        line_row > under.row
                            && line > under.left - 1.0
                            && line < under.left + wide + 1.0
                    };
                    covers
                        || runs_through(at, row, other, other_width)
                        || runs_through(other_at, other.row, &flag, width)
                });
            if !meets {
                placed.push(flag);
                try_flags(lines, bounds, placed, cost + price + 3.0 * row as f64, best);
                placed.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_with_room_stays_where_it_wants_to_be() {
        assert_eq!(
            spread(&[10.0, 50.0], &[10.0, 10.0], [0.0, 100.0]),
            [10.0, 50.0]
        );
    }

    #[test]
    fn two_labels_that_want_one_place_move_by_half_each() {
        assert_eq!(
            spread(&[50.0, 50.0], &[10.0, 10.0], [0.0, 100.0]),
            [45.0, 55.0]
        );
        assert_eq!(
            spread(&[0.0, 0.0], &[10.0, 10.0], [0.0, 100.0]),
            [5.0, 15.0]
        );
    }

    proptest! {
        #[test]
        fn labels_never_overlap_and_stay_inside(mut wanted in prop::collection::vec(-50.0..350.0_f64, 1..14), heights in prop::collection::vec(4.0..20.0_f64, 14)) {
            wanted.sort_by(f64::total_cmp);
            let heights = &heights[..wanted.len()];
            let places = spread(&wanted, heights, [0.0, 300.0]);
            for i in 0..places.len() {
                prop_assert!(places[i] - heights[i] / 2.0 >= -1e-9);
                prop_assert!(places[i] + heights[i] / 2.0 <= 300.0 + 1e-9);
                if i > 0 {
                    let least = (heights[i] + heights[i - 1]) / 2.0;
                    prop_assert!(places[i] - places[i - 1] >= least - 1e-9);
                }
            }
        }

        #[test]
        fn flags_cover_neither_one_another_nor_lines(mut at in prop::collection::vec(0.0..400.0_f64, 1..5), width in 10.0..90.0_f64) {
            at.sort_by(f64::total_cmp);
            let lines: Vec<(f64, f64)> = at.iter().map(|&at| (at, width)).collect();
            let flags = flags(&lines, [0.0, 400.0]);
            for i in 0..flags.len() {
                prop_assert!(flags[i].left >= 0.0 && flags[i].left + width <= 400.0 + 1e-9);
                for j in 0..i {
                    let meet = flags[i].row == flags[j].row && (flags[i].left - flags[j].left).abs() < width;
                    prop_assert!(!meet, "{flags:?} for {lines:?}");
                }
            }
        }
    }

    #[test]
    fn lines_that_stand_close_get_flags_to_both_sides_or_rows() {
        let flags = flags(&[(100.0, 80.0), (110.0, 80.0), (120.0, 80.0)], [0.0, 400.0]);
        for (i, under) in flags.iter().enumerate() {
            for (over, at) in flags.iter().zip([100.0, 110.0, 120.0]) {
                let through = over.row > under.row && at > under.left && at < under.left + 80.0;
                assert!(
                    !through,
                    "the line at {at} runs through label {i}: {flags:?}"
                );
            }
        }
        assert!(flags.iter().any(|flag| flag.row == 0));
    }
}
