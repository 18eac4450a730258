//! However a run is cut, halted or joined, its result has the bytes of one that was not.

use super::faults::fragile;
use super::rich;
use crate::harness::{scenario, settings, study};
use quincunx::analysis::Study;
use quincunx::engine::{NotJoined, Observer, Part, Reached, Settings, Silent};
use quincunx::results::RunResult;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

fn text(result: &RunResult) -> String {
    serde_json::to_string(result).expect("a result is plain data")
}

const END: Reached = Reached::End {
    by_precision: false,
};

/// Events of every rarity: bins are learnt at the first pilot, at later ones, and never.
fn of_all_rarities() -> Study {
    study(&scenario(
        1.0,
        0.1,
        json!({
            "parameters": {"p": {"uniform": [0.1, 0.5]}},
            "events": {
                "often": {"hazard": {"rate": 5, "per": "year"}},
                "now_and_then": {"hazard": {"rate": "p", "per": "year"}},
                "rarely": {"hazard": {"rate": 0.03, "per": "year"}},
                "hardly_ever": {"hazard": {"rate": 0.001, "per": "year"}},
            },
            "indicators": {"x": {"start": 0, "volatility": "p"}},
            "metrics": {
                "end": "final(x)",
                "rare": {"value": "if(ever(rarely), final(x), 0)"},
                "when": "first(now_and_then)",
            },
            "outcomes": [{"name": "hit", "when": "ever(rarely)"}, {"name": "miss", "when": "ever(often)"}],
        }),
    ))
}

/// A run of so many blocks, with so many trials per draw.
fn of(study: &Study, trials_per_draw: u32, blocks: u64) -> Settings {
    settings(study, 1024, 17)
        .trials_per_draw(trials_per_draw)
        .blocks(blocks)
        .threads(2)
}

fn part(study: &Study, settings: &Settings, range: Range<u64>) -> Part {
    let part = Part::of_range(&study.program, settings, range.clone(), &Silent);
    let mut part = part.expect("it can be simulated").expect("nobody cancels");
    if !range.is_empty() {
        assert_eq!(part.ranges(), [range]);
    }
    let bytes = part.to_bytes(&study.program, settings);
    let mut read = Part::from_bytes(&study.program, settings, &bytes).expect("as written");
    assert!(read.to_bytes(&study.program, settings) == bytes);
    read
}

fn whole(study: &Study, settings: &Settings) -> String {
    text(&study.run(settings, &Silent).expect("a run"))
}

fn told(study: &Study, settings: &Settings, part: Part, reached: Reached) -> String {
    let summary = part.summary(&study.program, settings, reached);
    text(&study.result(&summary.expect("few trials are stopped")))
}

/// Cut at random, simulated apart, joined in any order; some cuts lie where pilots end.
#[test]
fn a_run_cut_into_parts_and_joined_in_any_order_has_the_same_bytes() {
    for (study, trials_per_draw, blocks, cases) in [
        (of_all_rarities(), 64, 40, 4),
        (of_all_rarities(), 4, 600, 4),
        (of_all_rarities(), 1, 300, 2),
        (of_all_rarities(), 2048, 3, 1),
        (study(&rich()), 16, 10, 2),
        (study(&fragile(0.0004, true)), 64, 34, 2),
    ] {
        let settings = of(&study, trials_per_draw, blocks);
        let expected = whole(&study, &settings);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(blocks);
        for case in 0..cases {
            let mut cuts: Vec<u64> = (0..random.random_range(1..7))
                .map(|_| random.random_range(0..=blocks))
                .chain([2, 32, 512].into_iter().filter(|_| case % 2 == 1))
                .map(|cut| cut.min(blocks))
                .chain([0, blocks])
                .collect();
            cuts.sort_unstable();
            let mut ranges: Vec<Range<u64>> = cuts.windows(2).map(|c| c[0]..c[1]).collect();
            ranges.shuffle(&mut random);
            let mut joined = Part::new(&study.program, &settings);
            for range in &ranges {
                let threads = random.random_range(1..4);
                let settings = settings.clone().threads(threads);
                let part = part(&study, &settings, range.clone());
                joined.join(part).expect("a part of the same run");
                // What is joined in part is kept and read again, too.
                let bytes = joined.to_bytes(&study.program, &settings);
                joined = Part::from_bytes(&study.program, &settings, &bytes).expect("as written");
            }
            let found = told(&study, &settings, joined, END);
            assert!(found == expected, "{trials_per_draw} {ranges:?}");
        }
    }
}

/// A part of many blocks simulates later pilots again, too, to keep few numbers as they are; and
/// the numbers that it does not keep are counted as the run counts them.
#[test]
fn parts_of_many_blocks_learn_what_later_pilots_teach_and_keep_fewer_numbers() {
    let study = study(&scenario(
        1.0,
        0.5,
        json!({
            "events": {
                "now_and_then": {"hazard": {"rate": 0.2, "per": "year"}},
                "rarely": {"hazard": {"rate": 0.002, "per": "year"}},
            },
            "metrics": {"when": "first(now_and_then)", "seldom": "first(rarely)"},
            "outcomes": [{"name": "hit", "when": "ever(rarely)"}],
        }),
    ));
    // Pilots end at blocks 2 and 32; a part of 256 blocks learns from both. One block fewer, and it
    // learns from the first alone.
    let settings = of(&study, 64, 320);
    let mut many = part(&study, &settings, 64..320);
    let mut fewer = part(&study, &settings, 65..320);
    let size = |part: &mut Part| part.to_bytes(&study.program, &settings).len();
    let sizes = (size(&mut many), size(&mut fewer));
    assert!(2 * sizes.0 < sizes.1, "{sizes:?}");
    let mut joined = many;
    for range in [30..64, 0..30] {
        joined.join(part(&study, &settings, range)).expect("a part");
    }
    assert!(told(&study, &settings, joined, END) == whole(&study, &settings));
}

/// Cancels after some blocks.
struct Halting(AtomicU64);

impl Observer for Halting {
    fn progress(&self, _: u64, _: u64) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn a_run_that_is_halted_again_and_again_has_the_same_bytes() {
    let mut halts = 0;
    for (trials_per_draw, blocks, until) in [
        (64, 40, None),
        (4, 600, None),
        (1, 300, None),
        (2048, 4, None),
        (64, 200, Some(0.003)),
        (64, 20, Some(0.0001)),
        (4, 1000, Some(0.004)),
    ] {
        let study = of_all_rarities();
        let settings = of(&study, trials_per_draw, blocks).until(until);
        let expected = whole(&study, &settings);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(blocks);
        for _ in 0..2 {
            let mut run = Part::new(&study.program, &settings);
            let reached = loop {
                let halting = Halting(random.random_range(1..=1 + blocks / 5).into());
                let reached = run.go_on(&study.program, &settings, &halting);
                let bytes = run.to_bytes(&study.program, &settings);
                run = Part::from_bytes(&study.program, &settings, &bytes).expect("as written");
                match reached.expect("it can be simulated") {
                    Reached::Halt => halts += 1,
                    end => break end,
                }
            };
            let found = told(&study, &settings, run, reached);
            assert!(found == expected, "{trials_per_draw} {blocks} {until:?}");
        }
    }
    assert!(halts > 25, "{halts}");
}

#[test]
fn a_run_that_was_grown_has_the_bytes_of_one_of_the_larger_size() {
    let study = of_all_rarities();
    for (first, then, until) in [
        (1, 2, None),
        (2, 3, None),
        (32, 33, None),
        (20, 70, None),
        (40, 70, Some(0.01)),
    ] {
        let small = of(&study, 64, first).until(until);
        let large = of(&study, 64, then);
        let mut run = Part::new(&study.program, &small);
        let reached = run.go_on(&study.program, &small, &Silent).expect("a run");
        assert_eq!(
            reached,
            Reached::End {
                by_precision: until.is_some()
            }
        );
        run.go_on(&study.program, &large, &Silent).expect("a run");
        assert!(told(&study, &large, run, END) == whole(&study, &large));
    }
    // What was simulated in parts can go on, too.
    let large = of(&study, 64, 40);
    let mut run = part(&study, &large, 20..31);
    run.join(part(&study, &large, 0..20))
        .expect("its beginning");
    run.go_on(&study.program, &large, &Silent).expect("a run");
    assert!(told(&study, &large, run, END) == whole(&study, &large));
}

#[test]
fn blocks_that_are_there_already_and_other_bins_are_not_joined() {
    let study = of_all_rarities();
    let settings = of(&study, 64, 40);
    let mut run = part(&study, &settings, 0..20);
    let before = run.to_bytes(&study.program, &settings);
    let refused = run.join(part(&study, &settings, 19..30));
    assert_eq!(refused, Err(NotJoined::Overlap(19)));
    let other = settings.clone().seed(5);
    let refused = run.join(part(&study, &other, 20..30));
    assert_eq!(refused, Err(NotJoined::OtherBins));
    assert!(run.to_bytes(&study.program, &settings) == before);
    assert!(run.is_beginning());
    run.join(part(&study, &settings, 30..40)).expect("a part");
    assert!(!run.is_beginning());
    assert_eq!(run.ranges(), [0..20, 30..40]);
}

/// Whatever the bytes are, they are read or refused, without a panic; the checksum around them is
/// another matter.
#[test]
fn bytes_that_no_part_has_are_refused_without_a_panic() {
    let study = study(&rich());
    let settings = of(&study, 4, 40);
    let bytes = part(&study, &settings, 33..36).to_bytes(&study.program, &settings);
    let read = |bytes: &[u8]| Part::from_bytes(&study.program, &settings, bytes);
    let mut refused = 0;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    for _ in 0..60 {
        let (at, bit) = (
            random.random_range(0..bytes.len()),
            random.random_range(0..8),
        );
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << bit;
        refused += u32::from(read(&damaged).is_err());
        assert!(read(&bytes[..at]).is_err());
    }
    assert!(refused > 3, "{refused}");
}
