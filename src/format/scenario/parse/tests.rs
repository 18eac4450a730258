//! What is JSON and what is not, and what is said of the rest.

use super::*;

fn codes(text: &str, dialect: Dialect) -> Vec<&'static str> {
    parse(text, dialect)
        .1
        .into_iter()
        .map(|fault| fault.code)
        .collect()
}

#[test]
fn what_json_allows_is_read_as_serde_json_reads_it() {
    for text in [
        r#"{"a": [1, -2, 3.5e-2, 1E5, true, false, null, "é\u00e9\ud83d\ude00\n\/"], "": {}, "b": []}"#,
        " \t\r\n 0 ",
        "18446744073709551615",
        "-9223372036854775808",
        "\"\u{2028}\"",
    ] {
        let (value, faults) = parse(text, Dialect::Json);
        assert_eq!(faults, []);
        assert_eq!(value, serde_json::from_str(text).ok(), "{text}");
    }
}

#[test]
fn what_json_forbids_is_refused() {
    for text in [
        "{'a': 1}",
        "{a: 1}",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{\"a\" 1}",
        "[01]",
        "[+1]",
        "[.5]",
        "[5.]",
        "[1e]",
        "[0x1F]",
        "[NaN]",
        "[-Infinity]",
        "[True]",
        "{} {}",
        "[1",
        "{\"a\": 1",
        "{\"a\"",
        "{",
        "\"a",
        "\"a\nb\"",
        "\"\u{1}\"",
        "\"\\x41\"",
        "\"\\ud800\"",
        "// c\n1",
        "[1] // c",
        "/* c */ 1",
        "[1,\u{a0}2]",
        "[,]",
        "]",
        "@",
        "\"\\",
        "[1]\u{b}",
    ] {
        assert_eq!(codes(text, Dialect::Json), ["invalid-json"], "{text:?}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text:?}");
    }
}

#[test]
fn comments_and_trailing_commas_are_allowed_in_jsonc_only() {
    let text = "// first\n{\"a\": [1, 2, /* c */ ], // x\n \"b\": {\"c\": 1,},}\n// last";
    let (value, faults) = parse(text, Dialect::Jsonc);
    assert_eq!(faults, []);
    assert_eq!(value, Some(serde_json::json!({"a": [1, 2], "b": {"c": 1}})));
    // Comments are told once, the three trailing commas each.
    assert_eq!(codes(text, Dialect::Json), ["invalid-json"; 4]);
    for text in [
        "{'a': 1}",
        "[01]",
        "[,]",
        "/* open",
        "{\"a\": 1,,}",
        "{,}",
        "[1\u{a0}]",
    ] {
        assert_eq!(codes(text, Dialect::Jsonc), ["invalid-json"], "{text}");
    }
}

#[test]
fn every_duplicate_key_and_every_endless_number_is_reported() {
    let text = r#"{"a": 1, "b": {"c": 1, "c": 2, "\u0063": 3}, "a": 1e400, "d": [-1e999, 1e-999]}"#;
    let (value, faults) = parse(text, Dialect::Json);
    assert!(value.is_some());
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.code, &text[fault.range.clone()]))
        .collect();
    assert_eq!(
        found,
        [
            ("duplicate-key", r#""c""#),
            ("duplicate-key", r#""\u0063""#),
            ("number-too-large", "1e400"),
            ("duplicate-key", r#""a""#),
            ("number-too-large", "-1e999"),
        ]
    );
    assert_eq!(
        faults[3].related.as_ref().map(|(range, _)| range.clone()),
        Some(1..4)
    );
}

#[test]
fn decimals_are_rounded_correctly() {
    for text in [
        "0.1",
        "2.2250738585072011e-308",
        "123456789012345678901234567890",
        "0.30000000000000004",
        "9007199254740993.0",
    ] {
        let (value, _) = parse(text, Dialect::Json);
        assert_eq!(value.and_then(|v| v.as_f64()), text.parse().ok(), "{text}");
    }
}

#[test]
fn a_hundred_megabytes_of_brackets_end_in_one_clean_fault() {
    for bracket in ["[", "{\"a\":", "[{\"a\":"] {
        let text = bracket.repeat(100_000_000 / bracket.len());
        assert_eq!(codes(&text, Dialect::Json), ["nested-too-deeply"]);
    }
    let deep = format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
    assert_eq!(codes(&deep, Dialect::Json), [] as [&str; 0]);
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_offset() {
    let (shown, fault) = decode(b"{\"a\": \"\xff\"}".to_vec());
    let fault = fault.unwrap();
    assert_eq!((fault.code, fault.range.start), ("file-not-utf8", 7));
    assert!(shown.starts_with("{\"a\": \""));
    let (_, fault) = decode(vec![0xFF, 0xFE, b'{', 0]);
    assert!(fault.unwrap().hint.unwrap().contains("UTF-16"));
}

#[test]
fn an_empty_file_and_a_byte_order_mark_have_their_own_codes() {
    for text in ["", " \n "] {
        assert_eq!(codes(text, Dialect::Json), ["file-empty"]);
    }
    assert_eq!(codes("\u{feff}{}", Dialect::Json), ["byte-order-mark"]);
}
