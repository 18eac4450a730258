//! Starting and ending Chromium.

use crate::page::{Page, View};
use chromiumoxide::BrowserConfig;
use futures_util::StreamExt;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

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

/// A headless Chromium with a profile of its own, which goes away with it.
pub struct Browser {
    inner: chromiumoxide::Browser,
    pump: JoinHandle<()>,
    _profile: TempDir,
}

impl Browser {
    /// `None`, with a remark, if there is no Chromium and none is required.
    ///
    /// # Panics
    /// If the browser does not start, or if it is missing although `QUINCUNX_REQUIRE_BROWSER` is `1`.
    pub async fn start() -> Option<Self> {
        let Some(path) = chromium() else {
            let is_required = env::var_os("QUINCUNX_REQUIRE_BROWSER").is_some_and(|v| v == "1");
            assert!(!is_required, "no Chromium on the search path");
            eprintln!("skipped: no Chromium on the search path");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let mut config = BrowserConfig::builder()
            .chrome_executable(path)
            .new_headless_mode()
            .viewport(None)
            .user_data_dir(profile.path())
            .launch_timeout(Duration::from_secs(60))
            .arg("disable-gpu")
            .arg("hide-scrollbars");
        if is_root() {
            config = config.no_sandbox();
        }
        let config = config.build().expect("a complete configuration");
        let (inner, mut events) = chromiumoxide::Browser::launch(config)
            .await
            .expect("Chromium starts");
        let pump = tokio::spawn(async move { while events.next().await.is_some() {} });
        Some(Self {
            inner,
            pump,
            _profile: profile,
        })
    }

    /// An empty page; everything that is opened in it is seen as `view` says.
    pub async fn page(&self, view: View) -> Page {
        let page = self.inner.new_page("about:blank").await;
        Page::new(page.expect("a new page"), view).await
    }

    /// A page with a file in it.
    pub async fn open_file(&self, path: &Path, view: View) -> Page {
        let page = self.page(view).await;
        page.goto(&format!("file://{}", path.display())).await;
        page
    }

    /// Ends the browser. One that is dropped without this ends too, but later.
    pub async fn stop(mut self) {
        // A browser that is already gone needs no closing.
        let _ = self.inner.close().await;
        let _ = self.inner.wait().await;
        self.pump.abort();
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
