//! The pictures of the documents: `UPDATE_PICTURES=1 cargo test --test browser pictures` makes all
//! of them anew from the shipped scenarios.
//!
//! Whoever changes what they show makes them, and looks at each before it is committed.

use crate::browser::Browser;
use crate::explore::{Served, after, opened, set};
use crate::page::{Page, View};
use crate::program::{program, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every picture, by the name of its file in `docs/images`.
const PICTURES: [&str; 11] = [
    "explore-dark",
    "explore-large",
    "explore-light",
    "explore-phone",
    "outcomes",
    "report-compare",
    "report-dark",
    "report-light",
    "report-over-time",
    "report-paper",
    "report-phone",
];

fn images() -> PathBuf {
    root().join("docs/images")
}

#[test]
fn every_picture_of_the_documents_is_made_here_and_shown_somewhere() {
    let found: BTreeSet<String> = fs::read_dir(images())
        .expect("pictures")
        .map(|entry| entry.expect("a picture").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let made = PICTURES.map(|name| format!("{name}.png"));
    assert_eq!(found, made.iter().cloned().collect());
    let mut texts = fs::read_to_string(root().join("README.md")).expect("README.md");
    for entry in fs::read_dir(root().join("docs")).expect("documents") {
        let path = entry.expect("a document").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            texts += &fs::read_to_string(path).expect("a document");
        }
    }
    for name in made {
        assert!(
            texts.contains(&format!("images/{name})")),
            "{name} is shown nowhere"
        );
    }
}

#[test]
fn pictures_are_made() {
    if std::env::var_os("UPDATE_PICTURES").is_none() {
        return;
    }
    let browser = Browser::start().expect("pictures need Chromium");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let [out, page, brief, compared, charts] = [
        "out.txt",
        "page.html",
        "brief.html",
        "compared.html",
        "charts",
    ]
    .map(at);
    let call = |arguments: &str, rest: &[&Path]| {
        let made = program().args(arguments.split(' ')).args(rest).status();
        assert!(made.expect("the program starts").success(), "{arguments}");
    };
    let baseline = "scenarios/baseline.json";
    let escalation = "scenarios/escalation.json";
    let run = |arguments: &str, to: &Path| {
        call(
            &format!("{arguments} --quiet --out"),
            &[&out, Path::new("--report"), to],
        );
    };
    run(&format!("run {baseline}"), &page);
    run(&format!("run {baseline} --brief"), &brief);
    run(&format!("compare {baseline} {escalation}"), &compared);
    call(
        &format!("run {baseline} --quiet --only outcomes --out"),
        &[&out, Path::new("--charts"), &charts],
    );
    keep(
        "outcomes",
        &fs::read(charts.join("outcomes.png")).expect("a chart"),
    );

    let desk = View {
        height: 1330,
        ..View::DESKTOP
    };
    let phone = View {
        width: 412,
        height: 1800,
        ..View::PHONE
    };
    for (name, view) in [
        ("report-light", desk),
        ("report-dark", desk.dark()),
        ("report-phone", phone),
    ] {
        shot(name, &browser.open_file(&page, view));
    }
    let desk = View {
        height: 1400,
        ..View::DESKTOP
    };
    shot("report-compare", &browser.open_file(&compared, desk));
    over_time(&browser.open_file(
        &compared,
        View {
            width: 1280,
            height: 1540,
            ..desk
        },
    ));
    paper(&browser, &brief);
}

#[test]
fn pictures_of_the_page_to_play_with() {
    if std::env::var_os("UPDATE_PICTURES").is_none() {
        return;
    }
    let browser = Browser::start().expect("a browser");
    explore(&browser, "scenarios/baseline.json");
}

fn keep(name: &str, picture: &[u8]) {
    assert!(PICTURES.contains(&name), "{name} is not in the list");
    let path = images().join(format!("{name}.png"));
    fs::write(&path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// What the window shows.
fn shot(name: &str, page: &Page) {
    keep(name, &page.picture(None));
}

/// The section that has all scenarios over time, as far as the window is high.
fn over_time(page: &Page) {
    let place: [f64; 4] = page.ask(
        "(() => { const r = document.getElementById('over-time').parentElement.getBoundingClientRect();
          return [r.x - 20, r.y + scrollY - 10, 870, 1540]; })()",
    );
    keep("report-over-time", &page.picture(Some(place)));
}

/// Two sheets side by side. What a browser prints only other programs show: this takes `pdftoppm`.
fn paper(browser: &Browser, brief: &Path) {
    let folder = brief.parent().expect("a folder");
    let pdf = folder.join("brief.pdf");
    let page = browser.open_file(brief, View::DESKTOP.printed());
    fs::write(&pdf, page.pdf()).expect("room");
    let sheets = Command::new("pdftoppm")
        .args(["-r", "92", "-png"])
        .args([&pdf, &folder.join("sheet")])
        .status();
    assert!(sheets.expect("pdftoppm, of poppler-utils").success());
    let both = folder.join("both.html");
    let html = "<body style='margin:10px;background:#999;display:flex;gap:10px'>\
                <img width=530 src=sheet-1.png><img width=530 src=sheet-2.png>";
    fs::write(&both, html).expect("room");
    let view = View {
        width: 1090,
        height: 770,
        ..View::DESKTOP
    };
    shot("report-paper", &browser.open_file(&both, view));
}

/// The page to play with, with a parameter pinned.
fn explore(browser: &Browser, scenario: &str) {
    // By the path that a reader would type: the page shows it. Tests run in the folder of the package.
    let served = Served::of(Path::new(scenario), 16_384);
    let desk = View {
        width: 1280,
        height: 800,
        ..View::DESKTOP
    };
    let phone = View {
        width: 390,
        height: 840,
        ..View::PHONE
    };
    // A window of 1280 by 800 pixels at 200%.
    let large = View {
        width: 640,
        height: 400,
        ..desk
    };
    let start = std::time::Instant::now();
    for (name, view) in [
        ("explore-light", desk),
        ("explore-dark", desk.dark()),
        ("explore-phone", phone),
        ("explore-large", large),
    ] {
        let page = opened(browser, &served, view);
        // All controls are tried first, which may take a minute.
        while !page.ask::<bool>("document.body.dataset.tried === 'true'") {
            assert!(start.elapsed().as_secs() < 300, "not all is tried");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        after(&page, &set("parameter:chance_ceasefire-number", "0.3"));
        shot(name, &page);
    }
}
