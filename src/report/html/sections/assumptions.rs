//! What the scenario file states: everything in it, in words, with its notes and sources.

use super::{Body, Section};
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::report::html::{clocks, statement};
use serde_json::{Map, Value};

pub const ASSUMPTIONS: Section<RunPart> = Section {
    key: "assumptions",
    title: "Assumptions",
    is_needed: |part| part.result.scenario.source.is_object(),
    write: |body, part| {
        let source = &part.result.scenario.source;
        body.paragraph(
            "Everything above follows from these statements. Each group opens; notes and sources are the author's. On paper are the parameters, the trends and the rules of the outcomes.",
        );
        let names: Vec<&String> = (source.get("sources").and_then(Value::as_object))
            .map(|sources| sources.keys().collect())
            .unwrap_or_default();
        for group in &GROUPS {
            let Some(things) = source.get(group.key) else {
                continue;
            };
            let entries = (group.entries)(things);
            if entries.is_empty() {
                continue;
            }
            let summary = format!("{} ({})", group.title, entries.len());
            let write = |body: &mut Body| {
                let mut list = Markup::default();
                for entry in &entries {
                    list.element("dt", "", &entry.head());
                    list.element("dd", "", &entry.body(body, &names));
                }
                let mut whole = Markup::default();
                whole.element("dl", "class=\"assumptions\"", &list);
                body.add(&whole);
            };
            if ON_PAPER.contains(&group.key) {
                body.details(&summary, write);
            } else {
                body.details_on_screen(&summary, write);
            }
        }
    },
};

/// What a part of the file states: each statement of what stands at `path`, which begins with a
/// section. Empty where the section has no words of its own, and where nothing is stated.
pub fn stated(path: &[&str], value: &Value) -> Vec<Markup> {
    let Some((section, inner)) = path.split_first() else {
        return Vec::new();
    };
    // What stands around a part, as it would be if it had this part alone.
    let around = |keys: &[&str], is_list: bool| {
        (keys.iter().enumerate().rev()).fold(value.clone(), |value, (depth, key)| {
            match key.parse::<usize>().is_ok() || (depth == 0 && is_list) {
                true => Value::Array(vec![value]),
                false => Value::Object([((*key).to_owned(), value)].into_iter().collect()),
            }
        })
    };
    if let Some(at) = inner.iter().position(|key| *key == "times")
        && let Value::Object(times) = around(&inner[at + 1..], false)
    {
        return vec![Markup::text("× ").and(statement::factors(&times))];
    }
    let alone = around(inner, *section == "outcomes");
    let groups = GROUPS.iter().filter(|group| group.key == *section);
    let entries = groups.flat_map(|group| (group.entries)(&alone));
    entries
        .flat_map(|entry| entry.said)
        .filter(|said| !said.is_empty())
        .collect()
}

/// Groups that are printed too; the others are in the page and in the file.
const ON_PAPER: [&str; 4] = ["parameters", "per_trial", "trends", "outcomes"];

/// A list of the file.
struct Group {
    key: &'static str,
    title: &'static str,
    entries: fn(&Value) -> Vec<Entry<'_>>,
}

const GROUPS: [Group; 19] = [
    Group {
        key: "parameters",
        title: "Uncertain parameters",
        entries: |value| things(value, |thing| vec![statement::quantity(thing)]),
    },
    Group {
        key: "per_trial",
        title: "Quantities that chance decides once a trial",
        entries: |value| things(value, |thing| vec![statement::quantity(thing)]),
    },
    Group {
        key: "correlations",
        title: "Parameters that go together",
        entries: pairs,
    },
    Group {
        key: "trends",
        title: "Trends and their weights at the start",
        entries: |value| things(value, trend),
    },
    Group {
        key: "weight_concentration",
        title: "How sure the weights are",
        entries: |value| {
            vec![Entry {
                name: "Dirichlet concentration".into(),
                thing: value.as_object(),
                said: vec![statement::quantity(value)],
            }]
        },
    },
    Group {
        key: "shifts",
        title: "Shifts between trends",
        entries: shifts,
    },
    Group {
        key: "phases",
        title: "Phases",
        entries: |value| things(value, phase),
    },
    Group {
        key: "states",
        title: "States and their values",
        entries: |value| things(value, state),
    },
    Group {
        key: "states",
        title: "Moves of states",
        entries: moves,
    },
    Group {
        key: "indicators",
        title: "Indicators",
        entries: |value| things(value, indicator),
    },
    Group {
        key: "noise_correlations",
        title: "Indicators whose noise goes together",
        entries: pairs,
    },
    Group {
        key: "tables",
        title: "Tables",
        entries: |value| things(value, rest),
    },
    Group {
        key: "derived",
        title: "Derived values",
        entries: |value| things(value, |thing| vec![statement::quantity(thing)]),
    },
    Group {
        key: "events",
        title: "Events",
        entries: |value| things(value, event),
    },
    Group {
        key: "history",
        title: "Before the start",
        entries: history,
    },
    Group {
        key: "outcomes",
        title: "Outcome rules, the first that holds decides",
        entries: listed,
    },
    Group {
        key: "metrics",
        title: "Metrics",
        entries: |value| things(value, |thing| vec![statement::quantity(thing)]),
    },
    Group {
        key: "ratios",
        title: "Ratios of means",
        entries: |value| things(value, rest),
    },
    Group {
        key: "questions",
        title: "Questions",
        entries: |value| things(value, rest),
    },
];

/// One statement of the file.
struct Entry<'s> {
    name: Markup,
    /// Has title, note and sources.
    thing: Option<&'s Map<String, Value>>,
    said: Vec<Markup>,
}

impl Entry<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.thing?
            .get(key)?
            .as_str()
            .filter(|text| !text.is_empty())
    }

    fn head(&self) -> Markup {
        let mut head = match self.text("title") {
            Some(title) => Markup::strong(title).and(" ").and(self.name.clone()),
            None => self.name.clone(),
        };
        if let Some(unit) = self.text("unit") {
            head = head.and(" ").and(Markup::faint(&format!("in {unit}")));
        }
        head
    }

    fn body(&self, body: &Body, known: &[&String]) -> Markup {
        let mut text = Markup::join(self.said.iter().filter(|s| !s.is_empty()).cloned(), "; ");
        if let Some(note) = self.text("note") {
            text.element("p", "class=\"note\"", &note.into());
        }
        let names: Vec<&str> = match self.thing.and_then(|thing| thing.get("source")) {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !names.is_empty() {
            let links = names.iter().map(|name| {
                if known.iter().any(|one| one == name) {
                    Markup::anchor(&body.id(&format!("source-{name}")), name)
                } else {
                    Markup::text(name)
                }
            });
            text.element(
                "p",
                "class=\"from\"",
                &Markup::text("Source: ").and(Markup::join(links, ", ")),
            );
        }
        text
    }
}

/// Things by name.
fn things<'s>(value: &'s Value, said: fn(&Value) -> Vec<Markup>) -> Vec<Entry<'s>> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(name, thing)| Entry {
            name: Markup::code(name),
            thing: thing.as_object(),
            said: said(thing),
        })
        .collect()
}

fn listed(value: &Value) -> Vec<Entry<'_>> {
    let entries = value.as_array().into_iter().flatten();
    entries
        .map(|thing| Entry {
            name: Markup::code(thing.get("name").and_then(Value::as_str).unwrap_or("?")),
            thing: thing.as_object(),
            said: rest(thing),
        })
        .collect()
}

fn pairs(value: &Value) -> Vec<Entry<'_>> {
    let entries = value.as_array().into_iter().flatten();
    entries
        .map(|thing| Entry {
            name: thing
                .get("between")
                .map(statement::names)
                .unwrap_or_default(),
            thing: thing.as_object(),
            said: said_by_keys(thing, &["between"]),
        })
        .collect()
}

fn shifts(value: &Value) -> Vec<Entry<'_>> {
    let from = value.as_object().into_iter().flatten();
    from.flat_map(|(from, targets)| {
        let targets = targets.as_object().into_iter().flatten();
        targets.map(move |(to, hazard)| Entry {
            name: Markup::code(from).and(" → ").and(Markup::code(to)),
            thing: hazard.as_object(),
            said: vec![statement::hazard(hazard)],
        })
    })
    .collect()
}

fn moves(value: &Value) -> Vec<Entry<'_>> {
    let states = value.as_object().into_iter().flatten();
    states
        .flat_map(|(state, thing)| {
            let moves = thing.get("moves").map(shifts).unwrap_or_default();
            let steps = thing.get("each_step").map(steps).unwrap_or_default();
            moves.into_iter().chain(steps).map(move |entry| Entry {
                name: Markup::code(state).and(": ").and(entry.name),
                ..entry
            })
        })
        .collect()
}

fn steps(value: &Value) -> Vec<Entry<'_>> {
    let from = value.as_object().into_iter().flatten();
    from.flat_map(|(from, targets)| {
        let targets = targets.as_object().into_iter().flatten();
        targets.map(move |(to, share)| Entry {
            name: Markup::code(from).and(" → ").and(Markup::code(to)),
            thing: share.as_object(),
            said: vec![
                Markup::text("at the end of each step with probability ")
                    .and(statement::quantity(share)),
            ],
        })
    })
    .collect()
}

fn state(thing: &Value) -> Vec<Markup> {
    let values = (thing.get("values").and_then(Value::as_object)).into_iter();
    let values = values.flatten().map(|(name, value)| {
        let said = phase(value);
        let name = match value.get("title").and_then(Value::as_str) {
            Some(title) => Markup::text(title).and(" ").and(Markup::code(name)),
            None => Markup::code(name),
        };
        match said.is_empty() {
            true => name,
            false => name.and(" (").and(Markup::join(said, ", ")).and(")"),
        }
    });
    values.collect()
}

/// Ages, and dates of firings.
fn history(value: &Value) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let stated = value.as_object();
    if stated.is_some_and(|stated| stated.keys().any(|key| statement::is_label(key))) {
        entries.push(Entry {
            name: "all of it".into(),
            thing: stated,
            said: Vec::new(),
        });
    }
    for (name, thing) in stated.into_iter().flatten() {
        if name == "events" {
            for (event, dates) in thing.as_object().into_iter().flatten() {
                let dates = dates.as_array().into_iter().flatten();
                let dates = dates.filter_map(Value::as_str).map(Markup::text);
                entries.push(Entry {
                    name: Markup::code(event),
                    thing: None,
                    said: vec![Markup::text("fired on ").and(Markup::join(dates, ", "))],
                });
            }
        } else if !statement::is_label(name) {
            entries.push(Entry {
                name: Markup::code(name),
                thing: thing.as_object(),
                said: vec![Markup::text("for ").and(statement::quantity(thing))],
            });
        }
    }
    entries
}

fn trend(thing: &Value) -> Vec<Markup> {
    let weight = thing.get("weight").unwrap_or(thing);
    vec![Markup::text("weight ").and(statement::quantity(weight))]
}

fn phase(thing: &Value) -> Vec<Markup> {
    let mut said = Vec::new();
    match thing.get("start") {
        Some(Value::Bool(true)) => said.push("every future starts here".into()),
        Some(Value::Bool(false)) | None => {}
        Some(share) => {
            said.push(Markup::text("starts here with probability ").and(statement::quantity(share)))
        }
    }
    if thing.get("final") == Some(&Value::Bool(true)) {
        said.push("nothing leaves it".into());
    }
    said.extend(said_by_keys(thing, &["start", "final"]));
    said
}

fn indicator(thing: &Value) -> Vec<Markup> {
    let mut said = said_by_keys(thing, &["range", "at_range"]);
    if let Some(map) = thing.as_object().filter(|map| map.contains_key("range")) {
        let range = statement::range(map);
        said.push(Markup::trusted(range.as_str().trim_start_matches(", ")));
    }
    said.extend(
        thing
            .get("at_range")
            .map(|how| Markup::text("at the bounds: ").and(statement::plain_word(how))),
    );
    said
}

fn event(thing: &Value) -> Vec<Markup> {
    let mut said = clocks::said(thing);
    let keys = [
        "hazard",
        "at",
        "when",
        "probability",
        "if",
        "in",
        "not_in",
        "phases",
        "trends",
        "limit",
        "rest",
        "priority",
        "effects",
        "branches",
    ];
    for key in keys {
        let Some(value) = thing.get(key) else {
            continue;
        };
        said.push(match key {
            "hazard" => statement::hazard(value),
            "at" => Markup::text("on ").and(statement::quantity(value)),
            "probability" => Markup::text("with probability ").and(statement::quantity(value)),
            "when" => Markup::text("as soon as ").and(statement::quantity(value)),
            "if" => Markup::text("only if ").and(statement::quantity(value)),
            "in" => statement::restricted(value, "is"),
            "not_in" => statement::restricted(value, "is not"),
            "phases" => Markup::text("in the phases ").and(statement::names(value)),
            "trends" => Markup::text("under the trends ").and(statement::names(value)),
            "limit" if value.as_u64() == Some(1) => "once at most".into(),
            "limit" => Markup::text("at most ")
                .and(statement::quantity(value))
                .and(" times"),
            "rest" => Markup::text("then not for ").and(statement::plain_word(value)),
            "priority" => Markup::text("priority ").and(statement::quantity(value)),
            "branches" => {
                said.extend(value.as_object().into_iter().flatten().map(branch));
                continue;
            }
            _ => Markup::text("effects: ").and(statement::effects(value)),
        });
    }
    let told = [&keys[..], &clocks::KEYS, &["if_not_allowed"]].concat();
    said.extend(said_by_keys(thing, &told));
    said
}

/// One of the results that an event may have.
fn branch((name, thing): (&String, &Value)) -> Markup {
    let title = thing.get("title").and_then(Value::as_str).unwrap_or(name);
    let chance = match thing.get("probability") {
        Some(probability) => {
            Markup::text(" with probability ").and(statement::quantity(probability))
        }
        None => Markup::text(" in the rest of cases"),
    };
    let effects = thing
        .get("effects")
        .filter(|list| **list != Value::Array(Vec::new()));
    let then = effects.map(|list| Markup::text(": ").and(statement::effects(list)));
    let said = Markup::text("result ").and(Markup::text(title)).and(chance);
    said.and(then.unwrap_or_else(|| Markup::text("")))
}

fn rest(thing: &Value) -> Vec<Markup> {
    said_by_keys(thing, &[])
}

/// `key: value` for what has no words of its own.
fn said_by_keys(thing: &Value, but: &[&str]) -> Vec<Markup> {
    let entries = thing.as_object().into_iter().flatten();
    entries
        .filter(|(key, _)| !but.contains(&key.as_str()) && !statement::is_label(key))
        .map(|(key, value)| {
            Markup::text(&format!("{} ", key.replace('_', " "))).and(statement::quantity(value))
        })
        .collect()
}
