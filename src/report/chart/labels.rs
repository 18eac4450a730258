//! Places for labels, so that none covers another.
//!
//! Takes the places that labels would like; gives places near them, in the same order, without overlap and inside bounds.

/// Centres for labels of the given heights, as near to where they want to be (least squares) as order, bounds and room allow.
///
/// `wanted` are centres in ascending order. If the bounds are too narrow for all, labels share the room evenly and overlap.
pub(super) fn spread(wanted: &[f64], heights: &[f64], [low, high]: [f64; 2]) -> Vec<f64> {
    let total: f64 = heights.iter().sum();
    let shrink = if total > high - low && total > 0.0 {
        (high - low).max(0.0) / total
    } else {
        1.0
    };
    // With the labels above taken off, "no overlap" is "not descending": isotonic regression, by pooling neighbours that violate it.
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

/// A row for each interval, in which it meets no other; `None` where `rows` are not enough. Earlier ones choose first.
pub(super) fn stagger(intervals: &[[f64; 2]], rows: usize) -> Vec<Option<usize>> {
    let mut taken: Vec<Vec<[f64; 2]>> = vec![Vec::new(); rows];
    let mut place = |&[low, high]: &[f64; 2]| {
        let row = taken.iter().position(|row| {
            row.iter()
                .all(|&[other_low, other_high]| high <= other_low || low >= other_high)
        })?;
        taken[row].push([low, high]);
        Some(row)
    };
    intervals.iter().map(&mut place).collect()
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
        fn intervals_in_one_row_never_meet(starts in prop::collection::vec((0.0..500.0_f64, 1.0..120.0_f64), 0..30)) {
            let intervals: Vec<[f64; 2]> = starts.iter().map(|&(start, length)| [start, start + length]).collect();
            let rows = stagger(&intervals, 4);
            for i in 0..rows.len() {
                for j in 0..i {
                    if rows[i].is_some() && rows[i] == rows[j] {
                        prop_assert!(intervals[i][1] <= intervals[j][0] || intervals[j][1] <= intervals[i][0]);
                    }
                }
            }
        }
    }
}
