//! The harness notices what it is there to notice.

use crate::browser::Browser;
use crate::page::View;
use std::time::Duration;

const PAGE: &str = "data:text/html,<!doctype html><title>t</title>";
const RENAMED: &str = "data:text/html,<meta name=viewport content='width=device-width'><title>old</title><script>document.title='new'</script>";

#[test]
fn errors_exceptions_and_dialogs_are_noticed() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let page = browser.page(View::DESKTOP);
    page.goto(PAGE);
    page.assert_quiet();
    for (script, wanted) in [
        ("console.error('broken')", "broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("setTimeout(() => alert('asked'))", "asked"),
    ] {
        page.forget();
        page.ask::<serde_json::Value>(&format!("({script}, 0)"));
        std::thread::sleep(Duration::from_millis(500));
        let complaints = page.complaints().join("\n");
        assert!(complaints.contains(wanted), "{script}: {complaints}");
    }
}

#[test]
fn a_view_sets_width_colours_paper_and_scripts() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let media = |query: &str| format!("matchMedia('({query})').matches");
    let page = browser.page(View::PHONE.dark());
    page.goto(RENAMED);
    assert_eq!(page.ask::<u32>("innerWidth"), 360);
    assert!(page.ask::<bool>(&media("prefers-color-scheme: dark")));
    assert_eq!(page.ask::<String>("document.title"), "new");
    let page = browser.page(View::DESKTOP.without_scripts().printed());
    page.goto(RENAMED);
    assert!(page.ask::<bool>("matchMedia('print').matches"));
    assert_eq!(page.ask::<String>("document.title"), "old");
}

#[test]
#[should_panic(expected = "900 wide in 360")]
fn a_page_that_is_wider_than_the_window_is_noticed() {
    let Some(browser) = Browser::start() else {
        panic!("900 wide in 360 cannot be seen without a browser");
    };
    let page = browser.page(View::PHONE);
    page.goto("data:text/html,<meta name=viewport content='width=device-width,minimum-scale=1'><body style='margin:0'><div style='width:900px'>wide</div>");
    page.assert_no_sideways_scrolling();
}
