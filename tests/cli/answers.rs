//! Pages of the commands that ask why.

use crate::program::{call, folder, valley, write};
use predicates::str::contains;

/// Each command with what its page must show, and the options that make it quick.
const PAGES: [(&str, &str); 6] = [
    (
        "sensitivity FILE --tornado --trials 8192",
        "All uncertain inputs",
    ),
    (
        "tripwires FILE --of signed --by 2026-06-01",
        "What is watched for",
    ),
    ("given FILE ever(signature)", "less where it did not"),
    (
        "sweep FILE --vary parameters.calm.value=0.1..0.9:3 --trials 1024",
        "Every run",
    ),
    (
        "compare FILE --set parameters.calm.value=0.9 --explain --trials 1024",
        "Shapley",
    ),
    ("trace FILE --pathways", "Pathways"),
];

#[test]
fn each_has_a_page_that_loads_nothing_and_styles_nothing_inline() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (number, (line, shown)) in PAGES.iter().enumerate() {
        let page = folder.path().join(format!("{number}.html"));
        let line = line.replace("FILE", &file);
        call(&format!("{line} -q --report {}", page.display())).success();
        let html = std::fs::read_to_string(&page).expect("a page");
        assert!(html.contains(shown), "{line}: {shown}");
        assert!(html.contains("Content-Security-Policy"), "{line}");
        for refused in [" style=", " onclick=", " onload=", "<link", " src="] {
            let body = html.split("<body>").nth(1).unwrap_or_default();
            assert!(!body.contains(refused), "{line}: {refused}");
        }
    }
}

#[test]
fn a_page_goes_where_report_says_and_nowhere_else() {
    let folder = folder();
    let file = write(folder.path(), "valley.json", &valley());
    for (line, _) in PAGES {
        let line = line.replace("FILE", &file);
        // The ending of --out stands for a page, which another option writes, as with `run`.
        let out = folder.path().join("out.html");
        call(&format!("{line} -q --out {}", out.display()))
            .code(2)
            .stderr(contains("--report PATH writes that"));
        assert!(!out.exists());
        // Nothing is simulated for a path that takes no page.
        call(&format!(
            "{line} -q --report {}",
            folder.path().join("none/x.html").display()
        ))
        .code(2)
        .stdout("");
        call(&format!("{line} -q --report {file}"))
            .code(2)
            .stdout("");
        call(&format!("{line} -q --report -"))
            .code(2)
            .stderr(contains("--report needs the path of a file"));
    }
}
