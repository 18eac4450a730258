//! The harness notices what it is there to notice.

use quincunx_browser_tests::{Browser, View};
use std::time::Duration;

const PAGE: &str = "data:text/html,<!doctype html><title>t</title>";
const RENAMED: &str = "data:text/html,<meta name=viewport content='width=device-width'><title>old</title><script>document.title='new'</script>";

#[tokio::test(flavor = "multi_thread")]
async fn errors_exceptions_and_dialogs_are_noticed() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let page = browser.page(View::DESKTOP).await;
    page.goto(PAGE).await;
    page.assert_quiet();
    for (script, wanted) in [
        ("console.error('broken')", "broken"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("setTimeout(() => alert('asked'))", "asked"),
    ] {
        page.forget();
        page.ask::<serde_json::Value>(&format!("({script}, 0)"))
            .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let complaints = page.complaints().join("\n");
        assert!(complaints.contains(wanted), "{script}: {complaints}");
    }
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_sets_width_colours_paper_and_scripts() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let media = |query: &str| format!("matchMedia('({query})').matches");
    let page = browser.page(View::PHONE.dark()).await;
    page.goto(RENAMED).await;
    assert_eq!(page.ask::<u32>("innerWidth").await, 360);
    assert!(page.ask::<bool>(&media("prefers-color-scheme: dark")).await);
    assert_eq!(page.ask::<String>("document.title").await, "new");
    let page = browser
        .page(View::DESKTOP.without_scripts().printed())
        .await;
    page.goto(RENAMED).await;
    assert!(page.ask::<bool>("matchMedia('print').matches").await);
    assert_eq!(page.ask::<String>("document.title").await, "old");
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "900 wide in 360")]
async fn a_page_that_is_wider_than_the_window_is_noticed() {
    let Some(browser) = Browser::start().await else {
        panic!("900 wide in 360 cannot be seen without a browser");
    };
    let page = browser.page(View::PHONE).await;
    page.goto("data:text/html,<meta name=viewport content='width=device-width,minimum-scale=1'><body style='margin:0'><div style='width:900px'>wide</div>")
        .await;
    page.assert_no_sideways_scrolling().await;
}
