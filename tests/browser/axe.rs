//! axe-core on the pages of reports and on the page to play with: what this package's own checks of
//! accessibility do not look for.
//!
//! axe is not shipped. `npm install axe-core` somewhere, and
//! `QUINCUNX_AXE=…/node_modules/axe-core/axe.min.js cargo test --test browser axe`; without it the
//! test says that it was skipped.

use crate::browser::Browser;
use crate::explore::{Served, opened};
use crate::page::{Page, View};
use crate::report::pages;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Violations in words; what axe cannot decide is left to the other tests.
fn violations(page: &Page, axe: &str) -> Vec<String> {
    page.ask::<Value>(&format!("(() => {{ {axe}; return true; }})()"));
    page.ask(
        "axe.run().then(found => found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 200)}`)))",
    )
}

#[test]
fn axe_finds_nothing_in_reports_and_in_the_page_to_play_with() {
    let Some(path) = std::env::var_os("QUINCUNX_AXE") else {
        eprintln!("skipped: QUINCUNX_AXE names no axe.min.js");
        return;
    };
    let axe = fs::read_to_string(path).expect("axe.min.js");
    let Some(browser) = Browser::start() else {
        return;
    };
    let broken = browser.page(View::DESKTOP);
    broken.goto("data:text/html,<title>t</title><img src=x><button></button>");
    assert!(
        !violations(&broken, &axe).is_empty(),
        "axe sees nothing at all"
    );
    let served = Served::start();
    for view in [View::DESKTOP, View::DESKTOP.dark(), View::PHONE] {
        // Of the same kinds as others, and ten times as large.
        let is_large = |path: &Path| {
            ["large.html", "three.html"]
                .iter()
                .any(|name| path.ends_with(name))
        };
        for path in pages().iter().filter(|path| !is_large(path)) {
            let page = browser.open_file(path, view);
            let found = violations(&page, &axe);
            assert!(found.is_empty(), "{} {view:?}: {found:#?}", path.display());
        }
        let found = violations(&opened(&browser, &served, view), &axe);
        assert!(found.is_empty(), "{view:?}: {found:#?}");
    }
}
