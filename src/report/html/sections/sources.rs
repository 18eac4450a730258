//! Where the scenario's numbers come from.

use super::Section;
use crate::report::html::RunPart;
use crate::report::html::markup::{Markup, escape};
use serde_json::Value;

pub const SOURCES: Section<RunPart> = Section {
    key: "sources",
    title: "Sources",
    is_needed: |part| {
        let sources = part.result.scenario.source.get("sources");
        sources
            .and_then(Value::as_object)
            .is_some_and(|s| !s.is_empty())
    },
    write: |body, part| {
        let sources = part.result.scenario.source.get("sources");
        let Some(sources) = sources.and_then(Value::as_object) else {
            return;
        };
        let mut list = Markup::default();
        for (name, source) in sources {
            let id = body.id(&format!("source-{name}"));
            list.element("dt", &format!("id=\"{id}\""), &Markup::text(name));
            list.element("dd", "", &entry(name, source));
        }
        let mut whole = Markup::default();
        whole.element("dl", "class=\"sources\"", &list);
        body.add(&whole);
    },
};

fn entry(name: &str, source: &Value) -> Markup {
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    let title = text("title").unwrap_or(name);
    let mut entry = match text("url") {
        Some(address) => {
            let link = Markup::link(address, title);
            // An address that is no link is still worth reading.
            if link == Markup::text(title) {
                link.and(Markup::trusted(format!(
                    " <code>{}</code>",
                    escape(address)
                )))
            } else {
                link
            }
        }
        None => title.into(),
    };
    let rest = ["author", "publisher", "date", "note"];
    for detail in rest.into_iter().filter_map(text) {
        entry = entry.and(". ").and(detail);
    }
    entry
}
