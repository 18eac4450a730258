//! That a trend comes true can be asked for wherever a question can, and a question with the same
//! formula gives the same numbers.

use crate::program::{call, folder, stdout, write};
use predicates::str::contains;
use serde_json::{Value, json};

/// Whether the thaw comes true hangs on a parameter, on the start trend, and on an event that is
/// seen before.
fn thaw() -> Value {
    json!({
        "format": 1, "name": "thaw", "start": "2026-01-01", "horizon": "2 years", "step": "3 months",
        "parameters": {"warmth": {"uniform": [0, 1]}},
        "trends": {
            "frost": {"weight": 0.6, "title": "Frost", "by": ["1 year"], "when": "not ever(visit)"},
            "thaw": {"weight": 0.4, "title": "Thaw", "by": ["1 year"], "when": "ever(talks) and ever(visit)"}
        },
        "weight_concentration": 20,
        "phases": {"cold": {"start": true}, "warm": {}},
        "events": {
            "visit": {"hazard": "if(trend == thaw, 1.5, 0.3) * warmth", "limit": 1},
            "talks": {"hazard": "if(ever(visit), 1.2, 0.2)", "limit": 1, "effects": [{"phase": "warm"}]}
        },
        "outcomes": [
            {"name": "thaw", "title": "An outcome that is named as a trend", "when": "count(talks) > 0 and t > 5"},
            {"name": "rest", "when": "true"}
        ],
        "questions": {"same": {"holds": "ever(talks) and ever(visit)"}}
    })
}

/// The numbers of a result, without what the target is called.
fn numbers(line: &str) -> Value {
    let text = stdout(&call(&format!("{line} --format json --trials 8192")).success());
    let mut result: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}:\n{text}"));
    without_names(&mut result);
    result
}

fn without_names(value: &mut Value) {
    match value {
        Value::Object(keys) => {
            let is_target =
                (keys.get("kind")).is_some_and(|kind| kind == "trend" || kind == "question");
            if is_target {
                keys.retain(|key, _| !["name", "of", "title", "kind"].contains(&key.as_str()));
            }
            keys.values_mut().for_each(without_names);
        }
        Value::Array(all) => all.iter_mut().for_each(without_names),
        _ => {}
    }
}

#[test]
fn a_trend_that_comes_true_is_a_target_as_a_question_is() {
    let folder = folder();
    let file = write(folder.path(), "thaw.json", &thaw());
    for command in [
        format!("tripwires {file} --by 2026-09-01"),
        format!("sensitivity {file}"),
        format!("discover {file}"),
        format!("discover {file} --flip"),
        format!("sweep {file} --vary parameters.warmth=0.2..0.8:3"),
    ] {
        let [trend, question] =
            ["trends.thaw", "questions.same"].map(|of| numbers(&format!("{command} --of {of}")));
        assert!(trend == question, "{command}\n{trend:#}\n{question:#}");
        assert!(trend.to_string().len() > 1000, "{trend}");
    }
}

#[test]
fn a_trend_is_named_by_its_section_where_an_outcome_has_its_name() {
    let folder = folder();
    let mut file = thaw();
    file["trends"]["spring"] = json!({"weight": 0.0});
    let path = write(folder.path(), "thaw.json", &file);
    let text =
        |of: &str| stdout(&call(&format!("tripwires {path} --of {of} --trials 2048")).success());
    let by_name = text("thaw");
    assert!(by_name.contains("An outcome that is named"), "{by_name}");
    let by_section = text("trends.thaw");
    assert!(by_section.contains("Thaw (comes true)"), "{by_section}");
    // Nothing else is called so.
    let alone = text("frost");
    assert!(alone.contains("Frost (comes true)"), "{alone}");
    for (of, wanted) in [
        ("trends.taw", "did you mean `trends.thaw`"),
        // Without a `when` nothing says what its coming true would be.
        (
            "trends.spring",
            "trend with a `when` is named `trends.spring`",
        ),
    ] {
        call(&format!("tripwires {path} --of {of}"))
            .code(2)
            .stderr(contains(wanted));
    }
}
