//! Which scenario, which program, which numbers; and how to get them again.

use super::Section;
use crate::report::format;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::results::RunResult;
use crate::scenario::places::is_annotation;
use serde_json::{Map, Value};

pub const PROVENANCE: Section<RunPart> = Section {
    key: "provenance",
    title: "Where this comes from",
    is_needed: |_| true,
    write: |body, part| {
        let result = &part.result;
        let (run, info) = (&result.run, &result.scenario);
        let mut list = Markup::default();
        let mut item = |name: &str, value: Markup| {
            list.element("dt", "", &name.into());
            list.element("dd", "", &value);
        };
        item("Scenario", Markup::text(&info.name));
        item(
            "SHA-256 of its assumptions",
            Markup::trusted(format!(
                "<code class=\"long\">{}</code>",
                Markup::text(&info.sha256).as_str()
            )),
        );
        item(
            "Program",
            format!("{} {}", result.tool.name, result.tool.version).into(),
        );
        item("Seed", run.seed.to_string().into());
        item(
            "Trials",
            format!(
                "{}: {} parameter draws of {}, in {} independent replicates",
                format::count(run.trials),
                format::count(run.draws),
                run.trials_per_draw,
                run.replicates
            )
            .into(),
        );
        if run.non_finite > 0 {
            item(
                "Trials stopped by a value that is not finite",
                format::count(run.non_finite).into(),
            );
        }
        let mut whole = Markup::default();
        whole.element("dl", "class=\"facts\"", &list);
        body.add(&whole);
        body.paragraph(
            Markup::text("The scenario below holds what it extends and what was set on the command line; only notes and sources, which stand above, are left out. Saved as ")
                .and(Markup::code(&file(result)))
                .and(", it gives the same numbers, to the last digit, by"),
        );
        let mut command = Markup::default();
        command.element(
            "pre",
            "tabindex=\"0\"",
            &Markup::text(&command_line(result)),
        );
        body.add(&command);
        if run.interrupted {
            body.remark(
                "The run was interrupted; the command asks for as many trials as were finished.",
            );
        }
        body.details("The scenario (JSON)", |body| {
            let mut text = Markup::default();
            let source = Markup::json(&without_reasons(&info.source));
            text.element("pre", "class=\"json\" tabindex=\"0\"", &source);
            body.add(&text);
        });
    },
};

/// The scenario without what explains it and changes no number, but with its titles.
fn without_reasons(scenario: &Value) -> Value {
    fn bare(value: &Value, root: &Value, path: &mut Vec<String>) -> Value {
        match value {
            Value::Object(map) => {
                let mut kept = Map::new();
                for (key, value) in map {
                    if !["title", "words"].contains(&key.as_str())
                        && is_annotation(root, path, map, key)
                    {
                        continue;
                    }
                    path.push(key.clone());
                    kept.insert(key.clone(), bare(value, root, path));
                    path.pop();
                }
                Value::Object(kept)
            }
            Value::Array(items) => {
                let inner = items.iter().enumerate().map(|(index, item)| {
                    path.push(index.to_string());
                    let item = bare(item, root, path);
                    path.pop();
                    item
                });
                Value::Array(inner.collect())
            }
            other => other.clone(),
        }
    }
    bare(scenario, scenario, &mut Vec::new())
}

/// A file name for the scenario; its name is an identifier, but a result may come from anywhere.
fn file(result: &RunResult) -> String {
    let name = result.scenario.name.chars();
    let name: String = name
        .filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        .collect();
    let name = if name.is_empty() {
        "scenario".into()
    } else {
        name
    };
    format!("{name}.json")
}

/// The command that gives a result again.
fn command_line(result: &RunResult) -> String {
    let run = &result.run;
    format!(
        "quincunx run {} --trials {} --draws {} --seed {}{}",
        file(result),
        run.trials,
        run.draws,
        run.seed,
        run.design.option()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn notes_and_sources_are_left_out_and_things_called_so_are_not() {
        let whole = json!({
            "name": "a", "note": "x", "sources": {"s": {"url": "u"}},
            "indicators": {"note": {"start": 1, "note": "x", "source": "s"}},
            "trends": {"dry": {"weight": 1, "source": ["s"]}},
            "shifts": {"dry": {"note": {"rate": 1, "note": "x"}}},
            "outcomes": [{"name": "o", "when": "t > 1", "note": "x"}]
        });
        let bare = json!({
            "name": "a",
            "indicators": {"note": {"start": 1}},
            "trends": {"dry": {"weight": 1}},
            "shifts": {"dry": {"note": {"rate": 1}}},
            "outcomes": [{"name": "o", "when": "t > 1"}]
        });
        assert_eq!(without_reasons(&whole), bare);
    }
}
