//! One page: how it is seen, what it answers, and what it complains about.

use chromiumoxide::Command;
use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams,
    SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel};
use chromiumoxide::cdp::browser_protocol::page::{
    CaptureScreenshotFormat, EventJavascriptDialogOpening, HandleJavaScriptDialogParams,
};
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EvaluateParams, EventConsoleApiCalled, EventExceptionThrown,
};
use chromiumoxide::layout::Point;
use chromiumoxide::page::ScreenshotParams;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a page may take to answer, or to become what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

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

/// A page of a [`Browser`](crate::Browser).
pub struct Page {
    /// For what this module does not wrap.
    pub inner: chromiumoxide::Page,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Page {
    pub(crate) async fn new(inner: chromiumoxide::Page, view: View) -> Self {
        let page = Self {
            inner,
            complaints: Arc::default(),
        };
        page.listen().await;
        page.show(view).await;
        page
    }

    /// Changes how the page is seen. Scripts go on or off with the next page that is opened.
    pub async fn show(&self, view: View) {
        let size = SetDeviceMetricsOverrideParams::new(
            i64::from(view.width),
            i64::from(view.height),
            1.0,
            view.width < 600,
        );
        self.command(size).await;
        let scheme = if view.dark { "dark" } else { "light" };
        let media = SetEmulatedMediaParams::builder()
            .media(if view.print { "print" } else { "screen" })
            .features([
                MediaFeature::new("prefers-color-scheme", scheme),
                MediaFeature::new("prefers-reduced-motion", "reduce"),
            ]);
        self.command(media.build()).await;
        self.command(SetScriptExecutionDisabledParams::new(!view.scripts))
            .await;
    }

    /// Opens an address and waits until it is loaded.
    pub async fn goto(&self, address: &str) {
        let went = self.inner.goto(address).await;
        went.unwrap_or_else(|error| panic!("{address}: {error}"));
        self.wait_for("document.readyState === 'complete'").await;
    }

    /// Value of a JavaScript expression; a promise is awaited. Works on pages whose own scripts are off.
    pub async fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let parameters = EvaluateParams::builder()
            .expression(expression)
            .return_by_value(true)
            .await_promise(true)
            .build()
            .expect("an expression");
        let asked = self.inner.evaluate_expression(parameters);
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {expression}"));
        let answer = answer.unwrap_or_else(|error| panic!("{expression}: {error}"));
        let value = answer.value().cloned().unwrap_or_default();
        serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{expression} gave {value}: {error}"))
    }

    /// Waits until a condition holds.
    ///
    /// # Panics
    /// If it does not hold after twenty seconds.
    pub async fn wait_for(&self, condition: &str) {
        let tries = PATIENCE.as_millis() / 50;
        for _ in 0..tries {
            if self.ask::<bool>(&format!("Boolean({condition})")).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("waited in vain for: {condition}");
    }

    /// Clicks on the element that a CSS selector names first.
    pub async fn click(&self, selector: &str) {
        let point = self.middle(selector).await;
        let clicked = self.inner.click(point).await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Moves the pointer over an element.
    pub async fn hover(&self, selector: &str) {
        let point = self.middle(selector).await;
        let moved = self.inner.move_mouse(point).await;
        moved.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The middle of an element, which is scrolled into the window: the driver's own way needs the page's scripts.
    async fn middle(&self, selector: &str) -> Point {
        let selector = serde_json::json!(selector);
        let [x, y]: [f64; 2] = self
            .ask(&format!(
                "(() => {{
                    const element = document.querySelector({selector});
                    element.scrollIntoView({{block: 'center', behavior: 'instant'}});
                    const box = element.getBoundingClientRect();
                    return [box.x + box.width / 2, box.y + box.height / 2];
                }})()"
            ))
            .await;
        Point::new(x, y)
    }

    /// Gives an element the focus and presses a key such as `ArrowRight`.
    pub async fn press(&self, selector: &str, key: &str) {
        let element = self.element(selector).await;
        element.focus().await.expect("it takes the focus");
        let pressed = element.press_key(key).await;
        pressed.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Gives an element the focus and types a text.
    pub async fn write(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        element.focus().await.expect("it takes the focus");
        let typed = element.type_str(text).await;
        typed.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    async fn element(&self, selector: &str) -> chromiumoxide::Element {
        let element = self.inner.find_element(selector).await;
        element.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Saves what is on the screen as a PNG; `whole`: the page to its end.
    pub async fn screenshot(&self, path: &Path, whole: bool) {
        let parameters = ScreenshotParams::builder()
            .format(CaptureScreenshotFormat::Png)
            .full_page(whole)
            .build();
        let saved = self.inner.save_screenshot(parameters, path).await;
        saved.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
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
    pub async fn assert_no_sideways_scrolling(&self) {
        let widths: [f64; 2] = self
            .ask("[document.documentElement.scrollWidth, window.innerWidth]")
            .await;
        if widths[0] > widths[1] {
            let culprits: Vec<String> = self
                .ask(
                    "[...document.querySelectorAll('body *')]
                        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
                        .slice(0, 8)
                        .map(e => `${e.tagName}.${e.getAttribute('class')} ${e.getBoundingClientRect().right}: ${e.textContent.slice(0, 40)}`)",
                )
                .await;
            panic!(
                "{} wide in {}:\n{}",
                widths[0],
                widths[1],
                culprits.join("\n")
            );
        }
    }

    async fn command<C: Command>(&self, command: C) {
        let done = self.inner.execute(command).await;
        done.expect("the browser obeys");
    }

    async fn listen(&self) {
        self.inner.enable_log().await.expect("a log");
        self.inner.enable_runtime().await.expect("a console");
        self.note(|event: &EventConsoleApiCalled| {
            let is_bad = matches!(
                event.r#type,
                ConsoleApiCalledType::Error
                    | ConsoleApiCalledType::Warning
                    | ConsoleApiCalledType::Assert
            );
            is_bad.then(|| format!("console: {:?}", event.args))
        })
        .await;
        self.note(|event: &EventExceptionThrown| {
            Some(format!("exception: {:?}", event.exception_details))
        })
        .await;
        self.note(|event: &EventEntryAdded| {
            let entry = &event.entry;
            let is_bad = matches!(entry.level, LogEntryLevel::Error | LogEntryLevel::Warning);
            is_bad.then(|| format!("log: {} {:?}", entry.text, entry.url))
        })
        .await;
        let dialogs = self
            .inner
            .event_listener::<EventJavascriptDialogOpening>()
            .await;
        let mut dialogs = dialogs.expect("events");
        let (page, complaints) = (self.inner.clone(), self.complaints.clone());
        tokio::spawn(async move {
            while let Some(event) = dialogs.next().await {
                lock(&complaints).push(format!("dialog: {}", event.message));
                // The page may have gone with its dialog.
                let _ = page.execute(HandleJavaScriptDialogParams::new(false)).await;
            }
        });
    }

    async fn note<E>(&self, complaint: impl Fn(&E) -> Option<String> + Send + 'static)
    where
        E: IntoEventKind + Unpin + Send + Sync + 'static,
    {
        let events = self.inner.event_listener::<E>().await;
        let mut events = events.expect("events");
        let complaints = self.complaints.clone();
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Some(text) = complaint(&event) {
                    lock(&complaints).push(text);
                }
            }
        });
    }
}

fn lock(complaints: &Mutex<Vec<String>>) -> std::sync::MutexGuard<'_, Vec<String>> {
    complaints.lock().unwrap_or_else(PoisonError::into_inner)
}
