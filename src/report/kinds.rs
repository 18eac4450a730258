//! Which kind of end a thing is of: the groups of outcomes, and the phases that can end in one of
//! them only.
//!
//! Takes the scenario as its results have it; reads nothing else. Charts give things of one kind
//! one hue.

use crate::expression::{Kind, Node, parse};
use serde_json::Value;

/// What a file says of how a trial ends.
pub struct Kinds {
    /// Groups, and outcomes that are in none, by name; none if the file has no groups.
    classes: Vec<String>,
    /// In the order in which they are tried: when an outcome holds, and its class.
    rules: Vec<(Option<Node>, usize)>,
    /// In the order of the file.
    phases: Vec<String>,
}

impl Kinds {
    /// The kinds of a scenario: `source` of a result.
    pub fn of(source: &Value) -> Self {
        let mut classes: Vec<String> = names(&source["groups"]);
        let outcomes = source["outcomes"].as_array().map_or(&[][..], Vec::as_slice);
        let text = |outcome: &Value, key: &str| outcome[key].as_str().map(str::to_owned);
        let groups = outcomes.iter().filter_map(|outcome| text(outcome, "group"));
        for group in groups {
            if !classes.contains(&group) {
                classes.push(group);
            }
        }
        let mut rules = Vec::new();
        if !classes.is_empty() {
            for outcome in outcomes {
                let own = text(outcome, "group").or_else(|| text(outcome, "name"));
                let own = own.unwrap_or_default();
                let class = match classes.iter().position(|class| *class == own) {
                    Some(class) => class,
                    None => {
                        classes.push(own);
                        classes.len() - 1
                    }
                };
                let when = text(outcome, "when").map(|when| parse(&when).root);
                rules.push((when, class));
            }
        }
        Self {
            classes,
            rules,
            phases: names(&source["phases"]),
        }
    }

    /// The place of a group, or of an outcome that is in none, among them; `None` if the file has
    /// no groups.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.classes.iter().position(|class| class == name)
    }

    /// The class that every trial ends in whose last phase is this one; `None` where other things
    /// decide too.
    ///
    /// Rules are tried in the order of the file with the phase known and all else unknown
    /// (three-valued logic of S. C. Kleene, "Introduction to Metamathematics", 1952, § 64): those
    /// that cannot hold are passed over, and the first that must hold ends it.
    pub fn of_phase(&self, phase: &str) -> Option<usize> {
        let mut found = None;
        for (when, class) in &self.rules {
            let holds = match when {
                Some(when) => holds(when, phase),
                None => Some(true),
            };
            if holds == Some(false) {
                continue;
            }
            if found.is_some_and(|other| other != *class) {
                return None;
            }
            found = Some(*class);
            if holds == Some(true) {
                return found;
            }
        }
        // What no rule takes is unclassified.
        None
    }

    /// All phases, in the order of the file.
    pub fn phases(&self) -> &[String] {
        &self.phases
    }

    /// The class of a phase, and its place among the phases of that class.
    pub fn shade(&self, phase: &str) -> Option<(usize, usize)> {
        let class = self.of_phase(phase)?;
        let before = self.phases.iter().take_while(|other| *other != phase);
        let shade = before.filter(|other| self.of_phase(other) == Some(class));
        Some((class, shade.count()))
    }
}

fn names(list: &Value) -> Vec<String> {
    let entries = list.as_object().into_iter().flat_map(|list| list.keys());
    entries.cloned().collect()
}

/// Whether a condition holds at the end of a trial whose last phase is `phase`, if that decides.
fn holds(when: &Node, phase: &str) -> Option<bool> {
    match &when.kind {
        Kind::Name(word) if word == "true" => Some(true),
        Kind::Name(word) if word == "false" => Some(false),
        Kind::Not(inner) => holds(inner, phase).map(|held| !held),
        Kind::Binary(operator, left, right) => match operator.symbol() {
            "and" => match (holds(left, phase), holds(right, phase)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            "or" => match (holds(left, phase), holds(right, phase)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            "==" => is_last(left, right, phase),
            "!=" => is_last(left, right, phase).map(|is| !is),
            _ => None,
        },
        Kind::In(subject, members) if name(subject) == Some("phase") => {
            let members: Option<Vec<&str>> = members.iter().map(name).collect();
            members.map(|members| members.contains(&phase))
        }
        _ => None,
    }
}

/// Whether the phase that is compared with `phase` is the last one.
fn is_last(left: &Node, right: &Node, last: &str) -> Option<bool> {
    match (name(left)?, name(right)?) {
        ("phase", other) | (other, "phase") => Some(other == last),
        _ => None,
    }
}

fn name(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Name(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kinds(outcomes: Value) -> Kinds {
        Kinds::of(&json!({
            "groups": {"war": {"title": "War"}, "quiet": {"title": "Quiet"}},
            "phases": {"fight": {}, "talks": {}, "truce": {}, "peace": {}},
            "outcomes": outcomes,
        }))
    }

    #[test]
    fn a_phase_is_of_the_class_that_all_who_end_in_it_are_of() {
        let all = kinds(json!([
            {"name": "signed", "group": "quiet", "when": "phase == peace and level > 3"},
            {"name": "silent", "group": "quiet", "when": "phase in [truce, peace]"},
            {"name": "won", "group": "war", "when": "level > 7"},
            {"name": "on", "group": "war", "when": "true"},
        ]));
        let of = |phase| all.of_phase(phase);
        assert_eq!([of("fight"), of("talks")], [Some(0); 2]);
        assert_eq!([of("truce"), of("peace")], [Some(1); 2]);
        // Shades by the order of the file.
        assert_eq!(all.shade("talks"), Some((0, 1)));
        assert_eq!(all.shade("truce"), Some((1, 0)));
        assert_eq!((all.class("quiet"), all.class("on")), (Some(1), None));
    }

    #[test]
    fn a_phase_is_of_no_class_where_other_things_decide() {
        let mixed = kinds(json!([
            {"name": "won", "group": "war", "when": "level > 7"},
            {"name": "silent", "group": "quiet", "when": "not (phase == fight or phase != truce)"},
            {"name": "rest", "when": "phase == talks"},
        ]));
        // A truce may be one that was won.
        assert_eq!(mixed.of_phase("truce"), None);
        assert_eq!(mixed.of_phase("fight"), None, "unclassified besides");
        assert_eq!(mixed.of_phase("talks"), None);
        assert_eq!(mixed.class("rest"), Some(2), "a class by itself");
        let negated = kinds(json!([
            {"name": "silent", "group": "quiet", "when": "not (phase == fight or phase != truce)"},
            {"name": "open", "group": "war"},
        ]));
        assert_eq!(negated.of_phase("truce"), Some(1));
        assert_eq!(negated.of_phase("fight"), Some(0));
    }

    #[test]
    fn a_file_without_groups_has_no_kinds() {
        let none = Kinds::of(&json!({
            "phases": {"a": {}, "b": {}},
            "outcomes": [{"name": "x", "when": "phase == a"}, {"name": "y", "when": "true"}],
        }));
        assert_eq!((none.class("x"), none.of_phase("a")), (None, None));
        assert_eq!(Kinds::of(&Value::Null).of_phase("a"), None);
    }
}
