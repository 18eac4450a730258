//! The page follows the file.

use crate::http::{Served, row, valley};
use serde_json::json;

#[test]
fn a_saved_file_reaches_the_page_and_a_broken_one_leaves_the_last_good_one() {
    let served = Served::start(|_| {});
    let mut messages = served.listen("tests");
    let first = messages.until(|m| m["kind"] == "scenario");
    assert_eq!(first["controls"]["generation"], 0);
    assert_eq!(first["controls"]["title"], "A dispute over <b>water</b>");
    let before = served.picture(&mut messages, 1, &json!({}));

    std::fs::write(
        &served.file,
        valley().replace("\"calm\": 0.5", "\"calm\": }"),
    )
    .expect("written");
    let broken = messages.until(|m| m["kind"] == "broken");
    let text = broken["text"].as_str().expect("words");
    assert!(
        text.contains("valley.jsonc") && text.contains("error"),
        "{text}"
    );
    let still = served.picture(&mut messages, 2, &json!({}));
    assert_eq!(
        row(&still, "outcomes", "signed"),
        row(&before, "outcomes", "signed")
    );

    // A page that comes now is told, too.
    let mut late = served.listen("late");
    late.until(|m| m["kind"] == "broken");

    let mended = valley()
        .replace("[0.2, 0.6]", "[0.5, 0.6]")
        .replace("A dispute", "The dispute");
    std::fs::write(&served.file, mended).expect("written");
    let again = messages.until(|m| m["kind"] == "scenario");
    assert_eq!(again["controls"]["title"], "The dispute over <b>water</b>");
    let after = served.picture(&mut messages, 3, &json!({}));
    assert!(row(&after, "outcomes", "signed")[0] > row(&before, "outcomes", "signed")[0]);
}

#[test]
fn a_parent_is_watched_as_well() {
    let served = Served::start(|options| {
        let child = options.file.with_file_name("child.json");
        let text = json!({"extends": "valley.jsonc", "name": "child"}).to_string();
        std::fs::write(&child, text).expect("a file");
        options.file = child;
    });
    let mut messages = served.listen("tests");
    messages.until(|m| m["kind"] == "scenario");
    std::fs::write(&served.file, valley().replace("A dispute", "A quarrel")).expect("written");
    let again = messages.until(|m| m["kind"] == "scenario");
    assert_eq!(again["controls"]["title"], "A quarrel over <b>water</b>");
}
