//! Typical trials: the grouping on points with a known answer, and the choice on a scenario.

use super::*;
use crate::analysis::storyline;
use crate::engine::Silent;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

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
    let settings = study.settings().trials(4096).seed(2).build();
    let index = |name: &str| study.model.outcomes.iter().position(|o| o.name == name);
    let [blocked, never] = ["blocked", "never"].map(|name| index(name).expect("a rule"));
    let found =
        typical(&study, &settings, &[blocked, never], Some(3), None, &Silent).expect("it runs");
    assert_eq!(found[0].outcome, "blocked");
    assert_eq!(found[0].stories.len(), 3);
    assert!(
        (3000..=4096).contains(&found[0].compared),
        "{}",
        found[0].compared
    );
    assert_eq!(found[0].grouped, GROUPED as u64);
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
        let settings = study
            .settings()
            .trials(20_480)
            .seed(2)
            .build()
            .threads(threads);
        typical(&study, &settings, &[0, 1], Some(2), None, &Silent).expect("it runs")
    };
    assert_eq!(on(1), on(4));
}

fn of_text(text: &serde_json::Value) -> Study {
    Study::from_text(&text.to_string(), "routes.json")
        .unwrap_or_else(|report| panic!("{:#?}", report.diagnostics))
}

/// Two events by hazards 1 and 2 per year, whichever comes first shuts out the other; each brings
/// two more with it, and both end alike.
fn routes() -> Study {
    let after = |of: &str| json!({"after": of, "wait": 0.1});
    let hazard = |rate: f64, to: &str| json!({"hazard": {"rate": rate, "per": "year"}, "phases": ["start"], "effects": [{"phase": to}]});
    of_text(&json!({
        "format": 2, "name": "routes", "start": "2001-01-01", "horizon": 8, "step": 0.25,
        "trends": {"one": {"weight": 1}},
        "phases": {"start": {"start": true}, "east": {}, "west": {}},
        "events": {
            "go_east": hazard(1.0, "east"), "go_west": hazard(2.0, "west"),
            "rain": after("go_east"), "flood": after("go_east"),
            "sun": after("go_west"), "drought": after("go_west"),
        },
        "outcomes": [{"name": "gone", "when": "phase != start"}, {"name": "here", "when": "phase == start"}]
    }))
}

#[test]
fn two_routes_are_two_groups_with_the_shares_that_their_hazards_give() {
    let study = routes();
    let settings = study.settings().trials(4096).seed(3).build();
    let found = typical(&study, &settings, &[0], None, None, &Silent).expect("it runs");
    let found = &found[0];
    assert!(
        found.in_groups,
        "{:?} {:?}",
        found.silhouette, found.silhouette_if_independent
    );
    assert_eq!(found.stories.len(), 2);
    // Of competing hazards 2 and 1 the first wins two times in three, whenever one fires.
    let west = &found.stories[0];
    assert!(west.share_std_error > 0.0 && west.share_std_error < 0.02);
    let off = (west.share - 2.0 / 3.0) / west.share_std_error;
    assert!(off.abs() < 4.0, "{off} errors off");
    let told = |story: &TypicalStory, more: bool| -> BTreeSet<String> {
        let tells = story
            .tells
            .iter()
            .filter(|t| (t.here > t.elsewhere) == more);
        tells.map(|t| t.event.clone()).collect()
    };
    let names = |list: [&str; 3]| list.map(str::to_owned).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(told(west, true), names(["go_west", "sun", "drought"]));
    assert_eq!(told(west, false), names(["go_east", "rain", "flood"]));
    assert!(
        west.tells
            .iter()
            .all(|t| (t.here - t.elsewhere).abs() == 1.0)
    );
    assert!(
        west.narrative.iter().any(|s| s.contains("go_west")),
        "{:?}",
        west.narrative
    );
}

#[test]
fn a_single_route_is_no_group_however_early_or_late() {
    let study = study();
    let settings = study.settings().trials(4096).seed(2).build();
    let found = typical(&study, &settings, &[0], None, None, &Silent).expect("it runs");
    // The start trend is one of two, and the slide comes when it comes, whatever it is.
    assert!(!found[0].in_groups);
    assert_eq!(
        (found[0].stories.len(), found[0].stories[0].share),
        (1, 1.0)
    );
}

#[test]
fn a_silhouette_is_what_its_definition_gives() {
    // Heaps {0, 1} and {10}: (10 - 1) / 10 and (9 - 1) / 9, and 0 for the one that is alone.
    let s = silhouette(&line(&[0.0, 1.0, 10.0]), &[0, 2]).expect("two groups");
    assert!((s - (0.9 + 8.0 / 9.0) / 3.0).abs() < 1e-12, "{s}");
    assert_eq!(silhouette(&line(&[0.0, 1.0]), &[0]), None);
}

fn history(start_trend: u8, first_times: [f64; 3]) -> History {
    History {
        trial: 0,
        draw: 0,
        replicate: 0,
        start_trend,
        first_times: first_times.to_vec(),
    }
}

#[test]
fn histories_differ_by_what_happened_and_when() {
    let never = f64::INFINITY;
    let a = history(0, [1.0, 2.0, never]);
    assert_eq!(a.dissimilarity(&a, 4.0), 0.0);
    // Trend alike; a year of four; one that only the first had; one that neither had.
    let b = history(0, [2.0, never, never]);
    assert!((a.dissimilarity(&b, 4.0) - (0.0 + 0.25 + 1.0) / 3.0).abs() < 1e-12);
    assert_eq!(a.dissimilarity(&b, 4.0), b.dissimilarity(&a, 4.0));
    let c = history(1, [never, never, 0.0]);
    assert_eq!(a.dissimilarity(&c, 4.0), 1.0);
}

#[test]
fn shuffled_histories_have_each_event_as_often_and_no_longer_together() {
    let all: Vec<History> = (0..100)
        .map(|i| {
            if i < 50 {
                history(0, [1.0, 1.0, 1.0])
            } else {
                history(1, [f64::INFINITY; 3])
            }
        })
        .collect();
    let dealt = shuffled(&all, 1);
    for e in 0..3 {
        let happened = dealt.iter().filter(|one| one.first_times[e].is_finite());
        assert_eq!(happened.count(), 50);
    }
    let together = dealt
        .iter()
        .filter(|one| one.first_times[0] == one.first_times[1]);
    let together = together.count();
    assert!((30..70).contains(&together), "{together}");
}

#[test]
fn those_that_are_grouped_are_spread_over_all_that_were_found() {
    assert_eq!(spread(0, 4), [0_usize; 0]);
    assert_eq!(spread(3, 4), [0, 1, 2]);
    assert_eq!(spread(10, 4), [0, 2, 5, 7]);
    let all = spread(4234, GROUPED);
    assert_eq!((all.len(), all[0]), (GROUPED, 0));
    assert!(all.windows(2).all(|w| (21..=22).contains(&(w[1] - w[0]))));
}

#[test]
fn what_all_of_a_group_have_in_common_is_known_no_better_than_from_its_draws() {
    let study = routes();
    let never = f64::INFINITY;
    // Two routes, each of a single draw with a hundred trials.
    let all: Vec<History> = (0..200)
        .map(|i| {
            let east = i < 100;
            let own = |went: bool| if went { 1.0 } else { never };
            History {
                trial: i,
                draw: u64::from(!east),
                replicate: usize::from(!east),
                start_trend: 0,
                first_times: [east, !east, east, east, !east, !east].map(own).to_vec(),
            }
        })
        .collect();
    let counted = Counted::new(&all, &[0, 100], &study, 8.0);
    assert_eq!(counted.draws_of(|_| true), 2);
    assert_eq!(counted.draws_of(|group| group == 0), 1);
    let all: [u64; REPLICATES] = std::array::from_fn(|m| if m == 0 { 100 } else { 0 });
    let as_trials = Proportion::of(&all, &all, 100).std_error;
    let told = counted.tells(0, &study);
    assert!(!told.is_empty());
    for tell in told {
        let [here, elsewhere] = [tell.here_std_error, tell.elsewhere_std_error];
        assert!(
            here > 2.0 * as_trials && elsewhere > 2.0 * as_trials,
            "{here} {elsewhere} {as_trials}"
        );
    }
}

/// The typical trials of some histories of the study of the routes.
fn told(histories: Vec<History>, wanted: Option<usize>) -> Typical {
    let study = routes();
    let settings = study.settings().trials(1024).seed(3).build();
    of_outcome(&study, &settings, 0, wanted, histories, 1024).expect("it can be told")
}

#[test]
fn few_trials_or_equal_ones_are_told_without_more_than_they_say() {
    let one = |trial| History {
        trial,
        draw: trial / 64,
        replicate: 0,
        start_trend: 0,
        first_times: vec![1.0; 6],
    };
    for wanted in [None, Some(1), Some(3), Some(20)] {
        assert_eq!(told(Vec::new(), wanted).stories, []);
        let single = told(vec![one(5)], wanted);
        assert_eq!((single.stories.len(), single.silhouette), (1, None));
        assert_eq!(
            (single.stories[0].share, single.stories[0].share_std_error),
            (1.0, 0.0)
        );
        let equal = told(vec![one(5), one(6)], wanted);
        assert_eq!((equal.stories.len(), equal.compared), (1, 2));
        assert!(!equal.in_groups && equal.silhouette.is_none());
        // Two that differ: with two groups each is alone, which is no structure.
        let other = History {
            first_times: vec![2.0; 6],
            ..one(6)
        };
        let two = told(vec![one(5), other], wanted);
        assert!(!two.in_groups);
        let number = wanted.map_or(1, |n| n.min(2));
        assert_eq!(two.stories.len(), number, "{wanted:?}");
        let sum: f64 = two.stories.iter().map(|s| s.share).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_scenario_without_events_or_with_hundreds_is_told() {
    let of = |events: serde_json::Value| {
        of_text(&json!({
            "format": 2, "name": "many", "start": "2001-01-01", "horizon": 2, "step": 0.25,
            "trends": {"dry": {"weight": 0.5}, "wet": {"weight": 0.5}},
            "phases": {"open": {"start": true}},
            "events": events,
            "outcomes": [{"name": "over", "when": "t >= 0"}]
        }))
    };
    let many: serde_json::Map<String, serde_json::Value> = (0..400)
        .map(|i| {
            let hazard = json!({"hazard": {"rate": 0.3, "per": "year"}, "limit": 1});
            (format!("event_{i}"), hazard)
        })
        .collect();
    for events in [json!({}), many.into()] {
        let study = of(events);
        let settings = study.settings().trials(64).seed(3).build();
        for wanted in [None, Some(2)] {
            let found = typical(&study, &settings, &[0], wanted, None, &Silent).expect("it runs");
            assert!(!found[0].stories.is_empty());
            assert!(found[0].silhouette.is_none_or(|s| s.abs() <= 1.0));
        }
    }
}

/// Ends a run once so many blocks are done.
struct Impatient(u64, AtomicU64);

impl Observer for Impatient {
    fn progress(&self, done: u64, _: u64) {
        self.1.store(done, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn what_was_seen_before_an_interruption_is_told_and_marked() {
    let study = study();
    let settings = study.settings().trials(65_536).seed(2).build().threads(1);
    // Nothing ends so: the whole run would be looked through.
    let never = 2;
    for (most, is_cut) in [(0, true), (3, true), (u64::MAX, false)] {
        let watcher = Impatient(most, AtomicU64::new(0));
        let found = typical(&study, &settings, &[never], None, None, &watcher).expect("it runs");
        assert_eq!(found[0].interrupted, is_cut, "after {most} blocks");
        let whole = settings.blocks * settings.trials_per_block();
        assert_eq!(found[0].searched < whole, is_cut, "{}", found[0].searched);
        assert_eq!(found[0].searched > 0, most > 0);
    }
}
