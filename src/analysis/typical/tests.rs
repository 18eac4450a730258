//! Typical trials: the grouping on points with a known answer, and the choice on a scenario.

use super::*;
use crate::analysis::storyline;
use serde_json::json;

/// Distances between points on a line.
fn line(points: &[f64]) -> Vec<Vec<f64>> {
    let row = |a: &f64| points.iter().map(|b| (a - b).abs()).collect();
    points.iter().map(row).collect()
}

#[test]
fn the_medoid_of_one_group_is_its_median() {
    let groups = medoids(&line(&[9.0, 1.0, 2.0, 3.0, 100.0]), 1);
    assert_eq!(groups, [Group { medoid: 3, size: 5 }]);
}

#[test]
fn two_heaps_give_two_groups_with_the_larger_first() {
    let groups = medoids(&line(&[0.0, 50.0, 1.0, 51.0, 52.0, 53.0, 54.0]), 2);
    assert_eq!(
        groups,
        [Group { medoid: 4, size: 5 }, Group { medoid: 0, size: 2 }]
    );
}

#[test]
fn swapping_mends_what_building_chose_too_early() {
    // The best single point lies between the heaps, and the best pair does not hold it.
    let points = [0.0, 1.0, 2.0, 10.0, 18.0, 19.0, 20.0];
    assert_eq!(medoids(&line(&points), 1)[0].medoid, 3);
    let mut pair: Vec<usize> = medoids(&line(&points), 2)
        .iter()
        .map(|g| g.medoid)
        .collect();
    pair.sort_unstable();
    assert!(!pair.contains(&3), "{pair:?}");
}

#[test]
fn equal_stories_are_told_once() {
    assert_eq!(medoids(&line(&[1.0; 5]), 3).len(), 1);
    assert_eq!(medoids(&[], 3), []);
}

fn study() -> Study {
    let text = json!({
        "format": 1, "name": "road", "start": "2001-01-01", "horizon": 4, "step": 0.25,
        "trends": {"dry": {"weight": 0.7}, "wet": {"weight": 0.3}},
        "phases": {"open": {"start": true}, "shut": {}},
        "events": {
            "slide": {"hazard": {"rate": 0.5, "per": "year"}, "phases": ["open"], "effects": [{"phase": "shut"}]}
        },
        "outcomes": [
            {"name": "blocked", "when": "phase == shut"},
            {"name": "free", "when": "phase == open"},
            {"name": "never", "when": "t < 0"}
        ]
    });
    Study::from_text(&text.to_string(), "road.json")
        .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics))
}

#[test]
fn typical_trials_are_trials_of_the_run_with_that_outcome() {
    let study = study();
    let settings = study.settings(Some(4096), None, Some(2));
    let index = |name: &str| study.model.outcomes.iter().position(|o| o.name == name);
    let [blocked, never] = ["blocked", "never"].map(|name| index(name).expect("a rule"));
    let found = typical(&study, &settings, &[blocked, never], 3, None).expect("it runs");
    assert_eq!(found[0].outcome, "blocked");
    assert_eq!(found[0].stories.len(), 3);
    assert_eq!(found[0].compared, COMPARED as u64);
    let total: f64 = found[0].stories.iter().map(|s| s.share).sum();
    assert!((total - 1.0).abs() < 1e-12, "{total}");
    for one in &found[0].stories {
        let again = storyline(&study, &settings, one.story.trial).expect("it can be told");
        assert_eq!(again, one.story);
        assert_eq!(again.outcome, "blocked");
        assert!(again.trial < found[0].searched);
    }
    assert_eq!(found[1].stories, []);
    assert_eq!((found[1].compared, found[1].searched), (0, 4096));
}

#[test]
fn the_choice_is_the_same_for_any_number_of_threads() {
    let study = study();
    let on = |threads| {
        let settings = Settings {
            threads,
            ..study.settings(Some(20_480), None, Some(2))
        };
        typical(&study, &settings, &[0, 1], 2, None).expect("it runs")
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn time_in_phases_is_measured_up_to_the_horizon() {
    let study = study();
    let settings = study.settings(Some(1024), None, Some(2));
    let story = (0..64)
        .map(|trial| storyline(&study, &settings, trial).expect("it can be told"))
        .find(|story| story.outcome == "blocked")
        .expect("a slide");
    let traits = Traits::of(&story, 4.0);
    let slide = traits.first_times["slide"];
    assert!((traits.phases["open"] - slide / 4.0).abs() < 1e-12);
    assert!((traits.phases["shut"] - (1.0 - slide / 4.0)).abs() < 1e-12);
    let same = traits.dissimilarity(&traits, 4.0);
    assert_eq!(same, 0.0);
    let other = Traits {
        start_trend: "else".into(),
        phases: BTreeMap::from([("third".into(), 1.0)]),
        first_times: BTreeMap::from([("flood".into(), 1.0)]),
    };
    assert!((traits.dissimilarity(&other, 4.0) - 1.0).abs() < 1e-12);
}
