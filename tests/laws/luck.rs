//! A mean is exact if nothing can move it, not because the trials at hand happen to agree.

use crate::harness::{event, metric, run, scenario, study};
use serde_json::json;

#[test]
fn a_metric_on_which_all_trials_agree_is_exact_only_if_it_cannot_differ() {
    let file = scenario(
        1.0,
        1.0 / 12.0,
        json!({
            "parameters": {"c": 2},
            "phases": {"p": {"start": true}, "q": {}},
            "indicators": {
                "still": {"start": 30_000, "range": [0, 100_000]},
                "grows": {"start": "c", "drift": 0.5},
                "level": {"start": 5},
                "kept": {"start": 1, "range": [0, 4]},
            },
            "derived": {"twice": "2 * grows", "both": "grows + level"},
            "events": {
                "never": {"hazard": 1e-9, "effects": [{"phase": "q"}, {"set": "level", "to": 9}, {"set": "kept", "to": 2}]},
                "vote": {"at": "2001-05-05", "effects": [{"add": "grows", "by": 1}]},
            },
            "metrics": {
                "m_still": "final(still)", "m_grows": "final(grows)", "m_vote": "first(vote)", "m_votes": "count(vote)",
                "times": "count(never)", "flagged": "if(ever(never), 1, 0)", "spent": "time_in(phase == q)", "kept_end": "final(kept)",
                "level_end": "final(level)",
            },
        }),
    );
    // Over time too: a table calls a mean exact where this is so.
    let result = run(&study(&file), 2048, 1);
    let told: Vec<_> = (result.indicators.iter().chain(&result.derived))
        .map(|one| (one.name.as_str(), one.fixed))
        .collect();
    let expected = [
        ("still", true),
        ("grows", true),
        ("level", false),
        ("kept", false),
        ("twice", true),
        ("both", false),
    ];
    assert_eq!(told, expected);
    assert!(
        result
            .indicators
            .iter()
            .all(|one| one.mean_std_error.iter().all(|error| *error == 0.0))
    );
    for trials in [2048, 16_384] {
        let result = run(&study(&file), trials, 1);
        for name in ["m_still", "m_grows", "m_vote", "m_votes"] {
            let one = metric(&result, name);
            assert_eq!(one.std_error, Some(0.0), "{name}");
            assert_eq!(one.ci95, one.mean.map(|mean| [mean; 2]), "{name}");
        }
        // The same error as the event, of which it is a count or a share, in units of how far it
        // may lie off.
        let error = event(&result, "never").probability_std_error;
        assert!(error > 0.0);
        for (name, unit, interval) in [
            ("times", 1.0, [0.0, 1.0]),
            ("flagged", 1.0, [0.0, 1.0]),
            ("spent", 1.0, [0.0, 1.0]),
            ("kept_end", 3.0, [0.9, 4.0]),
        ] {
            let one = metric(&result, name);
            let told = one.std_error.expect("an error");
            assert!((told / (unit * error) - 1.0).abs() < 1e-9, "{name}: {told}");
            let [low, high] = one.ci95.expect("an interval");
            let mean = one.mean.expect("a mean");
            assert!(
                interval[0] <= low && low <= mean && mean < high && high < interval[1],
                "{name}: {low} to {high}"
            );
        }
        // Nobody says how far.
        let level = metric(&result, "level_end");
        assert_eq!(
            (level.mean, level.std_error, level.ci95),
            (Some(5.0), None, None)
        );
    }
}
