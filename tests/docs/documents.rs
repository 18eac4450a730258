//! What holds for the documents as such: the map fits the sources, links lead somewhere.

use crate::program::{document, path};
use std::fs;

#[test]
fn the_map_of_the_architecture_names_every_folder() {
    let map = document("ARCHITECTURE.md");
    let rows: Vec<&str> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let entries = ["src", "src/core", "src/format"]
        .map(|at| fs::read_dir(path(at)).expect("there are sources"));
    let mut folders: Vec<String> = (entries.into_iter().flatten())
        .map(|entry| entry.expect("an entry").path())
        .filter(|at| at.is_dir())
        .map(|at| {
            at.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    folders.retain(|folder| !["core", "format"].contains(&folder.as_str()));
    folders.sort();
    let mut named = rows.clone();
    named.sort_unstable();
    assert_eq!(named, folders);
}

#[test]
fn paths_of_the_architecture_lead_somewhere() {
    // The packages' folders are left out in documents, as that page says itself.
    let roots = ["", "src", "src/core", "src/format"];
    let text = document("ARCHITECTURE.md");
    let paths: Vec<&str> = (text.split('`').skip(1).step_by(2))
        .filter(|word| word.contains('/') && !word.contains(char::is_whitespace))
        .filter(|word| word.ends_with('/') || word.contains('.'))
        // `cli/NAME.rs` is one for the reader to name.
        .filter(|word| !word.contains("NAME"))
        .collect();
    let lost: Vec<&&str> = (paths.iter())
        .filter(|at| !roots.iter().any(|root| path(root).join(at).exists()))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(paths.len() > 50, "{paths:?}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let names = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/cluster.md",
        "docs/explore.md",
        "docs/gallery.md",
        "docs/guide.md",
        "docs/method.md",
        "docs/performance.md",
        "docs/python.md",
        "docs/reading-charts.md",
        "docs/reading-results.md",
        "docs/reference.md",
        "docs/scenarios.md",
    ];
    for name in names {
        let at = path(name);
        let folder = at.parent().expect("a file lies in a folder");
        for link in document(name).split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default();
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.contains("://") {
                continue;
            }
            let file = if file.is_empty() {
                at.clone()
            } else {
                folder.join(file)
            };
            assert!(file.exists(), "{name}: `{target}`");
            if !anchor.is_empty() {
                let text = fs::read_to_string(&file).expect("it is text");
                let has_heading = text
                    .lines()
                    .any(|line| line.starts_with('#') && anchor_of(line) == anchor);
                assert!(has_heading, "{name}: `{target}` names no heading");
            }
        }
    }
}

/// How a heading is addressed: lower case, words joined by `-`, other signs left out.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
