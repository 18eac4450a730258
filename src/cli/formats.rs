//! In which format a result is written: the one that is asked for, or the one that the file's
//! ending stands for.

use super::exit::Misuse;
use super::terminal::Terminal;
use anyhow::Result;
use clap::ValueEnum;
use std::path::Path;

/// Endings that stand for a format, and its name.
const ENDINGS: [(&str, &str); 9] = [
    ("json", "json"),
    ("csv", "csv"),
    ("md", "markdown"),
    ("markdown", "markdown"),
    ("html", PAGE),
    ("htm", PAGE),
    ("parquet", TRIALS),
    ("svg", CHART),
    ("png", CHART),
];

/// What other options than `--out` write.
pub const PAGE: &str = "a page";
pub const TRIALS: &str = "Parquet";
pub const CHART: &str = "a chart";

/// The format of what goes to `out`: `asked`, else that of the ending, else the first that there
/// is.
///
/// `elsewhere` names the options of this command that write what `--out` does not.
///
/// # Errors
/// [`Misuse`] if nothing is asked for and the ending stands for something that `--out` does not
/// write.
pub fn chosen<F: ValueEnum + PartialEq>(
    asked: Option<F>,
    out: Option<&Path>,
    elsewhere: &[(&str, &str)],
    quiet: bool,
    terminal: &Terminal,
) -> Result<F> {
    let ending = out.and_then(stands_for);
    let named = |name: &str| {
        let mut all = F::value_variants().iter();
        all.find(|format| name_of(*format) == name).cloned()
    };
    let by_ending = ending.and_then(named);
    let shown = out.map_or_else(String::new, |out| out.display().to_string());
    match (asked, by_ending, ending) {
        (Some(asked), by_ending, Some(ending)) => {
            if by_ending.as_ref() != Some(&asked) && !quiet {
                terminal.warning(&format!(
                    "`{shown}` gets {}, as --format says, although its ending stands for {ending}",
                    name_of(&asked)
                ));
            }
            Ok(asked)
        }
        (Some(asked), _, None) => Ok(asked),
        (None, Some(format), _) => Ok(format),
        (None, None, Some(ending)) => {
            let formats: Vec<String> = F::value_variants().iter().map(name_of).collect();
            let way = match elsewhere.iter().find(|(what, _)| *what == ending) {
                Some((_, option)) => format!("{option} writes that"),
                None => "choose another ending, or give --format".to_owned(),
            };
            let text = format!(
                "`{shown}`: its ending stands for {ending}, and --out writes {}; {way}",
                formats.join(", ")
            );
            Err(Misuse(text).into())
        }
        (None, None, None) => match F::value_variants().first() {
            Some(first) => Ok(first.clone()),
            None => anyhow::bail!("there is no format"),
        },
    }
}

fn stands_for(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let known = ENDINGS.iter().find(|(known, _)| *known == ending);
    known.map(|(_, name)| *name)
}

fn name_of(format: &impl ValueEnum) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::options::Format;
    use super::*;
    use clap::ColorChoice;

    fn of(asked: Option<Format>, out: &str) -> Result<Format, String> {
        let terminal = Terminal::new(ColorChoice::Never);
        let elsewhere = [(PAGE, "--report PATH")];
        chosen(asked, Some(Path::new(out)), &elsewhere, true, &terminal)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_ending_decides_unless_a_format_is_asked_for() {
        for (out, format) in [
            ("r.json", Format::Json),
            ("a.b/r.result.JSON", Format::Json),
            ("r.csv", Format::Csv),
            ("r.md", Format::Markdown),
            ("r.Markdown", Format::Markdown),
            ("r.txt", Format::Table),
            ("r", Format::Table),
            (".json", Format::Table),
            ("r.json.bak", Format::Table),
            ("-", Format::Table),
        ] {
            assert_eq!(of(None, out), Ok(format), "{out}");
            assert_eq!(of(Some(Format::Csv), out), Ok(Format::Csv), "{out}");
        }
        let terminal = Terminal::new(ColorChoice::Never);
        let none = chosen::<Format>(None, None, &[], true, &terminal);
        assert_eq!(none.expect("a table"), Format::Table);
    }

    #[test]
    fn what_another_option_writes_is_refused_with_that_option() {
        let told = of(None, "r.html").expect_err("it is a page");
        assert!(
            told.contains("--report") && told.contains("table, json, csv, markdown"),
            "{told}"
        );
        let told = of(None, "r.parquet").expect_err("it is no result");
        assert!(told.contains("--format"), "{told}");
        assert_eq!(of(Some(Format::Table), "r.html"), Ok(Format::Table));
    }
}
