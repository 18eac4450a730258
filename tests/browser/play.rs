//! The page of `explore` under a moving hand: what is drawn meanwhile, what stays where it is, and
//! what is said when nothing comes.

use crate::browser::Browser;
use crate::explore::{Served, after, opened, row, set};
use crate::page::View;
use serde::Deserialize;
use std::fs;
use std::time::Instant;

/// What was seen while a slider was dragged.
#[derive(Deserialize)]
struct Drag {
    /// Pictures that were drawn before the slider was let go.
    drawn: usize,
    /// Heights of the page, whenever a picture was drawn.
    heights: Vec<f64>,
    /// Texts of the axes of the outcomes, each once.
    axes: Vec<String>,
    /// The file's probability of the first outcome, each value once.
    base: Vec<String>,
}

/// Drags a slider from end to end, in steps of 20 ms, as a hand would.
fn drag(page: &crate::page::Page, id: &str, steps: u32) -> Drag {
    page.ask(&format!(
        "(async () => {{
            const slider = document.getElementById('{id}');
            const [low, high] = [Number(slider.min), Number(slider.max)];
            const seen = {{ drawn: 0, heights: [], axes: new Set(), base: new Set() }};
            const look = () => {{
                seen.heights.push(document.documentElement.scrollHeight);
                seen.axes.add([...document.querySelectorAll('[data-panel=outcomes] .tick, [data-panel=chart] svg text.m')].map(e => e.textContent).join(' '));
                seen.base.add(document.querySelector('[data-panel=outcomes] td[data-value]').dataset.value);
            }};
            look();
            const watch = new MutationObserver(() => {{ seen.drawn += 1; look(); }});
            watch.observe(document.body, {{ attributes: true, attributeFilter: ['data-tweak'] }});
            for (let i = 0; i <= {steps}; i += 1) {{
                slider.value = String(low + (high - low) * i / {steps});
                slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
                await new Promise(later => setTimeout(later, 20));
            }}
            watch.disconnect();
            slider.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return {{ ...seen, axes: [...seen.axes], base: [...seen.base] }};
        }})()"
    ))
}

#[test]
fn the_futures_move_while_the_hand_does_and_all_else_stays() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    for (id, steps, from) in [
        ("parameter:haste-range", 100, "0.4"),
        ("horizon-range", 50, "3"),
    ] {
        // The first move puts a second chart beside each of the file's; from then on nothing grows.
        after(&page, &set(id, from));
        let value = || -> String { page.ask(&format!("document.getElementById('{id}').value")) };
        let before = value();
        let seen = drag(&page, id, steps);
        assert_ne!(value(), before, "{id}");
        assert!(seen.drawn >= 8, "{id}: {} pictures", seen.drawn);
        assert_eq!(seen.axes.len(), 1, "{id}: {:?}", seen.axes);
        assert!(!seen.axes[0].is_empty());
        assert_eq!(seen.base.len(), 1, "{id}: {:?}", seen.base);
        assert!(
            seen.heights.iter().all(|height| *height == seen.heights[0]),
            "{id}: {:?}",
            seen.heights
        );
        // What is shown in the end is what the slider says.
        page.wait_for(
            "!document.body.classList.contains('older') && document.body.dataset.final === 'true'",
        );
        // A drag is one step.
        after(&page, "document.getElementById('undo').click()");
        assert_eq!(value(), before, "{id}: where the slider stood");
        after(&page, "document.getElementById('reset').click()");
    }
    page.assert_quiet();
}

#[test]
fn every_kind_of_slider_of_the_baseline_draws_while_it_is_dragged() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let baseline = crate::program::root().join("scenarios/baseline.json");
    let served = Served::of(&baseline, 2048);
    let page = opened(&browser, &served, SMALL);
    for (id, from) in [
        ("parameter:chance_ceasefire-range", "0.3"),
        ("weight:stalemate-range", "30"),
        ("horizon-range", "30"),
        (
            "number:states.edge.moves.ukrainian.even.mean_wait-range",
            "40",
        ),
    ] {
        after(&page, &set(id, from));
        let start = Instant::now();
        let seen = drag(&page, id, 75);
        let rate = seen.drawn as f64 / start.elapsed().as_secs_f64();
        eprintln!("{id}: {rate:.1} pictures a second");
        // How fast is for the bench to say: a busy machine draws a fifth of what a quiet one does.
        assert!(seen.drawn >= 3, "{id}: {} pictures", seen.drawn);
        assert_eq!(seen.base.len(), 1, "{id}: {:?}", seen.base);
        assert_eq!(seen.axes.len(), 1, "{id}: {:?}", seen.axes);
        page.wait_for(
            "!document.body.classList.contains('older') && document.body.dataset.final === 'true'",
        );
        after(&page, "document.getElementById('reset').click()");
    }
    page.assert_quiet();
}

/// Counts what the page asks of the program from now on.
const COUNT_REQUESTS: &str = "(() => { window.asked = 0; const old = window.fetch;
    window.fetch = (...all) => { window.asked += 1; return old(...all); }; return true; })()";

#[test]
fn undo_and_redo_ask_nothing_of_the_program_and_keys_do_them_too() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    after(&page, &set("parameter:haste-number", "0.55"));
    let moved = row(&page, "signed");
    after(&page, &set("parameter:haste-number", "0.3"));
    let again = row(&page, "signed");
    assert!(moved[1] > again[1]);
    page.ask::<bool>(COUNT_REQUESTS);
    let press = |key: &str, shift: bool| {
        page.ask::<bool>(&format!(
            "document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', ctrlKey: true, shiftKey: {shift}, bubbles: true}}))"
        ));
        row(&page, "signed")
    };
    assert_eq!(press("z", false), moved);
    assert!(page.ask::<bool>("!document.body.classList.contains('older')"));
    let [file, now] = press("z", false);
    assert_eq!(file, now, "nothing is moved");
    assert_eq!(press("y", false), moved);
    assert_eq!(press("Z", true), again);
    page.ask::<bool>("(document.getElementById('undo').click(), true)");
    assert_eq!(row(&page, "signed"), moved);
    assert_eq!(page.ask::<u32>("window.asked"), 0);
    page.assert_quiet();
}

#[test]
fn states_are_pinned_and_seen_together() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    let cells = || -> Vec<String> {
        page.ask("[...document.querySelectorAll('#pinned tbody tr:first-child td')].map(cell => cell.textContent)")
    };
    assert!(page.ask::<bool>("document.getElementById('pinned').closest('section').hidden"));
    for (value, pin) in [("0.55", "A"), ("0.3", "B")] {
        after(&page, &set("parameter:haste-number", value));
        page.ask::<bool>(&format!(
            "(document.getElementById('pin-{pin}').click(), true)"
        ));
    }
    after(&page, &set("horizon-number", "8"));
    page.ask::<bool>("(document.getElementById('pin-C').click(), true)");
    let found = cells();
    assert_eq!(found.len(), 5, "the file, three pins and now: {found:?}");
    assert!(
        found[1] != found[2] && found[2] != found[3] && found[3] == found[4],
        "{found:?}"
    );
    let share = |text: &str| -> f64 {
        let digits = text.split('%').next().expect("a share");
        digits.parse().unwrap_or_else(|_| panic!("{text}"))
    };
    assert!(share(&found[1]) > share(&found[2]));
    // A pin is a way back, at once.
    page.ask::<bool>(COUNT_REQUESTS);
    page.ask::<bool>("(document.getElementById('pin-A').click(), true)");
    let value: String = page.ask("document.getElementById('parameter:haste-number').value");
    assert_eq!(value, "0.55");
    assert_eq!(cells()[4], found[1]);
    assert_eq!(page.ask::<u32>("window.asked"), 0);
    page.ask::<bool>("(document.getElementById('unpin-B').click(), true)");
    assert_eq!(cells().len(), 4);
    page.assert_quiet();
}

#[test]
fn a_picture_that_is_older_than_the_controls_says_so() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    let older = "document.getElementById('older').textContent !== ''";
    assert!(!page.ask::<bool>(older));
    let said: bool = page.ask(&format!(
        "({}, {older})",
        set("parameter:haste-number", "0.55")
    ));
    assert!(said, "at once, before there is an answer");
    page.wait_for(&format!("!({older})"));
    page.wait_for("document.body.dataset.final === 'true'");
    let rests: String = page.ask("document.getElementById('progress').textContent");
    assert_eq!(rests, "8,192 trials, as many as asked for.");
    page.assert_quiet();
}

#[test]
fn a_program_that_stands_still_is_noticed_and_goes_on_with_the_newest_state() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    served.signal("STOP");
    let start = Instant::now();
    page.ask::<bool>(&format!(
        "({}, true)",
        set("parameter:haste-number", "0.55")
    ));
    page.wait_for("!document.getElementById('lost').hidden");
    eprintln!("said after {:.1?}", start.elapsed());
    // Two seconds on a machine that does nothing else.
    assert!(start.elapsed().as_secs_f64() < 4.0, "{:?}", start.elapsed());
    assert!(page.ask::<bool>("document.body.classList.contains('older')"));
    page.ask::<bool>(&format!("({}, true)", set("parameter:haste-number", "0.3")));
    served.signal("CONT");
    page.wait_for("document.getElementById('lost').hidden");
    page.wait_for(
        "!document.body.classList.contains('older') && document.body.dataset.final === 'true'",
    );
    let [file, now] = row(&page, "signed");
    assert!(now < file, "{now} {file}");
    page.assert_quiet();
}

#[test]
fn what_was_refused_works() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    after(&page, &set("horizon-number", "2"));
    let question: String =
        page.ask("document.querySelector('[data-panel=questions] tbody').textContent");
    assert!(question.contains("not within the horizon"), "{question}");
    after(&page, &set("parameter:haste-number", "5"));
    let note: String = page.ask("document.getElementById('mark-parameter:haste').textContent");
    assert!(note.contains("above what"), "{note}");
    // A file with a fault stops no move.
    let text = fs::read_to_string(&served.file).expect("the scenario");
    fs::write(&served.file, text.replace("\"calm\": 0.5", "\"calm\": ")).expect("written");
    page.wait_for("!document.getElementById('broken').hidden");
    after(&page, &set("parameter:haste-number", "0.55"));
    assert!(page.ask::<bool>("document.getElementById('fault-parameter:haste').hidden"));
    page.assert_quiet();
}

/// A desk's smallest window.
const SMALL: View = View {
    width: 1280,
    height: 800,
    ..View::DESKTOP
};

#[test]
fn all_that_is_needed_is_on_one_screen() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let baseline = crate::program::root().join("scenarios/baseline.json");
    let served = Served::of(&baseline, 2048);
    let page = opened(&browser, &served, SMALL);
    let count = |selector: &str| -> usize {
        page.ask(&format!("document.querySelectorAll({selector:?}).length"))
    };
    // Before any change there is one set of bars, with its ranges.
    let rows = count("[data-panel=outcomes] > .wide > table tbody tr");
    assert!(rows >= 5, "{rows}");
    assert_eq!((count("rect.b-other"), count("svg .two")), (0, 0));
    assert!(count("rect.b-range") >= 4);
    let below = || -> Vec<String> {
        page.ask(
            "['[data-panel=headline]', '[data-panel=outcomes] tbody tr', '#why', '[data-panel=chart] svg.qx', '#chart', 'header button', '#status']
                .flatMap(selector => [...document.querySelectorAll(selector)])
                .filter(e => e.getClientRects().length && !e.closest('details:not([open])'))
                .map(e => [e.id || e.dataset.name || e.tagName, e.getBoundingClientRect()])
                .filter(([, box]) => box.bottom > innerHeight || box.top < 0 || box.right > innerWidth)
                .map(([name, box]) => `${name}: ${Math.round(box.top)} to ${Math.round(box.bottom)}`)",
        )
    };
    let controls = || -> usize {
        page.ask("[...document.querySelectorAll('aside fieldset')].filter(e => { const box = e.getBoundingClientRect(); return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight; }).length")
    };
    assert_eq!(below(), Vec::<String>::new());
    assert!(controls() >= 4, "{}", controls());
    after(&page, &set("parameter:chance_ceasefire-number", "0.3"));
    assert_eq!(below(), Vec::<String>::new());
    assert!(controls() >= 4, "{}", controls());
    assert_eq!(count("svg .two"), 1, "both sides are in one chart");
    assert!(count("rect.b-other") >= rows);
    page.assert_quiet();
}

#[test]
fn another_outcome_can_be_looked_at_and_the_controls_that_move_it_come_first() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let baseline = crate::program::root().join("scenarios/baseline.json");
    let served = Served::of(&baseline, 8192);
    let page = opened(&browser, &served, SMALL);
    let first = || -> String { page.ask("document.querySelector('#parameters > fieldset').id") };
    let headline = || -> String { page.ask("document.getElementById('h-headline').textContent") };
    let (control, title) = (first(), headline());
    assert_eq!(title, "The war goes on");
    page.ask::<bool>("(document.getElementById('of-outcome:front_moving').click(), true)");
    page.wait_for(
        "document.getElementById('h-headline').textContent === 'Russia is gaining ground'",
    );
    page.wait_for("document.body.dataset.final === 'true'");
    assert_ne!(first(), control, "another control moves it most");
    let said: String = page.ask("document.querySelector('#parameters .moves').textContent");
    assert!(said.starts_with("lowest "), "{said}");
    // Under the pointer another one, without a choice.
    let why = || -> String { page.ask("document.getElementById('why').textContent") };
    let before = why();
    page.hover("tr[data-name=ceasefire]");
    assert_ne!(why(), before);
    assert_eq!(headline(), "Russia is gaining ground");
    page.ask::<bool>("(document.getElementById('of-outcome:front_moving').click(), true)");
    page.wait_for("document.getElementById('h-headline').textContent === 'The war goes on'");
    assert_eq!(first(), control);
    page.assert_quiet();
}

#[test]
fn starts_moves_results_and_quantities_of_the_trial_can_be_moved() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let root = crate::program::root();
    for (file, moves) in [
        (
            "port_strike",
            &[("number:shifts.cautious.militant.rate-number", "0.6")][..],
        ),
        (
            "baseline",
            &[
                ("start:us_posture-choice", "withdrawn"),
                (
                    "number:states.edge.moves.ukrainian.even.mean_wait-number",
                    "40",
                ),
                (
                    "number:events.new_start_ends.branches.kept.probability-number",
                    "0.9",
                ),
            ],
        ),
        (
            "gallery/risk_register",
            &[("per_trial:concrete-number", "90")],
        ),
    ] {
        let served = Served::of(&root.join(format!("scenarios/{file}.json")), 2048);
        let page = opened(&browser, &served, SMALL);
        for (id, value) in moves {
            after(&page, &set(id, value));
            let shown: String = page.ask("document.getElementById('command').textContent");
            let path = id.split_once(':').map_or("", |(_, rest)| rest);
            let path = path.rsplit_once('-').map_or("", |(path, _)| path);
            assert!(shown.contains(path), "{path}: {shown}");
            let row = format!("document.getElementById({id:?}).closest('fieldset')");
            assert!(
                page.ask::<bool>(&format!("{row}.classList.contains('moved')")),
                "{id}"
            );
        }
        // The link holds it, and undo takes one after the other back.
        let link: String = page.ask("location.href");
        let second = browser.page(SMALL);
        second.goto(&link);
        second.wait_for("document.body.dataset.final === 'true'");
        let command = "document.getElementById('command').textContent";
        assert_eq!(page.ask::<String>(command), second.ask::<String>(command));
        for _ in moves.iter() {
            assert!(page.ask::<bool>("!document.getElementById('undo').disabled"));
            page.ask::<bool>("(document.getElementById('undo').click(), true)");
        }
        assert!(page.ask::<bool>("document.getElementById('undo').disabled"));
        page.assert_quiet();
    }
}

#[test]
fn every_target_is_large_enough_for_a_finger() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    for view in [SMALL, View::PHONE] {
        let page = opened(&browser, &served, view);
        after(&page, &set("parameter:haste-number", "0.55"));
        page.ask::<bool>("(document.getElementById('pin-A').click(), true)");
        page.ask::<bool>(
            "(document.querySelectorAll('main details, aside details').forEach(d => { d.open = true; }), true)",
        );
        let small: Vec<String> = page.ask(
            "[...document.querySelectorAll('button, select, input, summary, a.button')]
                .filter(e => e.getClientRects().length)
                .map(e => [e, e.getBoundingClientRect()])
                .filter(([, box]) => box.width < 24 || box.height < 24)
                .map(([e, box]) => `${e.tagName} ${e.id} ${e.textContent.slice(0, 20)}: ${box.width} x ${box.height}`)",
        );
        assert_eq!(small, Vec::<String>::new(), "{view:?}");
        page.assert_no_sideways_scrolling();
        page.assert_quiet();
    }
}

#[test]
fn a_story_is_of_a_typical_future_and_another_outcome_can_be_made_the_likeliest() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    page.ask::<bool>("(document.getElementById('story-base-0').click(), true)");
    page.wait_for("document.getElementById('story').open");
    let said: String = page.ask("document.getElementById('stands-for').textContent");
    assert!(said.starts_with("A typical one"), "{said}");
    page.ask::<bool>("(document.querySelector('#story .close').click(), true)");
    let of = |name: &str| row(&page, name)[0];
    let less = if of("signed") < of("open") {
        "signed"
    } else {
        "open"
    };
    page.hover(&format!("tr[data-name={less}] th"));
    page.wait_for("document.getElementById('likeliest')");
    page.ask::<bool>("(document.getElementById('likeliest').click(), true)");
    page.wait_for("document.querySelector('#why .flip')");
    after(&page, "document.querySelector('#why .flip').click()");
    let moved: String = page.ask("document.querySelector('aside .moved').id");
    assert!(moved.starts_with("control-parameter:"), "{moved}");
    let [before, now] = row(&page, less);
    assert!(now > before, "{before} {now}");
    page.assert_quiet();
}

#[test]
fn a_weight_that_makes_an_outcome_the_likeliest_can_be_tried() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("valley.jsonc");
    let text = include_str!("../../src/explore/page/tests.jsonc")
        .replace(r#"{"wet": 2}"#, r#"{"dry": 0.1, "wet": 6}"#)
        .replace(r#""weight": 0.7"#, r#""weight": 0.8"#)
        .replace(r#""weight": 0.3"#, r#""weight": 0.2"#);
    fs::write(&file, text).expect("a file");
    let served = Served::of(&file, 8192);
    let page = opened(&browser, &served, View::DESKTOP);
    assert!(row(&page, "signed")[0] < row(&page, "open")[0]);
    page.hover("tr[data-name=signed] th");
    page.wait_for("document.getElementById('likeliest')");
    page.ask::<bool>("(document.getElementById('likeliest').click(), true)");
    let flip = "[...document.querySelectorAll('#why .flip')].find((b) => b.textContent.startsWith('Weight of Wet years at '))";
    page.wait_for(flip);
    after(&page, &format!("{flip}.click()"));
    assert!(row(&page, "signed")[1] > row(&page, "open")[1]);
    page.assert_quiet();
}

#[test]
fn two_pages_do_not_wait_for_one_another() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::with_trials(400_000);
    let busy = browser.page(View::DESKTOP);
    busy.goto(&served.address);
    busy.wait_for("document.body.dataset.tweak");
    busy.ask::<bool>(&format!(
        "({}, true)",
        set("parameter:haste-number", "0.55")
    ));
    let page = browser.page(View::DESKTOP);
    page.goto(&served.address);
    page.wait_for("document.body.dataset.tweak");
    page.ask::<bool>(&format!("({}, true)", set("weight:dry-range", "20")));
    page.wait_for("!document.body.classList.contains('older')");
    assert!(
        busy.ask::<bool>("document.body.dataset.final === 'false'"),
        "the other page was still simulating"
    );
    page.assert_quiet();
}
