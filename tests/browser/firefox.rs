//! The page of `explore` in Firefox, driven over WebDriver BiDi: it opens, a slider that is dragged
//! draws anew, undo goes back, and nothing complains.

use crate::explore::Served;
use crate::program::root;
use crate::protocol::PATIENCE;
use crate::socket::Socket;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Names under which distributions ship the browser.
const NAMES: [&str; 2] = ["firefox", "firefox-esr"];
/// What it says when it listens, before its address.
const LISTENING: &str = "WebDriver BiDi listening on ws://";
/// Nothing is fetched, asked or reported on its own.
const PREFERENCES: &str = r#"user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
"#;

/// The browser's path: `FIREFOX` if set, or the first of its usual names on the search path.
fn firefox() -> Option<PathBuf> {
    if let Some(path) = env::var_os("FIREFOX") {
        return Some(path.into());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// A headless Firefox with one page and a profile of its own; both go when it is dropped.
struct Firefox {
    process: Child,
    _profile: TempDir,
    socket: Socket,
    commands: u64,
    context: String,
    complaints: Vec<String>,
}

impl Firefox {
    /// `None`, with a remark, if there is no Firefox and none is required.
    fn start() -> Option<Self> {
        let Some(path) = firefox() else {
            let is_required = env::var_os("QUINCUNX_REQUIRE_FIREFOX").is_some_and(|v| v == "1");
            assert!(!is_required, "no Firefox on the search path");
            eprintln!("skipped: no Firefox on the search path");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        std::fs::write(profile.path().join("user.js"), PREFERENCES).expect("a file");
        let mut process = Command::new(path)
            .args(["--headless", "--no-remote", "--remote-debugging-port", "0"])
            .arg("--profile")
            .arg(profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Firefox starts");
        let said = BufReader::new(process.stderr.take().expect("a piped output"));
        let mut lines = said.lines();
        let host = lines
            .find_map(|line| Some(line.ok()?.strip_prefix(LISTENING)?.trim().to_owned()))
            .expect("it says where it listens");
        // What it says later is read, so that it does not wait for a reader.
        thread::spawn(move || lines.for_each(drop));
        let mut firefox = Self {
            process,
            _profile: profile,
            socket: Socket::open(&host, "/session").expect("a connection"),
            commands: 0,
            context: String::new(),
            complaints: Vec::new(),
        };
        firefox.call("session.new", json!({"capabilities": {}}));
        firefox.call("session.subscribe", json!({"events": ["log.entryAdded"]}));
        let tree = firefox.call("browsingContext.getTree", json!({}));
        let context = tree["contexts"][0]["context"].as_str().expect("a page");
        firefox.context = context.to_owned();
        firefox.view(1280, 800);
        Some(firefox)
    }

    /// Does a command and gives what it answers.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.commands += 1;
        let command = json!({"id": self.commands, "method": method, "params": params});
        self.socket.send(&command.to_string()).expect("it is sent");
        loop {
            let text = self
                .socket
                .receive()
                .unwrap_or_else(|e| panic!("{method}: {e}"));
            let message: Value = serde_json::from_str(&text).expect("a message is JSON");
            if message["id"] == self.commands {
                assert_eq!(message["type"], "success", "{method}: {message}");
                return message["result"].clone();
            }
            let entry = &message["params"];
            if message["method"] == "log.entryAdded"
                && matches!(entry["level"].as_str(), Some("error" | "warn"))
            {
                self.complaints.push(entry["text"].to_string());
            }
        }
    }

    fn view(&mut self, width: u32, height: u32) {
        let viewport = json!({"width": width, "height": height});
        let params = json!({"context": self.context, "viewport": viewport});
        self.call("browsingContext.setViewport", params);
    }

    fn goto(&mut self, address: &str) {
        let params = json!({"context": self.context, "url": address, "wait": "complete"});
        self.call("browsingContext.navigate", params);
    }

    /// Value of a JavaScript expression; a promise is awaited.
    fn ask<T: DeserializeOwned>(&mut self, expression: &str) -> T {
        let expression = format!("Promise.resolve({expression}).then((it) => JSON.stringify(it))");
        let params = json!({
            "expression": expression, "target": {"context": self.context}, "awaitPromise": true,
        });
        let answer = self.call("script.evaluate", params);
        assert_eq!(answer["type"], "success", "{expression}: {answer}");
        let text = answer["result"]["value"].as_str().unwrap_or("null");
        serde_json::from_str(text).unwrap_or_else(|e| panic!("{expression} gave {text}: {e}"))
    }

    fn wait_for(&mut self, condition: &str) {
        let patience = Instant::now() + PATIENCE;
        while !self.ask::<bool>(&format!("Boolean({condition})")) {
            let late = Instant::now() > patience;
            assert!(
                !late,
                "in vain: {condition}\n{}",
                self.complaints.join("\n")
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Drags with the mouse from one place of the window to another, in steps of 20 ms.
    /// Lets the mouse do something; where it is, and whether its button is down, stays.
    fn mouse(&mut self, actions: &[Value]) {
        let mouse = json!({"type": "pointer", "id": "mouse", "actions": actions});
        self.call(
            "input.performActions",
            json!({"context": self.context, "actions": [mouse]}),
        );
    }

    /// Drags from a point to another at the same height, forth and back, until a condition holds;
    /// lets go at the end.
    fn drag_until(&mut self, [x, y]: [f64; 2], to: f64, holds: &str) {
        let at =
            |x: f64| json!({"type": "pointerMove", "x": x.round(), "y": y.round(), "duration": 20});
        self.mouse(&[at(x), json!({"type": "pointerDown", "button": 0})]);
        let (there, back): (Vec<Value>, Vec<Value>) = (1..=20)
            .map(|i| (to - x) * f64::from(i) / 20.0)
            .map(|way| (at(x + way), at(to - way)))
            .unzip();
        for _ in 0..40 {
            self.mouse(&there);
            if self.ask::<bool>(holds) {
                break;
            }
            self.mouse(&back);
        }
        self.mouse(&[at(to), json!({"type": "pointerUp", "button": 0})]);
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        // One that has gone is not there to be ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const DONE: &str =
    "document.body.dataset.final === 'true' && !document.body.classList.contains('older')";

#[test]
fn the_page_is_played_with_in_firefox() {
    let Some(mut firefox) = Firefox::start() else {
        return;
    };
    let served = Served::start();
    firefox.goto(&served.address);
    firefox.wait_for(DONE);
    let shares = "[...document.querySelectorAll('[data-panel=outcomes] tr[data-name=signed] td[data-value]')].map((cell) => Number(cell.dataset.value))";
    let [file, now]: [f64; 2] = firefox.ask(shares);
    assert_eq!(file, now);
    // Pictures that are drawn while the hand is down, and whether the page keeps its height.
    firefox.ask::<bool>(
        "(() => { window.seen = []; window.down = false;
            document.addEventListener('pointerdown', () => { window.down = true; });
            document.addEventListener('pointerup', () => { window.down = false; });
            new MutationObserver(() => { if (window.down) window.seen.push(document.documentElement.scrollHeight); })
                .observe(document.body, { attributes: true, attributeFilter: ['data-tweak'] }); return true; })()",
    );
    let slider = "document.getElementById('parameter:haste-range')";
    let [left, width, y]: [f64; 3] = firefox.ask(&format!(
        "(() => {{ {slider}.scrollIntoView({{ block: 'center' }}); const box = {slider}.getBoundingClientRect(); return [box.x, box.width, box.y + box.height / 2]; }})()"
    ));
    let before: f64 = firefox.ask(&format!("{slider}.valueAsNumber"));
    let (from, to) = ([left + width / 2.0, y], left + 0.95 * width);
    firefox.drag_until(from, to, "window.seen.length >= 5");
    firefox.wait_for(DONE);
    let heights: Vec<f64> = firefox.ask("window.seen");
    assert!(heights.len() >= 5, "{} pictures", heights.len());
    let moved: f64 = firefox.ask(&format!("{slider}.valueAsNumber"));
    assert!(moved > before, "{moved} {before}");
    let [again, now]: [f64; 2] = firefox.ask(shares);
    assert!(again == file && now > file, "{again} {now}");
    // One step back is where it was, without a request.
    firefox.ask::<bool>("(document.getElementById('undo').click(), true)");
    assert_eq!(firefox.ask::<[f64; 2]>(shares), [file, file]);
    assert!(firefox.ask::<bool>("document.getElementById('undo').disabled"));
    assert!(
        firefox.ask::<bool>("document.documentElement.scrollWidth <= window.innerWidth"),
        "it is wider than the window"
    );
    // A larger file in a tab of its own, nearly as narrow as a phone.
    let baseline = Served::of(&root().join("scenarios/baseline.json"), 2048);
    let tab = firefox.call("browsingContext.create", json!({"type": "tab"}));
    firefox.context = tab["context"].as_str().expect("a page").to_owned();
    firefox.view(500, 800);
    firefox.goto(&baseline.address);
    firefox.wait_for(DONE);
    assert!(firefox.ask::<bool>("document.documentElement.scrollWidth <= window.innerWidth"));
    assert_eq!(firefox.complaints, Vec::<String>::new());
}
