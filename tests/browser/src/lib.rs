//! A real browser for tests: starts Chromium, opens pages the way a reader may see them, and notes everything they complain about.
//!
//! A test starts a [`Browser`], opens a [`Page`] under a [`View`] (width, dark mode, scripts on or off, paper), asks it questions in
//! JavaScript, and ends with [`Page::assert_quiet`]. Without Chromium a test is skipped, and says so, unless
//! `QUINCUNX_REQUIRE_BROWSER=1` forbids that. The simulator itself is used through [`program`].

mod browser;
mod page;
mod program;

pub use browser::{Browser, chromium};
pub use page::{Page, View};
pub use program::{program, root};
