//! Report pages as readers see them: on the desk and on a phone, light and dark, on paper, with and
//! without scripts, with hostile texts in every field.

use crate::browser::Browser;
use crate::page::{Key, Page, View};
use crate::program::program;
use html5ever::ParseOpts;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn call(arguments: &[&str]) {
    let output = program()
        .args(arguments)
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", arguments.join(" "));
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Pages of a run, comparisons, single futures, a large scenario, briefs, and the commands that ask
/// why: made once, for all tests.
pub fn pages() -> &'static [PathBuf; 15] {
    static PAGES: OnceLock<[PathBuf; 15]> = OnceLock::new();
    PAGES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
        fs::create_dir_all(&folder).expect("a folder");
        let out = folder.join("out.txt");
        let strike = "scenarios/port_strike.json";
        let size = ["--trials", "2048"];
        let of = ["--of", "deal_after_strike"];
        let sensitivity = [&["sensitivity", strike, "--tornado"], &of[..], &size].concat();
        let tripwires = [&["tripwires", strike], &of[..], &size].concat();
        let given = [&["given", strike, "ever(walk_out)"], &size[..]].concat();
        let vary = ["--vary", "trends.militant.weight=0.2..0.6:5"];
        let sweep = [&["sweep", strike], &vary[..], &of, &size].concat();
        let set = ["--set", "trends.militant.weight=0.7", "--explain"];
        let explain = [&["compare", strike], &set[..], &of, &size].concat();
        let near = ["trace", strike, "--outcome", "on_strike", "--near-misses"];
        let near = [&near[..], &size].concat();
        let paths = [&["trace", strike, "--pathways"], &size[..]].concat();
        let three = [
            &["compare", strike, "--set", "trends.militant.weight=0.7"],
            &["--and", "--set", "events.walk_out.hazard.chance=0.3"][..],
            &["--trials", "1024"],
        ]
        .concat();
        let brief_of_three = [&three[..], &["--brief"]].concat();
        let typical = ["trace", strike, "--outcome", "deal_after_strike"];
        let typical = [&typical[..], &["--typical", "2"]].concat();
        let runs: [(&str, &[&str]); 15] = [
            ("run.html", &["run", strike, "--trials", "4096"]),
            (
                "compare.html",
                &["compare", strike, strike, "--trials", "1024"],
            ),
            ("trace.html", &["trace", strike, "--trial", "5"]),
            (
                "large.html",
                &[
                    "run",
                    "tests/fixtures/scenarios/large.json",
                    "--trials",
                    "1024",
                ],
            ),
            ("sensitivity.html", &sensitivity),
            ("tripwires.html", &tripwires),
            ("given.html", &given),
            ("sweep.html", &sweep),
            ("explain.html", &explain),
            ("near.html", &near),
            ("paths.html", &paths),
            ("three.html", &three),
            ("three-brief.html", &brief_of_three),
            (
                "brief.html",
                &["run", strike, "--trials", "4096", "--brief"],
            ),
            ("typical.html", &typical),
        ];
        runs.map(|(name, arguments)| {
            let page = folder.join(name);
            let outputs = ["--out", text(&out), "--report", text(&page)];
            call(&[arguments, &outputs].concat());
            page
        })
    })
}

/// Where a page is not what the HTML standard says, in words.
fn markup_faults(page: &str) -> Vec<String> {
    let document = html5ever::parse_document(RcDom::default(), ParseOpts::default()).one(page);
    let faults = document.errors.into_inner();
    faults.into_iter().map(Into::into).collect()
}

#[test]
fn pages_are_html_without_a_fault() {
    for path in pages() {
        let page = fs::read_to_string(path).expect("a page");
        let faults = markup_faults(&page);
        assert!(faults.is_empty(), "{}: {faults:?}", path.display());
    }
    let broken = "<!DOCTYPE html><html lang=en><title>t</title><p><b>a</p></b>";
    assert!(!markup_faults(broken).is_empty());
}

/// Drawings that take up room.
fn visible_charts(page: &Page) -> usize {
    page.ask("[...document.querySelectorAll('svg.qx')].filter(s => s.checkVisibility() && s.getBoundingClientRect().height > 40).length")
}

#[test]
fn pages_render_quietly_and_fit_every_window() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let pages = pages();
    for view in [
        View::DESKTOP,
        View::DESKTOP.dark(),
        View::PHONE,
        View::PHONE.dark().without_scripts(),
        View::DESKTOP.without_scripts(),
    ] {
        for path in pages {
            let page = browser.open_file(path, view);
            page.assert_no_sideways_scrolling();
            // A tree of pathways is a list.
            let is_drawn = visible_charts(&page) >= 1 || path.ends_with("paths.html");
            assert!(is_drawn, "{view:?} {}", path.display());
            page.assert_quiet();
        }
    }
}

#[test]
fn a_large_scenario_is_light_enough_to_mail_and_to_print() {
    let folder = tempfile::tempdir().expect("a folder");
    let [page, out] = ["page.html", "out.txt"].map(|name| folder.path().join(name));
    call(&[
        "run",
        "tests/fixtures/scenarios/large.json",
        "--trials",
        "8192",
        "--out",
        text(&out),
        "--report",
        text(&page),
    ]);
    let size = fs::metadata(&page).expect("a page").len();
    assert!(size < 1_000_000, "{size} bytes");
    let Some(browser) = Browser::start() else {
        return;
    };
    let sheets = |page: &std::path::Path| {
        browser
            .open_file(page, View::DESKTOP.printed())
            .sheets_of_paper()
    };
    // All of it on paper, and what can be sent alone.
    assert!(sheets(&page) <= 20, "{} sheets", sheets(&page));
    let brief = folder.path().join("brief.html");
    call(&[
        "run",
        "tests/fixtures/scenarios/large.json",
        "--trials",
        "8192",
        "--out",
        text(&out),
        "--brief",
        "--report",
        text(&brief),
    ]);
    assert!(sheets(&brief) <= 2, "{} sheets", sheets(&brief));
}

#[test]
fn only_scripts_read_out_and_tables_are_there_without_them() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let pages = pages();
    let chart = "svg.qx[data-readout]";
    let page = browser.open_file(&pages[0], View::DESKTOP);
    let focusable = format!(".wide {chart}");
    page.press(&focusable, Key::ArrowRight);
    page.wait_for(
        "document.querySelector('.qx-readout') && !document.querySelector('.qx-readout').hidden",
    );
    let said: String = page.ask("document.querySelector('.qx-readout').textContent");
    assert!(said.contains('%'), "{said}");
    page.press(&focusable, Key::Escape);
    page.wait_for("document.querySelector('.qx-readout').hidden");
    page.ask::<Value>(&format!(
        "document.querySelector('{focusable}').scrollIntoView({{block: 'center'}})"
    ));
    page.hover(&focusable);
    page.wait_for("!document.querySelector('.qx-readout').hidden");
    page.assert_quiet();

    let page = browser.open_file(&pages[0], View::DESKTOP.without_scripts());
    assert!(page.ask::<bool>("document.querySelector('.qx-readout') === null"));
    page.click("figure details summary");
    let table: String = page.ask("document.querySelector('figure details[open] table').innerText");
    assert!(table.contains('%'), "{table}");
    page.assert_quiet();
}

#[test]
fn paper_is_light_and_shows_what_was_folded() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let pages = pages();
    let page = browser.open_file(&pages[0], View::DESKTOP.dark().printed());
    let ground: String = page.ask("getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(255, 255, 255)");
    assert!(page.ask::<bool>("getComputedStyle(document.querySelector('nav')).display === 'none'"));
    let is_seen = |what: &str| -> bool {
        let seen = "checkVisibility({contentVisibilityAuto: true})";
        page.ask(&format!("document.querySelector('{what}').{seen}"))
    };
    assert!(
        is_seen("section > details:not(.on-screen) dl.assumptions"),
        "parameters are folded"
    );
    assert!(
        !is_seen("figure details table"),
        "a table behind a chart is printed"
    );
    assert!(
        !is_seen("details.on-screen"),
        "what is for screens is printed"
    );
}

/// The shipped scenarios on paper: as many sheets as somebody reads, and nothing beyond the edge.
#[test]
fn the_shipped_scenarios_fit_the_sheets_that_they_are_meant_for() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let [page, out] = ["page.html", "out.txt"].map(|name| folder.path().join(name));
    let four = "baseline guarantees_for_territory us_aid_stop election_pause";
    let four: Vec<String> = four
        .split(' ')
        .map(|name| format!("scenarios/{name}.json"))
        .collect();
    let compared: Vec<&str> = std::iter::once("compare")
        .chain(four.iter().map(String::as_str))
        .collect();
    for (arguments, most) in [
        (&["run", "scenarios/baseline.json"][..], 20),
        (&["run", "scenarios/baseline.json", "--brief"], 2),
        (&compared, 40),
        (&[&compared[..], &["--brief"]].concat(), 2),
    ] {
        let rest = [
            "--trials",
            "8192",
            "--out",
            text(&out),
            "--report",
            text(&page),
        ];
        call(&[arguments, &rest].concat());
        let sheet = View {
            // A4 less its margins, in CSS pixels.
            width: 688,
            height: 1016,
            ..View::DESKTOP.printed()
        };
        let page = browser.open_file(&page, sheet);
        page.assert_no_sideways_scrolling();
        let sheets = page.sheets_of_paper();
        assert!(sheets <= most, "{}: {sheets} sheets", arguments.join(" "));
        let alone = page.headings_alone();
        assert!(alone.is_empty(), "{}: {alone:#?}", arguments.join(" "));
    }
}

#[test]
fn no_heading_stands_alone_at_the_foot_of_a_sheet() {
    let Some(browser) = Browser::start() else {
        return;
    };
    for path in pages() {
        let page = browser.open_file(path, View::DESKTOP.printed());
        let alone = page.headings_alone();
        assert!(alone.is_empty(), "{}: {alone:#?}", path.display());
    }
    // One that does is seen.
    let text = "data:text/html,<!doctype html><style>div{height:%}</style><main><div></div><h2>Alone</h2><p style='break-before:page'>next</p></main><footer></footer>";
    for (height, alone) in [("700px", 1), ("10px", 1)] {
        let page = browser.page(View::DESKTOP.printed());
        page.goto(&text.replace('%', height));
        assert_eq!(page.headings_alone().len(), alone, "{height}");
    }
    let page = browser.page(View::DESKTOP.printed());
    page.goto(&text.replace("break-before:page", ""));
    assert_eq!(page.headings_alone().len(), 0);
}

/// Texts of drawings that leave them, in the font that this machine has: what a drawing reckons
/// with has to hold for the widest.
#[test]
fn texts_of_charts_stay_within_them_in_the_font_at_hand() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let script = r#"[...document.querySelectorAll('svg.qx')].filter(svg => svg.checkVisibility()).flatMap(svg => {
        const frame = svg.viewBox.baseVal;
        return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBBox();
            return box.x < frame.x - 1.5 || box.x + box.width > frame.x + frame.width + 1.5;
        }).map(text => `${svg.id}: ${text.textContent} (from ${text.getBBox().x}, ${text.getBBox().width} wide, of ${frame.width})`);
    })"#;
    for (path, view) in pages()
        .iter()
        .flat_map(|path| [(path, View::DESKTOP), (path, View::PHONE)])
    {
        let page = browser.open_file(path, view);
        let beyond: Vec<String> = page.ask(script);
        assert!(
            beyond.is_empty(),
            "{view:?} {}: {beyond:#?}",
            path.display()
        );
    }
}

/// What a page has to have so that nobody is left out.
#[test]
fn pages_are_accessible() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let pages = pages();
    for (path, view) in pages
        .iter()
        .flat_map(|path| [(path, View::DESKTOP), (path, View::DESKTOP.dark())])
    {
        let page = browser.open_file(path, view);
        let faults: Vec<String> = page.ask(ACCESSIBILITY);
        assert!(
            faults.is_empty(),
            "{} {view:?}\n{}",
            path.display(),
            faults.join("\n")
        );
    }
}

/// Faults in words. Contrast is that of WCAG 2.2 (success criterion 1.4.3), against the nearest
/// ground that is not transparent.
const ACCESSIBILITY: &str = r#"(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const ids = all('[id]').map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push('ids occur twice');
  for (const svg of all('svg')) {
    const named = (svg.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id));
    if (svg.getAttribute('role') !== 'img' || named.length < 2 || named.some((e) => !e || !e.textContent.trim())) faults.push(`svg ${svg.id} has no title and description`);
  }
  for (const table of all('table')) {
    if (!table.caption) faults.push('a table has no caption');
    if ([...table.querySelectorAll('th')].some((th) => !th.scope)) faults.push('a header has no scope');
  }
  for (const a of all('a')) if (!a.textContent.trim()) faults.push('an empty link');
  for (const e of all('.scroll, .timeline')) if (e.tabIndex !== 0 || !e.getAttribute('aria-label')) faults.push('a frame that scrolls cannot be reached by keyboard');
  for (const name of ['header', 'nav', 'main', 'footer']) if (all(`body ${name}`).length < 1) faults.push(`no ${name}`);
  if (document.documentElement.lang !== 'en') faults.push('no language');
  const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const seen = new Set();
  for (const e of all('p, li, a, th, td, caption, figcaption, .faint, summary, dt, dd, h1, h2, h3, h4, code, time, strong, svg text')) {
    if (!e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const ink = rgb(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(ground(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const key = `${e.tagName}.${e.getAttribute('class')}`;
    // Text within a coloured mark is the charts' own business, and tested there.
    if (contrast < 4.5 && !seen.has(key) && !(e instanceof SVGElement && e.getAttribute('class') === 'i')) { seen.add(key); faults.push(`contrast ${contrast.toFixed(2)} of ${key} "${e.textContent.slice(0, 30)}"`); }
  }
  return faults;
})()"#;

/// Texts that try to leave their place.
const HOSTILE: &str = "</title></script><script>window.hit=1;alert(1)</script><img src=x onerror=\"window.hit=2\">\"'><svg onload=window.hit=3>]]><!-- \u{202e}evil\u{2066} &amp; {{x}}";

/// The hostile text, with a number in it that tells the fields apart, in each text of a scenario.
fn hostile() -> Value {
    let mut number = 0;
    let mut text = || {
        number += 1;
        format!("field{number}z {HOSTILE}")
    };
    json!({
        "format": 1, "name": "hostile", "title": text(), "note": text(),
        "start": "2026-01-01", "horizon": "12 months", "step": "1 month",
        "run": {"trials": 2048, "seed": 3},
        "sources": {
            "s1": {"title": text(), "author": text(), "publisher": text(), "url": "javascript:window.hit=4", "date": text(), "note": text()},
            "s2": {"title": text(), "url": text()},
            "s3": {"title": text(), "url": "https://example.org/\"onmouseover=\"window.hit=5"}
        },
        "parameters": {
            "haste": {"uniform": [0.2, 0.6], "title": text(), "unit": text(), "note": text(), "source": ["s1", "s2"]},
            "view": {"experts": [{"name": text(), "uniform": [0, 1]}, {"name": text(), "uniform": [0.5, 1]}], "source": "s3"}
        },
        "correlations": [{"between": ["haste", "view"], "rank": 0.2, "note": text(), "source": "s1"}],
        "trends": {"dry": {"weight": 0.7, "title": text(), "note": text()}, "wet": {"weight": 0.3, "title": text()}},
        "shifts": {"dry": {"wet": {"rate": 0.5, "per": "year", "note": text()}}},
        "phases": {"dispute": {"start": true, "title": text(), "note": text()}, "accord": {"title": text()}},
        "indicators": {
            "level": {"title": text(), "unit": text(), "note": text(), "start": 1, "drift": "view * (1 - level)", "volatility": 0.2}
        },
        "derived": {"twice": {"value": "2 * level", "title": text(), "unit": text(), "note": text()}},
        "events": {
            "signature": {
                "title": text(), "note": text(), "hazard": {"rate": "haste", "per": "year", "times": {"trend": {"wet": 2}}},
                "phases": ["dispute"], "effects": [{"phase": "accord"}, {"add": "level", "by": 0.1}]
            }
        },
        "outcomes": [
            {"name": "signed", "title": text(), "when": "phase == accord", "note": text()},
            {"name": "open", "title": text(), "when": "phase == dispute"}
        ],
        "metrics": {"low": {"value": "lowest(level)", "title": text(), "unit": text(), "note": text()}},
        "questions": {"by_june": {"title": text(), "ever": "phase == accord and level < 100", "by": "2026-06-30", "note": text()}}
    })
}

#[test]
fn hostile_texts_stay_texts() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let [scenario, variant, out] = ["hostile.json", "variant.json", "out.txt"].map(at);
    let whole = hostile();
    fs::write(&scenario, whole.to_string()).expect("room");
    let mut other = whole.clone();
    other["name"] = "variant".into();
    other["parameters"]["haste"] = json!({"uniform": [0.5, 0.9], "title": HOSTILE});
    fs::write(&variant, other.to_string()).expect("room");
    let [run, compare, stories, charts] =
        ["run.html", "compare.html", "stories.html", "charts"].map(at);
    call(&[
        "run",
        text(&scenario),
        "--out",
        text(&out),
        "--report",
        text(&run),
        "--charts",
        text(&charts),
    ]);
    call(&[
        "compare",
        text(&scenario),
        text(&variant),
        "--out",
        text(&out),
        "--report",
        text(&compare),
    ]);
    call(&[
        "trace",
        text(&scenario),
        "--outcome",
        "signed",
        "--typical",
        "2",
        "--out",
        text(&out),
        "--report",
        text(&stories),
    ]);

    // The longest part of the text that no layer may change, and that an interpreter of markup
    // would swallow.
    let literal = "<script>window.hit=1;alert(1)</script><img src=x onerror=\"window.hit=2\">\"'><svg onload=window.hit=3>]]>";
    let mut fields = Vec::new();
    gather(&whole, &mut fields);
    assert!(fields.len() > 35, "{}", fields.len());
    for path in [&run, &compare, &stories] {
        let page = browser.open_file(path, View::DESKTOP);
        page.ask::<Value>("document.querySelectorAll('details').forEach(d => { d.open = true })");
        page.ask::<Value>("document.querySelectorAll('a, img, svg, summary').forEach(e => { for (const kind of ['mouseover', 'focus', 'load', 'error']) e.dispatchEvent(new Event(kind)) })");
        assert!(
            page.ask::<bool>("window.hit === undefined"),
            "{}",
            path.display()
        );
        assert_eq!(
            page.ask::<usize>("document.querySelectorAll('script').length"),
            1
        );
        assert_eq!(
            page.ask::<usize>("document.querySelectorAll('img').length"),
            0
        );
        let links: Vec<String> = page.ask("[...document.querySelectorAll('a')].map(a => a.protocol).filter(p => !['file:', 'https:', 'http:'].includes(p))");
        assert!(links.is_empty(), "{links:?}");
        let shown: String = page.ask("document.title + document.body.textContent");
        assert!(shown.contains(literal), "{}", path.display());
        assert!(!shown.contains('\u{202e}'));
        if path == &run {
            for field in &fields {
                let mark = field.split(' ').next().unwrap_or_default();
                assert!(
                    shown.contains(&format!("{mark} </title></script>")),
                    "{mark} is not shown as it is"
                );
            }
        }
        page.assert_no_sideways_scrolling();
        page.assert_quiet();
    }
    for entry in fs::read_dir(&charts).expect("charts") {
        let path = entry.expect("a chart").path();
        if path.extension().is_some_and(|e| e == "svg") {
            let page = browser.open_file(&path, View::DESKTOP);
            assert!(
                page.ask::<bool>(
                    "window.hit === undefined && document.documentElement.tagName === 'svg'"
                ),
                "{}",
                path.display()
            );
            page.assert_quiet();
        }
    }
}

/// Every text of a JSON value that starts with `field`.
fn gather(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("field") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(map) => map.values().for_each(|item| gather(item, found)),
        _ => {}
    }
}
