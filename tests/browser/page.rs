//! One page: how it is seen, what it answers, and what it complains about.

use crate::protocol::{Connection, PATIENCE, lock};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How a reader sees a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Of the window, in CSS pixels.
    pub width: u32,
    pub height: u32,
    /// The reader prefers dark colours.
    pub dark: bool,
    pub scripts: bool,
    /// As printed.
    pub print: bool,
}

impl View {
    pub const DESKTOP: Self = Self {
        width: 1280,
        height: 900,
        dark: false,
        scripts: true,
        print: false,
    };

    pub const PHONE: Self = Self {
        width: 360,
        height: 740,
        ..Self::DESKTOP
    };

    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    pub fn without_scripts(self) -> Self {
        Self {
            scripts: false,
            ..self
        }
    }

    pub fn printed(self) -> Self {
        Self {
            print: true,
            ..self
        }
    }
}

/// A page of a [`Browser`](crate::browser::Browser); it is closed when it is dropped.
pub struct Page {
    connection: Connection,
    target: String,
    session: String,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Page {
    pub fn new(connection: Connection, view: View) -> Self {
        let ask = |method: &str, params: Value, key: &str| -> String {
            let answer = connection.call(None, method, params);
            let answer = answer.unwrap_or_else(|error| panic!("{error}"));
            answer[key].as_str().expect("a name").to_owned()
        };
        let target = ask(
            "Target.createTarget",
            json!({"url": "about:blank"}),
            "targetId",
        );
        let session = ask(
            "Target.attachToTarget",
            json!({"targetId": target, "flatten": true}),
            "sessionId",
        );
        let page = Self {
            connection,
            target,
            session,
            complaints: Arc::default(),
        };
        page.listen();
        page.show(view);
        page
    }

    /// Changes how the page is seen. Scripts go on or off with the next page that is opened.
    pub fn show(&self, view: View) {
        self.command(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": view.width < 600}),
        );
        let scheme = if view.dark { "dark" } else { "light" };
        self.command(
            "Emulation.setEmulatedMedia",
            json!({
                "media": if view.print { "print" } else { "screen" },
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ],
            }),
        );
        self.command(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": !view.scripts}),
        );
    }

    /// Opens an address and waits until it is loaded.
    pub fn goto(&self, address: &str) {
        let went = self.command("Page.navigate", json!({"url": address}));
        let fault = went["errorText"].as_str().unwrap_or_default();
        assert!(fault.is_empty(), "{address}: {fault}");
        self.wait_for("document.readyState === 'complete'");
    }

    /// Value of a JavaScript expression; a promise is awaited. Works on pages whose own scripts are
    /// off.
    pub fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self.command(
            "Runtime.evaluate",
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
        );
        if let Some(fault) = answer.get("exceptionDetails") {
            panic!("{expression}: {fault}");
        }
        let value = answer["result"]["value"].clone();
        serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{expression} gave {value}: {error}"))
    }

    /// Waits until a condition holds.
    ///
    /// # Panics
    /// If it does not hold after twenty seconds.
    pub fn wait_for(&self, condition: &str) {
        let patience = Instant::now() + PATIENCE;
        while !self.ask::<bool>(&format!("Boolean({condition})")) {
            assert!(
                Instant::now() < patience,
                "waited in vain for: {condition}\n{}",
                self.complaints().join("\n")
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks on the element that a CSS selector names first.
    pub fn click(&self, selector: &str) {
        let at = self.middle(selector);
        self.mouse("mouseMoved", at, "none");
        self.mouse("mousePressed", at, "left");
        self.mouse("mouseReleased", at, "left");
    }

    /// Moves the pointer over an element.
    pub fn hover(&self, selector: &str) {
        self.mouse("mouseMoved", self.middle(selector), "none");
    }

    fn mouse(&self, kind: &str, [x, y]: [f64; 2], button: &str) {
        let clicks = i32::from(button != "none");
        self.command(
            "Input.dispatchMouseEvent",
            json!({"type": kind, "x": x, "y": y, "button": button, "clickCount": clicks}),
        );
    }

    /// The middle of an element, which is scrolled into the window.
    fn middle(&self, selector: &str) -> [f64; 2] {
        let selector = json!(selector);
        self.ask(&format!(
            "(() => {{
                const element = document.querySelector({selector});
                element.scrollIntoView({{block: 'center', behavior: 'instant'}});
                const box = element.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"
        ))
    }

    /// Gives an element the focus and presses a key.
    pub fn press(&self, selector: &str, key: Key) {
        self.ask::<bool>(&format!(
            "(document.querySelector({}).focus(), true)",
            json!(selector)
        ));
        for kind in ["rawKeyDown", "keyUp"] {
            let name = format!("{key:?}");
            self.command(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": key as u32}),
            );
        }
    }

    /// Console errors and warnings, exceptions, dialogs, refused resources so far.
    pub fn complaints(&self) -> Vec<String> {
        lock(&self.complaints).clone()
    }

    /// Forgets the complaints, before something that is meant to raise one.
    pub fn forget(&self) {
        lock(&self.complaints).clear();
    }

    /// # Panics
    /// If the page complained about anything.
    pub fn assert_quiet(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }

    /// # Panics
    /// If the page is wider than the window.
    pub fn assert_no_sideways_scrolling(&self) {
        let widths: [f64; 2] =
            self.ask("[document.documentElement.scrollWidth, window.innerWidth]");
        if widths[0] > widths[1] {
            let culprits: Vec<String> = self
                .ask(
                    "[...document.querySelectorAll('body *')]
                        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
                        .slice(0, 8)
                        .map(e => `${e.tagName}.${e.getAttribute('class')} ${e.getBoundingClientRect().right}: ${e.textContent.slice(0, 40)}`)",
                );
            panic!(
                "{} wide in {}:\n{}",
                widths[0],
                widths[1],
                culprits.join("\n")
            );
        }
    }

    /// What is seen as PNG: the window, or a part of the page (left, top, width and height in CSS
    /// pixels).
    pub fn picture(&self, part: Option<[f64; 4]>) -> Vec<u8> {
        let mut params = json!({"format": "png", "captureBeyondViewport": part.is_some()});
        if let Some([x, y, width, height]) = part {
            params["clip"] = json!({"x": x, "y": y, "width": width, "height": height, "scale": 1});
        }
        bytes(&self.command("Page.captureScreenshot", params))
    }

    /// The page as it is printed on A4.
    pub fn pdf(&self) -> Vec<u8> {
        let params = json!({"paperWidth": 8.27, "paperHeight": 11.69});
        bytes(&self.command("Page.printToPDF", params))
    }

    /// Sheets of A4 that the page is printed on.
    pub fn sheets_of_paper(&self) -> usize {
        crate::pdf::sheets(&self.pdf())
    }

    /// Headings, of tables and drawings too, that stand alone at the foot of a sheet of A4: what
    /// comes next is on a later one.
    ///
    /// The sheet of an element is read off the PDF, which has a named destination for whatever a
    /// link of the page leads to; so links to all headings, and to what follows each, are put in.
    pub fn headings_alone(&self) -> Vec<String> {
        let pairs: Vec<[String; 2]> = self.ask(FOLLOWED);
        let sheets = crate::pdf::destinations(&self.pdf());
        let sheet = |id: &String| sheets.get(id).copied();
        let texts: Vec<String> = self
            .ask("[...document.querySelectorAll('[data-heading]')].map(h => h.textContent.trim())");
        assert_eq!(pairs.len(), texts.len());
        let is_found = pairs.iter().flatten().all(|id| sheet(id).is_some());
        assert!(is_found, "not in the PDF: {pairs:?} of {sheets:?}");
        (pairs.iter().zip(texts))
            .filter(|([heading, next], _)| sheet(heading) != sheet(next))
            .map(|([heading, next], text)| {
                format!("{text:?}: {:?}, {:?}", sheet(heading), sheet(next))
            })
            .collect()
    }

    fn command(&self, method: &str, params: Value) -> Value {
        let done = self.connection.call(Some(&self.session), method, params);
        done.unwrap_or_else(|error| panic!("{error}"))
    }

    fn listen(&self) {
        let (session, complaints) = (self.session.clone(), self.complaints.clone());
        self.connection
            .listen(&session.clone(), move |connection, event| {
                lock(&complaints).extend(complaint(event));
                if event["method"] == "Page.javascriptDialogOpening" {
                    connection.start(
                        &session,
                        "Page.handleJavaScriptDialog",
                        json!({"accept": false}),
                    );
                }
            });
        for domain in ["Log", "Page", "Runtime"] {
            self.command(&format!("{domain}.enable"), json!({}));
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // It may have gone with its browser.
        let _ =
            (self.connection).call(None, "Target.closeTarget", json!({"targetId": self.target}));
    }
}

/// Marks the headings that are printed, and what is printed next after each that is no heading, by
/// ids; gives the ids of these pairs.
const FOLLOWED: &str = r#"(() => {
  const seen = (e) => e.checkVisibility({contentVisibilityAuto: true}) && e.getClientRects().length > 0 && e.getBoundingClientRect().height > 0;
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_ELEMENT);
  const found = [];
  while (walker.nextNode()) {
    const e = walker.currentNode;
    const is_heading = /^(H[2-6]|FIGCAPTION|CAPTION|SUMMARY)$/.test(e.tagName);
    // What stands below: a text, a row, a drawing.
    const is_leaf = /^(P|TR|LI|DT|DD|PRE|svg)$/.test(e.tagName) && !e.closest('thead');
    if ((is_heading || is_leaf) && seen(e)) found.push([e, is_heading]);
  }
  const pairs = [];
  const links = document.createElement('div');
  const mark = (e, name) => {
    if (!e.id) e.id = name;
    const a = document.createElement('a');
    a.href = '#' + e.id;
    a.textContent = '.';
    links.append(a);
    return e.id;
  };
  found.forEach(([e, is_heading], i) => {
    if (!is_heading) return;
    const next = found.slice(i + 1).find(([, other]) => !other);
    if (!next) return;
    e.dataset.heading = '';
    pairs.push([mark(e, `heading-${i}`), mark(next[0], `next-${i}`)]);
  });
  document.querySelector('footer').append(links);
  return pairs;
})()"#;

/// A key by its code in the protocol.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    ArrowLeft = 37,
    ArrowRight = 39,
    Escape = 27,
}

/// What an event says is wrong with its page.
fn complaint(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.consoleAPICalled" => {
            matches!(params["type"].as_str()?, "error" | "warning" | "assert")
                .then(|| format!("console: {}", params["args"]))
        }
        "Runtime.exceptionThrown" => Some(format!("exception: {}", params["exceptionDetails"])),
        "Log.entryAdded" => {
            let entry = &params["entry"];
            matches!(entry["level"].as_str()?, "error" | "warning")
                .then(|| format!("log: {} {}", entry["text"], entry["url"]))
        }
        "Page.javascriptDialogOpening" => Some(format!("dialog: {}", params["message"])),
        _ => None,
    }
}

/// What an answer has as Base64 (RFC 4648, section 4).
fn bytes(answer: &Value) -> Vec<u8> {
    let text = answer["data"].as_str().expect("data");
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 255) as u8);
        }
    }
    bytes
}
