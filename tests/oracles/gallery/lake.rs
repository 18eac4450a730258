//! The lake: the same recursion, written down a second time.

use crate::harness::{Agreement, metric, open, outcome, question, run};
use rand_distr::{Distribution, LogNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const TRIALS: u64 = 40_960;
const YEARS: usize = 100;

/// 40,960 lakes of the file against 40,960 written down here, with generators that share nothing.
/// Both sides vary: the error of a difference. Seed 2337.
#[test]
fn the_lake_tips_as_often_as_its_recursion() {
    let found = run(&open("../scenarios/gallery/lake.json", &[]), TRIALS, 2337);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2337);
    let rain = LogNormal::new(-3.957, 0.246).expect("a lognormal");
    let (mut turbid, mut years, mut squares, mut by_half) = (0.0, 0.0, 0.0, 0.0);
    for trial in 0..TRIALS {
        // Removals evenly spread, so that what is not known adds next to nothing to the error.
        let shift: f64 = StandardUniform.sample(&mut random);
        let removal = 0.35 + 0.1 * (trial as f64 + shift) / TRIALS as f64;
        let tipping = (1.0 - (1.0 - 4.0 * removal * removal).sqrt()) / (2.0 * removal);
        let mut water: f64 = 0.0;
        let (mut spent, mut tipped_at) = (0.0, usize::MAX);
        for year in 0..=YEARS {
            // What falls at the turn of a year is there at once; the lake works on it until the
            // next.
            if year > 0 {
                let squared = water * water;
                water += 0.03 + squared / (1.0 + squared) - removal * water;
                water += rain.sample(&mut random);
            }
            if water > tipping {
                tipped_at = tipped_at.min(year);
                if year < YEARS {
                    spent += 1.0 / YEARS as f64;
                }
            }
        }
        turbid += f64::from(u8::from(water > tipping));
        by_half += f64::from(u8::from(tipped_at < 50));
        years += spent;
        squares += spent * spent;
    }
    let n = TRIALS as f64;
    let mut agreement = Agreement::default();
    let mut share = |name: &str, seen: f64, hits: f64| {
        let p = hits / n;
        agreement.estimate(name, seen, p, (2.0 * p * (1.0 - p) / n).sqrt());
    };
    share("turbid", outcome(&found, "turbid").probability, turbid);
    share("by 2076", question(&found, "by_2076").probability, by_half);
    let mean = years / n;
    let spread = (squares / n - mean * mean).sqrt();
    let seen = metric(&found, "turbid_years").mean.expect("a mean");
    agreement.estimate("years", seen, mean, spread * (2.0 / n).sqrt());
    agreement.finish(3);
}
