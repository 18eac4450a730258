//! Do the intervals hold what they promise? Simulated with known truths and fixed seeds.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Binomial};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Hits in `n` trials of chance `p`.
fn hits(random: &mut Xoshiro256PlusPlus, n: u32, p: f64) -> u32 {
    random.sample(Binomial::new(n.into(), p).unwrap()) as u32
}

/// A run of `draws` draws of `trials` trials; `chance` gives each draw its p(θ).
fn run(
    draws: usize,
    trials: usize,
    random: &mut Xoshiro256PlusPlus,
    chance: impl Fn(&mut Xoshiro256PlusPlus) -> f64,
) -> HitTable {
    let g = groups(trials);
    let mut table = HitTable::new(trials, g, 1);
    let mut group = vec![0; g];
    for k in 0..draws {
        let p = chance(random);
        group.fill_with(|| hits(random, (trials / g) as u32, p));
        table.add_draw(k % REPLICATES, &group);
    }
    table
}

/// Beta(2, 38): mean 0.05, as spread as its mean.
fn rare(random: &mut Xoshiro256PlusPlus) -> f64 {
    random.sample(Beta::new(2.0, 38.0).unwrap())
}

/// Beta(6, 14): mean 0.3, standard deviation 0.1.
fn wide(random: &mut Xoshiro256PlusPlus) -> f64 {
    random.sample(Beta::new(6.0, 14.0).unwrap())
}

#[test]
fn wilson_interval_covers_the_truth_as_often_as_it_claims() {
    // 2,000 repeats a cell: at a true 95%, 92% is six standard errors away. Every cell expects 50
    // hits or more.
    type Chance = fn(&mut Xoshiro256PlusPlus) -> f64;
    let cells: [(&str, f64, usize, usize, Chance); 6] = [
        ("no spread", 0.3, 16, 16, |_| 0.3),
        ("wide", 0.3, 48, 16, wide),
        ("wide, one trial a draw", 0.3, 256, 1, wide),
        ("rare and spread", 0.05, 64, 16, rare),
        ("near one", 0.95, 64, 16, |random| 1.0 - rare(random)),
        ("wide, more draws", 0.3, 160, 8, wide),
    ];
    for (name, truth, draws, trials, chance) in cells {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let covered = (0..2000)
            .filter(|_| {
                let [low, high] = run(draws, trials, &mut random, chance).estimate().ci95;
                low <= truth && truth <= high
            })
            .count();
        assert!(
            (1840..=1960).contains(&covered),
            "{name}: {covered} of 2000"
        );
    }
}

#[test]
fn replicates_see_what_a_design_gains() {
    // Draws of a replicate spread out evenly, p(θ) = 0.6 u: the error shrinks, and the one that is
    // stated shrinks with it.
    let mut random = Xoshiro256PlusPlus::seed_from_u64(12);
    let (mut estimates, mut designed, mut independent) = (Vec::new(), 0.0, 0.0);
    let mut covered = 0;
    for _ in 0..1000 {
        let mut table = HitTable::new(16, 8, 1);
        for replicate in 0..REPLICATES {
            for j in 0..16 {
                let p = 0.6 * (f64::from(j) + random.random::<f64>()) / 16.0;
                let group: Vec<u32> = (0..8).map(|_| hits(&mut random, 2, p)).collect();
                table.add_draw(replicate, &group);
            }
        }
        let found = table.estimate();
        estimates.push(found.probability);
        covered += u32::from(found.ci95[0] <= 0.3 && 0.3 <= found.ci95[1]);
        designed += libm::pow(found.std_error, 2.0) / 1000.0;
        let of_draws = table.totals(None).draw_variance(16).unwrap();
        independent += of_draws / 256.0 / 1000.0;
    }
    let truth = Moments::from_slice(&estimates).variance().unwrap();
    assert!(
        (0.88..1.12).contains(&(designed / truth)),
        "{}",
        designed / truth
    );
    assert!(independent / truth > 2.0, "{}", independent / truth);
    assert!(covered >= 920, "{covered} of 1000");
}

#[test]
fn an_interval_of_no_hits_still_covers_a_small_probability() {
    // P = 0.001 in 1,024 trials: no hit in a third of the runs.
    let mut random = Xoshiro256PlusPlus::seed_from_u64(13);
    let covered = (0..1000)
        .filter(|_| {
            let [low, high] = run(64, 16, &mut random, |_| 0.001).estimate().ci95;
            low <= 0.001 && 0.001 <= high
        })
        .count();
    assert!(covered >= 880, "{covered} of 1000");
}

#[test]
fn intervals_by_trend_cover_and_new_weights_give_the_mixture() {
    let truths = [0.1, 0.5];
    let (mut covered, mut mixed) = ([0; 2], 0);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(14);
    for _ in 0..1000 {
        let mut table = HitTable::new(16, 8, 2);
        for k in 0..64 {
            let shift = 0.1 * (random.random::<f64>() - 0.5);
            for z in [0, 1] {
                let hits = hits(&mut random, 8, truths[z] + shift);
                table.add_trend(k % REPLICATES, z, hits.into(), 8);
            }
        }
        // 2.131: t quantile with 15 degrees of freedom.
        for (z, share) in table.by_trend(1.0).iter().enumerate() {
            let gap = (share.probability.unwrap() - truths[z]).abs();
            covered[z] += u32::from(gap <= 2.131 * share.std_error.unwrap());
        }
        let found = table.reweighted(&[3.0, 1.0]).unwrap();
        mixed += u32::from((found.value - 0.2).abs() <= 2.131 * found.std_error);
    }
    assert!(
        covered
            .iter()
            .chain([&mixed])
            .all(|c| (915..=985).contains(c)),
        "{covered:?} {mixed}"
    );
}

/// Ends of the epistemic interval averaged over `repeats` runs.
fn mean_ends(
    repeats: u64,
    draws: usize,
    trials: usize,
    chance: fn(&mut Xoshiro256PlusPlus) -> f64,
) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for seed in 0..repeats {
        let found = run(
            draws,
            trials,
            &mut Xoshiro256PlusPlus::seed_from_u64(100 + seed),
            chance,
        )
        .epistemic(true);
        assert_eq!(found.status, EpistemicStatus::Resolved);
        let ends = found.ends.unwrap();
        sums = [0, 1].map(|side| sums[side] + ends[side] / repeats as f64);
    }
    sums
}

#[test]
fn epistemic_interval_is_right_on_beta_binomial_and_does_not_shrink_with_trials() {
    use crate::math::special::beta_inverse;
    let truth = [0.05, 0.95].map(|p| beta_inverse(6.0, 14.0, p));
    let width = truth[1] - truth[0];
    for (repeats, draws, trials) in [(20, 160, 64), (6, 1600, 64), (3, 1600, 256), (3, 6400, 64)] {
        let ends = mean_ends(repeats, draws, trials, wide);
        for side in [0, 1] {
            let gap = (ends[side] - truth[side]).abs() / width;
            assert!(
                gap < 0.05,
                "{draws} draws of {trials}: {ends:?} instead of {truth:?}"
            );
        }
        let found = (ends[1] - ends[0]) / width;
        assert!(
            (0.95..1.05).contains(&found),
            "{draws} draws of {trials}: width {found}"
        );
    }
}

#[test]
fn stratified_trends_do_not_hide_the_epistemic_spread() {
    // Half of each group starts where p = 0.05, half where p = 0.2 + shift. Taken for binomial, the
    // hits would leave a range of 0.8 of the true width.
    let mut widths = 0.0;
    for seed in 0..10 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut table = HitTable::new(64, 8, 1);
        for k in 0..1600 {
            let p = (0.2 + wide(&mut random)).min(1.0);
            let group: Vec<u32> = (0..8)
                .map(|_| hits(&mut random, 4, 0.05) + hits(&mut random, 4, p))
                .collect();
            table.add_draw(k % REPLICATES, &group);
        }
        let [low, high] = table.epistemic(true).ends.unwrap();
        widths += (high - low) / 10.0;
    }
    let truth = {
        let [low, high] = [0.05, 0.95].map(|p| crate::math::special::beta_inverse(6.0, 14.0, p));
        (high - low) / 2.0
    };
    assert!(
        (0.94..1.06).contains(&(widths / truth)),
        "{}",
        widths / truth
    );
}

#[test]
fn groups_of_unequal_size_leave_the_inner_variance_unbiased() {
    // 20 trials in 8 groups: four of 3 and four of 2. No epistemic spread.
    let p = 0.9;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(15);
    let mut table = HitTable::new(20, 8, 1);
    for k in 0..20_000 {
        let group: Vec<u32> = (0..8)
            .map(|g| hits(&mut random, if g % 2 == 0 { 3 } else { 2 }, p))
            .collect();
        table.add_draw(k % REPLICATES, &group);
    }
    let inner = table.components(&table.totals(None)).unwrap().inner;
    let ratio = inner / (p * (1.0 - p) / 20.0);
    assert!((0.98..1.02).contains(&ratio), "{ratio}");
}

#[test]
fn a_point_is_rarely_taken_for_a_spread_and_its_bound_holds() {
    let (mut detected, mut bounded) = (0, 0);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(16);
    for _ in 0..400 {
        let found = run(64, 64, &mut random, |_| 0.3).epistemic(true);
        match found.status {
            EpistemicStatus::Resolved | EpistemicStatus::Bounded => detected += 1,
            // No bound: not even the estimate of the spread is above zero.
            _ => bounded += u32::from(found.at_most_sd.is_none_or(|sd| sd < 0.06)),
        }
    }
    // 5% claimed; above 45 of 400 has a chance below 10^-6.
    assert!((2..=45).contains(&detected), "{detected} of 400");
    assert_eq!(bounded, 400 - detected);
}

#[test]
fn what_cannot_be_told_apart_is_not_told_apart() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(17);
    for (draws, trials) in [(160, 1), (16, 64), (0, 64)] {
        let table = run(draws, trials, &mut random, wide);
        let found = table.epistemic(true);
        assert_eq!(
            (found.status, found.ends),
            (EpistemicStatus::NotSeparable, None)
        );
        assert_eq!(table.epistemic(false).status, EpistemicStatus::Exact);
    }
    let never = run(64, 8, &mut random, |_| 0.0).epistemic(true);
    // 512 trials without a hit say that P is below 0.02 or so, and that p(θ) is below 20 times as
    // much in 95% of the draws.
    let [low, high] = never.ends.unwrap();
    assert_eq!(
        (never.status, never.at_most_sd, low),
        (EpistemicStatus::NotDetected, None, 0.0)
    );
    assert!((0.1..0.4).contains(&high), "{high}");
}
