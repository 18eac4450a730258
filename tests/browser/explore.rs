//! The page of `explore` as an analyst uses it: sliders, switches, links, variants, and what
//! happens when the file or the program goes.

use crate::browser::Browser;
use crate::page::{Key, Page, View};
use crate::program::{program, root};
use quincunx::analysis::{Study, compare, reweight};
use quincunx::engine::Silent;
use quincunx::results::RunResult;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// The program that serves a scenario in a folder of its own.
pub struct Served {
    _folder: TempDir,
    pub file: PathBuf,
    pub address: String,
    process: Child,
}

impl Served {
    pub fn start() -> Self {
        Self::with_trials(8192)
    }

    pub fn with_trials(trials: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("valley.jsonc");
        fs::copy(root().join("src/explore/page/tests.jsonc"), &file).expect("a file");
        Self::serve(folder, file, trials)
    }

    /// The same of a scenario that stays where it is, with what it extends.
    pub fn of(file: &Path, trials: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::serve(folder, file.to_owned(), trials)
    }

    fn serve(folder: TempDir, file: PathBuf, trials: u64) -> Self {
        let mut process = program()
            .arg("explore")
            .arg(&file)
            .args(["--no-open", "--trials", &trials.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut address = String::new();
        let out = process.stdout.take().expect("it has an output");
        BufReader::new(out)
            .read_line(&mut address)
            .expect("an address");
        Self {
            _folder: folder,
            file,
            address: address.trim().to_owned(),
            process,
        }
    }

    /// Sends the process a signal.
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill")
            .args([&format!("-{name}"), &self.process.id().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "{name} cannot be sent"
        );
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn study(&self) -> Study {
        Study::open(&self.file, &[]).unwrap_or_else(|report| panic!("{:#?}", report.diagnostics))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(study: &Study) -> RunResult {
    study
        .run(&study.settings().trials(8192).build(), &Silent)
        .expect("it runs")
}

/// Opens the page and waits for its first whole picture.
pub fn opened(browser: &Browser, served: &Served, view: View) -> Page {
    let page = browser.page(view);
    page.goto(&served.address);
    page.wait_for("document.body.dataset.final === 'true'");
    page
}

/// Does something and waits for the whole picture that it leads to.
pub fn after(page: &Page, action: &str) {
    page.ask::<bool>(&format!(
        "(() => {{ window.before = document.body.dataset.tweak; {action}; return true; }})()"
    ));
    page.wait_for(
        "document.body.dataset.tweak !== window.before && document.body.dataset.final === 'true' && !document.body.classList.contains('older')",
    );
}

/// Sets a field or slider as a hand would.
pub fn set(id: &str, value: &str) -> String {
    format!(
        "(() => {{ const e = document.getElementById('{id}'); e.value = '{value}';
           e.dispatchEvent(new Event('input', {{bubbles: true}})); e.dispatchEvent(new Event('change', {{bubbles: true}})); }})()"
    )
}

/// The two numbers of an outcome.
pub fn row(page: &Page, name: &str) -> [f64; 2] {
    let ask = format!(
        "[...document.querySelectorAll('[data-panel=outcomes] tr[data-name={name}] td[data-value]')].map(cell => Number(cell.dataset.value))"
    );
    page.ask::<Vec<f64>>(&ask).try_into().expect("two numbers")
}

#[test]
fn a_weight_that_is_moved_shows_the_reweighted_values_at_once() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    let base = run(&served.study());
    let before: String = page.ask("document.querySelector('[data-panel=outcomes] svg').outerHTML");
    after(&page, &set("weight:dry-range", "20"));
    let others: String = page.ask("document.getElementById('weight:wet-number').value");
    assert_eq!(others, "80", "the weights keep summing to one");
    let found =
        reweight(&base, &[("dry".into(), 0.2), ("wet".into(), 0.8)]).expect("trials of both");
    for (old, new) in base.outcomes.iter().zip(&found.outcomes) {
        assert_eq!(
            row(&page, &old.name),
            [old.probability, new.probability],
            "{}",
            old.name
        );
    }
    let now: String = page.ask("document.querySelector('[data-panel=outcomes] svg').outerHTML");
    assert_ne!(now, before, "the bars are drawn anew");
    let says: String = page.ask("document.getElementById('progress').textContent");
    assert!(says.contains("without simulating"), "{says}");

    // Undo, redo, reset, and the link.
    after(&page, "document.getElementById('undo').click()");
    assert_eq!(
        page.ask::<String>("document.getElementById('weight:dry-number').value"),
        "70"
    );
    after(&page, "document.getElementById('redo').click()");
    let link: String = page.ask("location.href");
    let second = browser.page(View::DESKTOP);
    second.goto(&link);
    second.wait_for("document.body.dataset.final === 'true'");
    assert_eq!(row(&second, "signed"), row(&page, "signed"));
    after(&page, "document.getElementById('reset').click()");
    let [old, new] = row(&page, "signed");
    assert_eq!(old, new);
    page.assert_quiet();
    second.assert_quiet();
}

#[test]
fn a_saved_variant_gives_on_the_command_line_what_the_page_shows() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    after(&page, &set("parameter:haste-number", "0.55"));
    after(&page, &set("event:summit-choice", "never"));
    let shown = row(&page, "signed");
    assert_ne!(shown[0], shown[1]);

    page.ask::<bool>("(document.getElementById('variant').click(), true)");
    page.wait_for("document.getElementById('variant-text').textContent.includes('extends')");
    page.ask::<bool>(&format!("({}, true)", set("name", "hasty")));
    page.wait_for("document.getElementById('variant-text').textContent.includes('hasty')");
    page.ask::<bool>("(document.getElementById('save-file').click(), true)");
    page.wait_for("document.getElementById('save').dataset.saved");
    let variant = served.file.with_file_name("hasty.json");
    let output = program()
        .arg("run")
        .arg(&variant)
        .args(["--trials", "8192", "--format", "json", "--quiet"])
        .output()
        .expect("the program starts");
    let result: RunResult = serde_json::from_slice(&output.stdout).expect("a result");
    assert_eq!(result.outcomes[0].probability, shown[1]);

    // The pair is that of `compare`.
    let (base, other) = (
        served.study(),
        Study::open(&variant, &[]).expect("it is a scenario"),
    );
    let settings = base.settings().trials(8192).build();
    let compared = compare(&[&base, &other], &settings, &Silent).expect("it runs");
    let both = [0, 1].map(|i| compared.scenarios[i].outcomes[0].probability);
    assert_eq!(both, shown);

    // The line of settings gives the same, too.
    let line: String = page.ask("document.getElementById('set-line').textContent");
    assert!(line.contains("--set parameters.haste.value=0.55"), "{line}");
    page.assert_quiet();
}

#[test]
fn a_fault_is_shown_at_its_control_and_goes_with_it() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    page.ask::<bool>(&format!("({}, true)", set("parameter:pull-p50", "0.9")));
    page.wait_for("!document.getElementById('fault-parameter:pull').hidden");
    let text: String = page.ask("document.getElementById('fault-parameter:pull').textContent");
    assert!(!text.is_empty());
    after(&page, &set("parameter:pull-p50", "0.3"));
    assert!(page.ask::<bool>("document.getElementById('fault-parameter:pull').hidden"));
    page.assert_quiet();
}

#[test]
fn an_outcome_has_its_story() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    page.ask::<bool>("(document.getElementById('story-base-0').click(), true)");
    page.wait_for("document.getElementById('story').open");
    let heading: String = page.ask("document.getElementById('h-story').textContent");
    let command: String = page.ask("document.getElementById('story-command').textContent");
    assert!(heading.ends_with("Accord signed"), "{heading}");
    assert!(
        command.starts_with("quincunx trace") && command.contains("--trial"),
        "{command}"
    );
    page.ask::<bool>("(document.getElementById('story-next').click(), true)");
    page.wait_for(&format!(
        "document.getElementById('h-story').textContent !== {heading:?}"
    ));
    page.assert_quiet();
}

#[test]
fn the_page_follows_the_file_and_says_when_it_is_broken() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    assert_eq!(
        page.ask::<String>("document.getElementById('title').textContent"),
        "A dispute over <b>water</b>"
    );
    after(&page, &set("parameter:haste-number", "0.5"));
    let text = fs::read_to_string(&served.file).expect("the scenario");
    fs::write(&served.file, text.replace("\"calm\": 0.5", "\"calm\": ")).expect("written");
    page.wait_for("!document.getElementById('broken').hidden");
    assert!(
        page.ask::<String>("document.querySelector('#broken pre').textContent")
            .contains("valley.jsonc")
    );
    fs::write(&served.file, text.replace("A dispute", "The dispute")).expect("written");
    page.wait_for("document.getElementById('title').textContent.startsWith('The dispute')");
    assert!(page.ask::<bool>("document.getElementById('broken').hidden"));
    // What was moved is still moved.
    assert_eq!(
        page.ask::<String>("document.getElementById('parameter:haste-number').value"),
        "0.5"
    );
    page.assert_quiet();
}

#[test]
fn a_page_that_loses_its_program_says_so() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let mut served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    assert!(page.ask::<bool>("document.getElementById('lost').hidden"));
    page.assert_quiet();
    served.end();
    page.wait_for("!document.getElementById('lost').hidden");
    let text: String = page.ask("document.getElementById('lost').textContent");
    assert!(text.contains("does not answer"), "{text}");
}

#[test]
fn the_page_fits_and_is_quiet_on_desk_and_phone_in_light_and_dark() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    for view in [
        View::DESKTOP,
        View::PHONE,
        View::DESKTOP.dark(),
        View::PHONE.dark(),
    ] {
        let page = opened(&browser, &served, view);
        after(&page, &set("horizon-number", "10"));
        page.assert_no_sideways_scrolling();
        let unnamed: Vec<String> = page
            .ask(
                "[...document.querySelectorAll('input, select, button')]
                    .filter(e => !e.labels?.length && !e.getAttribute('aria-label') && !e.textContent.trim())
                    .map(e => e.outerHTML)",
            );
        assert!(unnamed.is_empty(), "{unnamed:?}");
        page.assert_quiet();
    }
}

#[test]
fn sliders_are_moved_by_keys() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = opened(&browser, &served, View::DESKTOP);
    page.ask::<bool>("(window.before = document.body.dataset.tweak, true)");
    page.press("[id='weight:dry-range']", Key::ArrowLeft);
    page.wait_for(
        "document.body.dataset.tweak !== window.before && document.body.dataset.final === 'true'",
    );
    let value: String = page.ask("document.getElementById('weight:dry-number').value");
    assert_eq!(value, "69.5");
    let focused: String = page.ask("document.activeElement.id");
    assert_eq!(focused, "weight:dry-range", "the focus stays where it was");
    page.assert_quiet();
}

#[test]
fn another_site_cannot_use_the_page() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let served = Served::start();
    let page = browser.page(View::DESKTOP);
    page.goto("data:text/html,<p>elsewhere");
    let address = &served.address;
    let told: String = page
        .ask(&format!(
            "fetch('{address}api/variant', {{method: 'POST', headers: {{'content-type': 'application/json'}},
                 body: JSON.stringify({{state: {{}}, name: 'evil', save: true}})}}).then(() => 'let in', () => 'refused')"
        ));
    assert_eq!(told, "refused");
    assert!(!served.file.with_file_name("evil.json").exists());
}
