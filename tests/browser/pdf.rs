//! What of a PDF that Chromium printed is read here: how many sheets it has, and on which its named
//! destinations are.
//!
//! Its dictionaries are plain text; only pages' contents are compressed (ISO 32000-1, 7.3.7 and
//! 12.3.2.3).

use std::collections::BTreeMap;

/// How many sheets there are.
pub fn sheets(pdf: &[u8]) -> usize {
    pages(&String::from_utf8_lossy(pdf)).len()
}

/// The number of the sheet, from 1, of each named destination.
pub fn destinations(pdf: &[u8]) -> BTreeMap<String, usize> {
    let text = String::from_utf8_lossy(pdf);
    let pages = pages(&text);
    let mut found = BTreeMap::new();
    // `/name [12 0 R /XYZ 40 700 0]`
    for (at, _) in text.match_indices(" 0 R /XYZ") {
        let Some((before, page)) = text[..at].rsplit_once('[') else {
            continue;
        };
        let name = before.trim_end().rsplit('/').next().unwrap_or_default();
        if let Some(sheet) = pages.iter().position(|own| own == page.trim()) {
            found.insert(name.trim().to_owned(), sheet + 1);
        }
    }
    found
}

/// The numbers of the objects that are pages, in their order, which is that in which they are
/// written.
fn pages(text: &str) -> Vec<String> {
    let heads = text.match_indices("/Type /Page\n").filter_map(|(at, _)| {
        let (head, _) = text[..at].rsplit_once(" 0 obj")?;
        head.rsplit(|c: char| !c.is_ascii_digit()).next()
    });
    heads.map(str::to_owned).collect()
}
