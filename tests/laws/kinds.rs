//! Colours stand for kinds of ends: a phase has the hue of a group only if every trial that ends in
//! it ends in that group.

use crate::harness::settings;
use quincunx::analysis::Study;
use quincunx::engine::Silent;
use quincunx::report::kinds::Kinds;
use std::path::Path;

/// Where all phases are of some kind, a group has as many trials as its phases have at the end,
/// exactly.
#[test]
fn groups_hold_the_trials_that_end_in_their_phases() {
    for file in ["scenarios/baseline.json", "scenarios/port_strike.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let study = Study::open(&path, &[]).unwrap_or_else(|_| panic!("{file} is not read"));
        let settings = settings(&study, 2048, 5);
        let result = study.run(&settings, &Silent).expect("a run");
        let kinds = Kinds::of(&result.scenario.source);
        let mut shares = vec![0.0; result.groups.len()];
        let mut members = vec![0; result.groups.len()];
        for phase in &result.phases {
            let class = kinds.of_phase(&phase.name);
            let class = class.unwrap_or_else(|| panic!("{file}: {} is of no kind", phase.name));
            shares[class] += phase.occupancy.last().expect("the end");
            members[class] += 1;
        }
        assert!(
            members.iter().any(|&count| count > 1),
            "{file}: {members:?}"
        );
        for (place, group) in result.groups.iter().enumerate() {
            assert_eq!(kinds.class(&group.name), Some(place));
            assert!(
                (shares[place] - group.probability).abs() < 1e-12,
                "{file}, {}: {} instead of {}",
                group.name,
                shares[place],
                group.probability
            );
        }
    }
}
