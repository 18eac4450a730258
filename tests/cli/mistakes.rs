//! Mistakes made on purpose: each is told where it stands, and with a way out.
//!
//! A table of edits to a sound file, each with the line on which it has to be told (that of the
//! edit, unless another is named) and words of the hint. What is mistyped on the command line
//! stands in `mistyped`.

use quincunx::Diagnostic;
use quincunx::analysis::Study;
use quincunx::diagnostic::Sources;

/// As an author would lay it out.
pub const SOUND: &str = r#"{
  "format": 1,
  "name": "valley",
  "start": "2026-01-01",
  "horizon": "12 months",
  "step": "1 week",
  "run": {"trials": 8192, "seed": 3},
  "parameters": {
    "haste": {"uniform": [0.2, 0.6], "note": "how fast"},
    "calm": 0.5
  },
  "trends": {
    "dry": {"weight": 0.7},
    "wet": {"weight": 0.3}
  },
  "phases": {
    "dispute": {"start": true},
    "accord": {}
  },
  "indicators": {
    "level": {
      "start": 1,
      "drift": "calm * (1 - level)",
      "volatility": 0.2,
      "range": [0, null]
    }
  },
  "events": {
    "signature": {
      "hazard": {"chance": 0.4, "within": "12 months"},
      "phases": ["dispute"],
      "effects": [{"phase": "accord"}]
    },
    "flood": {
      "hazard": {"rate": "haste", "per": "year"},
      "effects": [
        {"add": "level", "by": 0.3}
      ]
    }
  },
  "outcomes": [
    {"name": "signed", "when": "phase == accord"},
    {"name": "open", "when": "phase == dispute"}
  ],
  "questions": {
    "by_june": {"ever": "phase == accord", "by": "2026-06-30"}
  }
}
"#;

/// What is replaced, by what; words of the line on which it is told (that of the edit if empty);
/// words of a hint.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

const IN_THE_TEXT: &[Mistake] = &[
    // What JSON is not.
    (
        "\"name\": \"valley\",",
        "\"name\": \"valley\", # a name",
        "",
        "`.jsonc`",
    ),
    (
        "\"name\": \"valley\",",
        "// a name\n  \"name\": \"valley\",",
        "// a name",
        "`.jsonc`",
    ),
    (
        "\"name\": \"valley\",",
        "/* a name */ \"name\": \"valley\",",
        "",
        "`.jsonc`",
    ),
    (
        "\"name\": \"valley\"",
        "“name”: “valley”",
        "",
        "plain double quotes",
    ),
    (
        "\"name\": \"valley\"",
        "\"name”: \"valley\"",
        "",
        "plain: `\"`",
    ),
    (
        "\"name\": \"valley\"",
        "\"name\": «valley»",
        "",
        "plain double quotes",
    ),
    (
        "\"name\": \"valley\"",
        "'name': 'valley'",
        "",
        "double quotes",
    ),
    (
        "\"name\": \"valley\"",
        "\"name\": `valley`",
        "",
        "double quotes",
    ),
    (
        "\"name\": \"valley\"",
        "name: \"valley\"",
        "",
        "write \"name\"",
    ),
    (
        "\"name\": \"valley\"",
        "\"name\": valley",
        "",
        "double quotes",
    ),
    (
        "\"name\": \"valley\"",
        "\"name\" = \"valley\"",
        "",
        "write `:`",
    ),
    (
        "\"name\": \"valley\"",
        "\"name\" => \"valley\"",
        "",
        "write `:`",
    ),
    ("\"name\": \"valley\"", "\"name\" \"valley\"", "", "put `:`"),
    (
        "\"name\": \"valley\",",
        "\"name\": \"valley\"",
        "",
        "put `,`",
    ),
    (
        "\"name\": \"valley\",",
        "\"name\": \"valley\";",
        "",
        "write `,`",
    ),
    (
        "\"name\": \"valley\",",
        "\"name\": \"valley\",,",
        "",
        "remove it",
    ),
    (
        "\"name\": \"valley\",",
        "\"name\": ,",
        "",
        "state its value",
    ),
    (
        "\"name\": \"valley\",",
        "\"name\": \"valley,",
        "",
        "close it on its line",
    ),
    ("\"how fast\"", "\"how\nfast\"", "\"how", "`\\n`"),
    ("\"how fast\"", "\"how\tfast\"", "", "`\\t`"),
    ("\"how fast\"", "\"C:\\data\"", "", "`\\\\`"),
    ("\"how fast\"", "\"author\\'s\"", "", "write `'`"),
    ("\"how fast\"", "\"\\x41\"", "", "`\\\\`"),
    (
        "\"weight\": 0.3}\n  },",
        "\"weight\": 0.3},\n  },",
        "\"weight\": 0.3},",
        "remove it",
    ),
    ("\"weight\": 0.7", "\"weight\":\u{a0}0.7", "", "plain space"),
    // Numbers.
    ("\"weight\": 0.7", "\"weight\": NaN", "", "write `null`"),
    ("\"weight\": 0.7", "\"weight\": None", "", "write `null`"),
    (
        "\"weight\": 0.7",
        "\"weight\": undefined",
        "",
        "write `null`",
    ),
    ("[0, null]", "[0, Infinity]", "", "`null` leaves an end"),
    ("[0, null]", "[-inf, null]", "", "`null` leaves an end"),
    (
        "\"start\": true",
        "\"start\": True",
        "",
        "did you mean `true`?",
    ),
    ("\"weight\": 0.7", "\"weight\": 0,7", "", "write `0.7`"),
    ("\"weight\": 0.7", "\"weight\": .7", "", "write `0.7`"),
    ("\"weight\": 0.7", "\"weight\": +0.7", "", "write `0.7`"),
    ("\"weight\": 0.7", "\"weight\": 00.7", "", "write `0.7`"),
    (
        "\"weight\": 0.7",
        "\"weight\": 70%",
        "",
        "70% is written 0.7",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": 70 %",
        "",
        "70 % is written 0.7",
    ),
    ("\"weight\": 0.7", "\"weight\": 7/10", "", "write `0.7`"),
    ("\"trials\": 8192", "\"trials\": 8_192", "", "write `8192`"),
    ("\"trials\": 8192", "\"trials\": 8k", "", "write `8000`"),
    (
        "\"12 months\",\n  \"step\"",
        "12 months,\n  \"step\"",
        "12 months",
        "\"12 months\"",
    ),
    (
        "\"start\": \"2026-01-01\"",
        "\"start\": 2026-01-01",
        "",
        "\"2026-01-01\"",
    ),
    (
        "\"drift\": \"calm * (1 - level)\"",
        "\"drift\": calm * (1 - level)",
        "",
        "double quotes",
    ),
    // Brackets.
    (
        "\"phases\": [\"dispute\"],",
        "\"phases\": [\"dispute\",",
        "\"effects\": [{\"phase\"",
        "put `]`",
    ),
    (
        "[{\"phase\": \"accord\"}]\n    },",
        "[{\"phase\": \"accord\"}]\n",
        "\"flood\": {",
        "put `}`",
    ),
    (
        "\"range\": [0, null]\n    }\n  },",
        "\"range\": [0, null]\n    }\n",
        "\"events\": {",
        "put `}`",
    ),
    (
        "\"accord\": {}\n  },",
        "\"accord\": {}\n",
        "\"indicators\": {",
        "put `}`",
    ),
    ("\"by\": 0.3}\n      ]", "\"by\": 0.3}\n", "}", "put `]`"),
    (
        "[{\"phase\": \"accord\"}]\n    },",
        "[{\"phase\": \"accord\"}]\n    }},",
        "}},",
        "remove it",
    ),
    (
        "[{\"phase\": \"accord\"}]\n    },",
        "[{\"phase\": \"accord\"}]\n    ],",
        "],",
        "write `}`",
    ),
    (
        "\"phases\": [\"dispute\"]",
        "\"phases\": [\"dispute\"}",
        "",
        "write `]`",
    ),
    (
        "\"by\": \"2026-06-30\"}\n  }\n}",
        "\"by\": \"2026-06-30\"}\n  }\n}\n}",
        "}",
        "remove it",
    ),
    (
        "\"outcomes\": [",
        "\"outcomes\": {",
        "{\"name\": \"signed\"",
        "list has square brackets",
    ),
    // Values of another kind.
    (
        "\"weight\": 0.7",
        "\"weight\": \"high\"",
        "",
        "state the number",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": \"0.7\"",
        "",
        "without quotes",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": \"70%\"",
        "",
        "70% is written 0.7",
    ),
    ("\"weight\": 0.7", "\"weight\": \"0,7\"", "", "write `0.7`"),
    (
        "\"weight\": 0.7",
        "\"weight\": \"about 0.7\"",
        "",
        "write `0.7`",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": \"0.6-0.8\"",
        "",
        "{\"uniform\": [0.6, 0.8]}",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": \"0.7 ± 0.1\"",
        "",
        "\"sd\": 0.1",
    ),
    (
        "\"weight\": 0.7",
        "\"weight\": [0.6, 0.8]",
        "",
        "\"uniform\"",
    ),
    ("\"weight\": 0.7", "\"weight\": true", "", "1 or 0"),
    ("{\"weight\": 0.7}", "0.7", "", "{\"weight\": 0.7}"),
    (
        "\"trials\": 8192",
        "\"trials\": \"20k\"",
        "",
        "write `20000`",
    ),
    (
        "\"trials\": 8192",
        "\"trials\": \"10,000\"",
        "",
        "write `10000`",
    ),
    (
        "\"trials\": 8192",
        "\"trials\": \"1e5\"",
        "",
        "without quotes",
    ),
    (
        "\"chance\": 0.4",
        "\"chance\": 40",
        "",
        "40% is written 0.4",
    ),
    (
        "\"chance\": 0.4",
        "\"chance\": \"40%\"",
        "",
        "40% is written 0.4",
    ),
    // A number where a distribution takes an object.
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"point_mass\": 0, \"else\": 1}",
        "",
        "its keys: at, probability",
    ),
    // In percent, wherever a number must lie between 0 and 1.
    (
        "{\"chance\": 0.4, \"within\": \"12 months\"}",
        "{\"chance\": \"35 + 0 * calm\", \"within\": \"12 months\"}",
        "",
        "35% is written 0.35",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"p5\": 10, \"p50\": 25, \"p95\": 50, \"range\": [0, 1]}",
        "",
        "50% is written 0.5",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"p5\": 0.1, \"p50\": 0.25, \"p95\": 50, \"range\": [0, 1]}",
        "",
        "50% is written 0.5",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"experts\": [{\"p5\": 10, \"p50\": 20, \"p95\": 30, \"range\": [0, 0.8]}]}",
        "",
        "30% is written 0.3",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"uniform\": [20, 60], \"range\": [0, 1]}",
        "",
        "40% is written 0.4",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"binomial\": {\"n\": 10, \"p\": 35}}",
        "",
        "35% is written 0.35",
    ),
    (
        "{\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "{\"discrete\": {\"values\": [1, 2], \"probabilities\": [30, 70]}}",
        "",
        "30% is written 0.3",
    ),
    ("\"chance\": 0.4", "\"chance\": \"0,4\"", "", "write `0.4`"),
    (
        "\"chance\": 0.4",
        "\"chance\": \"1 in 4\"",
        "",
        "write `0.25`",
    ),
    (
        "\"volatility\": 0.2",
        "\"volatility\": \"20%\"",
        "",
        "20% is written 0.2",
    ),
    (
        "[{\"phase\": \"accord\"}]",
        "{\"phase\": \"accord\"}",
        "",
        "[{…}]",
    ),
    ("[\"dispute\"]", "\"dispute\"", "", "[\"dispute\"]"),
    (
        "[\"dispute\"]",
        "\"dispute, accord\"",
        "",
        "[\"dispute\", \"accord\"]",
    ),
    (
        "\"dispute\": {\"start\": true}",
        "\"dispute\": true",
        "",
        "{\"start\": true}",
    ),
    (
        "\"haste\": {\"uniform\": [0.2, 0.6], \"note\": \"how fast\"}",
        "\"haste\": \"0.2 to 0.6\"",
        "",
        "{\"uniform\": [0.2, 0.6]}",
    ),
    // Keys of other tools.
    ("\"chance\": 0.4", "\"prob\": 0.4", "", "`chance`"),
    ("\"indicators\": {", "\"variables\": {", "", "`indicators`"),
    (
        "\"note\": \"how fast\"",
        "\"description\": \"how fast\"",
        "",
        "`note`",
    ),
    ("\"horizon\"", "\"duration\"", "", "`horizon`"),
    ("\"trials\"", "\"simulations\"", "", "`trials`"),
    ("\"volatility\": 0.2", "\"noise\": 0.2", "", "`volatility`"),
];

/// What is said of a text: everything, and the first of it.
fn told(text: &str) -> (Vec<Diagnostic>, Sources) {
    match Study::from_text(text, "valley.json") {
        Ok(study) => (study.diagnostics, study.sources),
        Err(report) => (report.diagnostics, report.sources),
    }
}

#[test]
fn the_file_is_sound_before_the_mistakes() {
    assert_eq!(told(SOUND).0, []);
}

#[test]
fn each_mistake_in_a_file_is_told_where_it_stands_with_a_way_out() {
    let mut wrong = Vec::new();
    for (from, to, line, hint) in IN_THE_TEXT {
        assert_eq!(SOUND.matches(from).count(), 1, "{from}");
        let text = SOUND.replacen(from, to, 1);
        let (found, sources) = told(&text);
        let lines: Vec<&str> = text.lines().collect();
        let edited = text[..SOUND.find(from).unwrap_or_default()]
            .lines()
            .count()
            .max(1);
        let is_told = found.iter().any(|one| {
            let located = sources.locate(&one.place);
            let span = located.and_then(|located| located.span);
            let here = span.is_some_and(|span| match *line {
                "" => span.line == edited,
                words => lines[span.line - 1].contains(words) && span.line + 1 >= edited,
            });
            here && one.is_error() && one.hints.iter().any(|told| told.contains(hint))
        });
        if !is_told {
            let shown: Vec<String> = found
                .iter()
                .map(|one| quincunx::diagnostic::text(one, &sources, Default::default()))
                .collect();
            wrong.push(format!(
                "{from} → {to}, wanted `{hint}`:\n{}",
                shown.join("\n")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} mistakes",
        wrong.join("\n---\n"),
        wrong.len()
    );
}

#[test]
fn a_slip_hides_no_other() {
    let mut text = SOUND.to_owned();
    for (from, to) in [
        ("\"name\": \"valley\",", "name: \"valley\""),
        ("\"weight\": 0.7", "\"weight\": 70%"),
        ("\"start\": true", "\"start\": True"),
        ("\"chance\": 0.4,", "\"chance\": 0,4,"),
        ("\"by_june\"", "“by_june”"),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replacen(from, to, 1);
    }
    let (found, sources) = told(&text);
    let lines: Vec<usize> = found
        .iter()
        .filter_map(|one| Some(sources.locate(&one.place)?.span?.line))
        .collect();
    assert_eq!(lines, [3, 3, 13, 17, 30, 46], "{found:#?}");
}
