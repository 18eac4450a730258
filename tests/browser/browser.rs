//! Starting and ending Chromium.

use crate::page::{Page, View};
use crate::protocol::Connection;
use serde_json::json;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Names under which distributions ship the browser.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The browser's path: `CHROMIUM` if set, or the first of its usual names on the search path.
pub fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

/// A headless Chromium with a profile of its own; both go when it is dropped.
pub struct Browser {
    process: Child,
    connection: Connection,
    _profile: TempDir,
}

impl Browser {
    /// `None`, with a remark, if there is no Chromium and none is required.
    ///
    /// # Panics
    /// If the browser does not start, or if it is missing although `QUINCUNX_REQUIRE_BROWSER` is
    /// `1`.
    pub fn start() -> Option<Self> {
        let Some(path) = chromium() else {
            let is_required = env::var_os("QUINCUNX_REQUIRE_BROWSER").is_some_and(|v| v == "1");
            assert!(!is_required, "no Chromium on the search path");
            eprintln!("skipped: no Chromium on the search path");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        // The pipe is descriptors 3 and 4 of the browser; the shell puts our ends of its input and
        // output there.
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#])
            .arg(path)
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-gpu",
                "--disable-sync",
                "--hide-scrollbars",
                "--no-first-run",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if is_root() {
            command.arg("--no-sandbox");
        }
        let mut process = command.spawn().expect("a shell");
        let input = process.stdin.take().expect("a piped input");
        let output = process.stdout.take().expect("a piped output");
        let browser = Self {
            connection: Connection::new(input, output),
            process,
            _profile: profile,
        };
        let version = browser
            .connection
            .call(None, "Browser.getVersion", json!({}));
        version.expect("Chromium starts");
        Some(browser)
    }

    /// An empty page; everything that is opened in it is seen as `view` says.
    pub fn page(&self, view: View) -> Page {
        Page::new(self.connection.clone(), view)
    }

    /// A page with a file in it.
    pub fn open_file(&self, path: &Path, view: View) -> Page {
        let page = self.page(view);
        page.goto(&format!("file://{}", path.display()));
        page
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that is already gone needs no closing; one that does not go is ended.
        let _ = self.connection.call(None, "Browser.close", json!({}));
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < patience {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Chromium's sandbox does not work for root.
fn is_root() -> bool {
    env::var_os("USER").is_some_and(|user| user == "root")
        || std::fs::read_to_string("/proc/self/status").is_ok_and(|status| {
            let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
            user.is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"))
        })
}
