//! The pages as readers see them, in a real browser.
//!
//! A test starts a [`Browser`](browser::Browser), opens a [`Page`](page::Page) under a
//! [`View`](page::View) (width, dark mode, scripts on or off, paper), asks it questions in
//! JavaScript, and ends with [`Page::assert_quiet`](page::Page::assert_quiet). Without Chromium a
//! test is skipped, and says so, unless `QUINCUNX_REQUIRE_BROWSER=1` forbids that. One test has
//! [`Firefox`](firefox) in its place.

mod axe;
mod browser;
mod explore;
mod firefox;
mod harness;
mod page;
mod pdf;
mod pictures;
mod play;
mod program;
mod protocol;
mod report;
mod socket;
