//! Means of metrics against known laws: errors, intervals, the part of each class, epistemic
//! ranges.

use super::*;
use crate::estimate::{EpistemicStatus, Forest, Tables};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

const R: usize = 64;

/// A run whose conditional means are `conditional(random)`, with normal noise of standard deviation
/// `noise` in each trial.
fn run(
    draws: usize,
    noise: f64,
    seed: u64,
    conditional: impl Fn(&mut Xoshiro256PlusPlus) -> f64,
) -> (MeanNode, Tables) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut node = MeanNode::new(1, 1);
    let mut means = Tables::new(1);
    for k in 0..draws {
        let mean = conditional(&mut random);
        let law = Normal::new(mean, noise).unwrap();
        let values: Vec<f64> = law.sample_iter(&mut random).take(R).collect();
        let draw = node.add_draw(k % REPLICATES, 8, &values, &[0; R], &[0; R]);
        draw.into_iter()
            .for_each(|mean| means.add(0, k % REPLICATES, &[mean]));
    }
    (node, means)
}

#[test]
fn a_hand_sized_run_gives_the_numbers_of_the_formulas() {
    let mut node = MeanNode::new(2, 2);
    let values = [1.0, 3.0, f64::NAN, 5.0];
    for m in 0..REPLICATES {
        let shift = if m % 2 == 0 { 1.0 } else { -1.0 };
        let values = values.map(|v| v + shift);
        assert_eq!(
            node.add_draw(m, 4, &values, &[0, 0, 1, 1], &[0, 1, 1, 0]),
            Some(3.0 + shift)
        );
    }
    let estimate = node.estimate();
    assert_eq!((estimate.values, estimate.mean), (48, Some(3.0)));
    assert!((estimate.std_error.unwrap() - (1.0f64 / 15.0).sqrt()).abs() < 1e-15);
    let variance: f64 = (16.0 * 8.0 + 48.0) / 47.0;
    assert!((estimate.sd.unwrap() - variance.sqrt()).abs() < 1e-14);
    assert_eq!(node.by_trend()[0].0, Some(2.0));
    assert_eq!(node.by_trend()[1].0, Some(5.0));
    assert_eq!(node.by_outcome()[0].0, Some(3.0));
    assert_eq!(
        node.sums_by_trend()
            .iter()
            .map(|(_, values)| values.iter().sum::<u64>())
            .collect::<Vec<_>>(),
        [32, 16]
    );
    assert_eq!(node.values_by_outcome(), [32, 16]);
    // Three groups of one value each: (4 + 0 + 4) / (3 * 2).
    assert!((node.components(None).unwrap().inner - 8.0 / 6.0).abs() < 1e-14);
}

#[test]
fn nothing_with_a_value_has_no_estimate() {
    let mut node = MeanNode::new(1, 1);
    assert_eq!(node.add_draw(0, 2, &[f64::NAN; 2], &[0; 2], &[0; 2]), None);
    let estimate = node.estimate();
    assert_eq!(
        (estimate.values, estimate.mean, estimate.sd),
        (0, None, None)
    );
    assert_eq!(node.by_trend(), [(None, None)]);
    for uncertain in [true, false] {
        let epistemic = node.epistemic(&Tables::new(1).quantiles(0), uncertain, 2);
        assert_eq!(epistemic.status, EpistemicStatus::NotSeparable);
    }
    node.add_draw(3, 2, &[1.0, 4.0], &[0; 2], &[0; 2]);
    assert_eq!(
        (node.estimate().mean, node.estimate().std_error),
        (Some(2.5), None)
    );
}

#[test]
fn the_forest_gives_the_same_bits_in_any_order() {
    let leaf = |block: u64| run(16, 1.0, block, |random| random.sample(StandardNormal)).0;
    let build = |order: &mut dyn Iterator<Item = u64>| {
        let mut forest = Forest::new();
        order.for_each(|block| assert!(forest.insert(block, leaf(block))));
        forest.fold().unwrap()
    };
    let whole = build(&mut (0..13));
    assert_eq!(build(&mut (0..13).rev()), whole);
    assert_eq!(build(&mut (0..13).map(|b| b * 5 % 13)), whole);
    assert_eq!(whole.estimate().values, 13 * 16 * R as u64);
}

#[test]
fn stated_errors_of_mean_and_sd_are_the_true_ones() {
    let (mut means, mut sds, mut stated) = (Vec::new(), Vec::new(), [0.0; 2]);
    let mut covered = 0;
    for seed in 0..400 {
        let estimate = run(32, 1.0, seed, |random| {
            0.5 * random.sample::<f64, _>(StandardNormal)
        })
        .0
        .estimate();
        means.push(estimate.mean.unwrap());
        sds.push(estimate.sd.unwrap());
        stated[0] += libm::pow(estimate.std_error.unwrap(), 2.0) / 400.0;
        stated[1] += libm::pow(estimate.sd_std_error.unwrap(), 2.0) / 400.0;
        let [low, high] = estimate.ci95.unwrap();
        covered += u32::from(low <= 0.0 && 0.0 <= high);
    }
    for (seen, stated) in [&means, &sds].into_iter().zip(stated) {
        let truth = Moments::from_slice(seen).variance().unwrap();
        let ratio = (stated / truth).sqrt();
        assert!((0.85..1.15).contains(&ratio), "stated over true: {ratio}");
    }
    assert!(covered >= 364, "95% intervals covered {covered} of 400");
}

#[test]
fn the_epistemic_range_is_that_of_the_conditional_means() {
    // Noise of a draw's mean half as wide as the epistemic spread: 0.5 of 1.
    let (mut ends, mut stated) = ([Vec::new(), Vec::new()], [0.0; 2]);
    for seed in 0..60 {
        let (node, means) = run(800, 4.0, seed, |random| random.sample(StandardNormal));
        let epistemic = node.epistemic(&means.quantiles(0), true, R);
        assert_eq!(epistemic.status, EpistemicStatus::Resolved);
        for side in [0, 1] {
            ends[side].push(epistemic.ends.unwrap()[side]);
            stated[side] += libm::pow(epistemic.std_error.unwrap()[side], 2.0) / 60.0;
        }
    }
    for (side, truth) in [(0, -1.6449), (1, 1.6449)] {
        let seen = Moments::from_slice(&ends[side]);
        assert!(
            (seen.mean - truth).abs() < 0.05,
            "end {side}: {}",
            seen.mean
        );
        // What shapes other than the normal one would cost is in what is stated.
        let ratio = (stated[side] / seen.variance().unwrap()).sqrt();
        assert!(
            (1.0..6.0).contains(&ratio),
            "stated over true error of end {side}: {ratio}"
        );
    }
}

#[test]
fn chance_alone_is_rarely_taken_for_ignorance() {
    let mut detected = 0;
    for seed in 0..200 {
        let (node, means) = run(48, 1.0, seed, |_| 2.0);
        let epistemic = node.epistemic(&means.quantiles(0), true, R);
        match epistemic.status {
            EpistemicStatus::Resolved | EpistemicStatus::Bounded => detected += 1,
            EpistemicStatus::NotDetected => {
                assert!(epistemic.at_most_sd.is_none_or(|sd| sd < 0.15));
            }
            other => panic!("{other:?}"),
        }
    }
    // 5% claimed; more than 25 of 200 has a chance of 10^-5.
    assert!((1..=25).contains(&detected), "{detected} of 200");
    let (node, means) = run(16, 1.0, 1, |_| 2.0);
    assert_eq!(
        node.epistemic(&means.quantiles(0), true, R).status,
        EpistemicStatus::NotSeparable
    );
    assert_eq!(
        node.epistemic(&means.quantiles(0), false, R).ends,
        Some([node.estimate().mean.unwrap(); 2])
    );
}
