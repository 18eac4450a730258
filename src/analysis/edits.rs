//! Edits between two whole scenarios: things of the file that differ, each of which can be changed
//! by itself.

use super::changes::changes;
use serde_json::Value;

/// One thing that differs: a section (of trends, whose weights belong together, or a list), or a
/// thing in a section by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    section: String,
    thing: Option<String>,
}

impl Edit {
    /// Its dotted path.
    pub fn name(&self) -> String {
        match &self.thing {
            Some(thing) => format!("{}.{thing}", self.section),
            None => self.section.clone(),
        }
    }
}

/// What differs in two whole scenarios, in the order of the first; run settings do not count.
pub fn edits_between(from: &Value, to: &Value) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for change in changes(from, to) {
        let mut parts = change.path.split([' ', '.']);
        let section = parts.next().unwrap_or_default().to_owned();
        if section == "run" {
            continue;
        }
        // Weights are shares of one whole: one of them is not changed without the others.
        let by_name =
            |whole: &Value| section != "trends" && whole.get(&section).is_none_or(Value::is_object);
        let thing = parts.next().filter(|_| by_name(from) && by_name(to));
        let edit = Edit {
            thing: thing.map(str::to_owned),
            section,
        };
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    edits
}

/// The first scenario with some things as in the second.
pub fn with_edits<'e>(from: &Value, to: &Value, edits: impl Iterator<Item = &'e Edit>) -> Value {
    let mut mixed = from.clone();
    let Some(whole) = mixed.as_object_mut() else {
        return mixed;
    };
    for edit in edits {
        let section = to.get(&edit.section);
        match (&edit.thing, section) {
            (None, Some(value)) => {
                whole.insert(edit.section.clone(), value.clone());
            }
            (None, None) => {
                whole.shift_remove(&edit.section);
            }
            (Some(thing), section) => {
                let own = whole
                    .entry(edit.section.clone())
                    .or_insert_with(|| Value::Object(serde_json::Map::new()));
                let Some(own) = own.as_object_mut() else {
                    continue;
                };
                match section.and_then(|section| section.get(thing)) {
                    Some(value) => own.insert(thing.clone(), value.clone()),
                    None => own.shift_remove(thing),
                };
                if own.is_empty() && section.is_none() {
                    whole.shift_remove(&edit.section);
                }
            }
        }
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_edits_make_the_other_scenario_and_none_makes_the_first() {
        let from = json!({"name": "a", "horizon": 1, "events": {"e": {"rate": 1}, "f": {"rate": 2}}, "outcomes": [{"name": "x", "when": "a"}], "run": {"trials": 1}});
        let to = json!({"name": "b", "horizon": 2, "events": {"e": {"rate": 3}, "g": {"rate": 2}}, "outcomes": [{"name": "x", "when": "b"}], "parameters": {"p": 1}, "run": {"trials": 2}});
        let edits = edits_between(&from, &to);
        let names: Vec<String> = edits.iter().map(Edit::name).collect();
        assert_eq!(
            names,
            [
                "horizon",
                "events.e",
                "events.f",
                "events.g",
                "outcomes",
                "parameters"
            ]
        );
        assert_eq!(with_edits(&from, &to, [].iter()), from);
        let all = with_edits(&from, &to, edits.iter());
        assert!(edits_between(&all, &to).is_empty());
        let some = with_edits(&from, &to, edits[1..2].iter());
        assert_eq!(some["events"], json!({"e": {"rate": 3}, "f": {"rate": 2}}));
    }
}
