//! Dotted paths of the scenario that a command line names, for a shell that completes them.

use super::show::names;
use crate::scenario::{load, places::is_annotation};
use clap_complete::CompletionCandidate;
use serde_json::Value;
use std::env;
use std::ffi::OsStr;
use std::path::Path;

/// Paths that are offered at once; of more, their beginnings.
const MOST: usize = 60;

/// What a path leads to.
struct Node {
    path: String,
    depth: usize,
    is_leaf: bool,
}

/// Completes the path that `show` takes.
pub fn to_show(current: &OsStr) -> Vec<CompletionCandidate> {
    offered(current, &|node, _| Some(node.path.clone()))
}

/// Completes the path of `--set`, up to its `=`.
pub fn to_set(current: &OsStr) -> Vec<CompletionCandidate> {
    offered(current, &|node, deepest| match node.is_leaf {
        true => Some(format!("{}=", node.path)),
        false if node.depth == deepest => Some(format!("{}.", node.path)),
        false => None,
    })
}

/// What can stand for `current`, as deep as it is few; `written` says how, with the depth that is
/// shown.
fn offered(
    current: &OsStr,
    written: &dyn Fn(&Node, usize) -> Option<String>,
) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else {
        return Vec::new();
    };
    let Some(root) = scenario() else {
        return Vec::new();
    };
    let mut nodes = Vec::new();
    collect(&root, &root, &mut Vec::new(), &mut nodes);
    let at = |deepest: usize| -> Vec<String> {
        let shown = nodes.iter().filter(|node| node.depth <= deepest);
        shown
            .filter_map(|node| written(node, deepest))
            .filter(|path| path.starts_with(current))
            .collect()
    };
    let last = nodes.iter().map(|node| node.depth).max().unwrap_or(0);
    let mut chosen = Vec::new();
    for depth in 1..=last {
        let found = at(depth);
        // One beginning is no choice: what is behind it is.
        if chosen.len() > 1 && found.len() > MOST {
            break;
        }
        chosen = found;
    }
    chosen.into_iter().map(CompletionCandidate::new).collect()
}

/// The first argument that is a scenario.
fn scenario() -> Option<Value> {
    // The shell gives the words behind `--`.
    let words = env::args_os().skip_while(|word| word != "--").skip(1);
    words
        .filter(|word| Path::new(word).is_file())
        .find_map(|word| load(Path::new(&word), &[]).ok())
        .map(|loaded| loaded.value)
}

fn collect(root: &Value, value: &Value, place: &mut Vec<String>, nodes: &mut Vec<Node>) {
    let is_list_of_things =
        |value: &Value| matches!(value, Value::Array(items) if items.iter().any(Value::is_object));
    let is_leaf = !value.is_object() && !is_list_of_things(value);
    if !place.is_empty() {
        nodes.push(Node {
            path: place.join("."),
            depth: place.len(),
            is_leaf,
        });
    }
    if is_leaf {
        return;
    }
    let parts: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for (name, inner) in names(value).into_iter().zip(parts) {
        let explains =
            matches!(value, Value::Object(map) if is_annotation(root, place, map, &name));
        // A name with a dot in it is no part of a path.
        if explains || name.contains('.') {
            continue;
        }
        place.push(name);
        collect(root, inner, place, nodes);
        place.pop();
    }
}
