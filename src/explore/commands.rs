//! Command lines that give, in a terminal, what is on the page.
//!
//! Takes options, settings and overrides; gives text to copy, quoted for a shell.

use super::Options;
use super::tweak::Override;
use crate::engine::Settings;
use crate::random::size::TRIALS_PER_DRAW;

/// An argument as a shell takes it: plain if it is plain, otherwise in single quotes.
pub fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:+,%@".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

/// `--set …` for each override.
pub fn set_line(overrides: &[Override]) -> String {
    let settings = overrides
        .iter()
        .map(|one| format!("--set {}", quoted(&one.setting())));
    settings.collect::<Vec<_>>().join(" ")
}

/// The size of a run as options, so that it does not depend on what a file says.
pub fn size(settings: &Settings) -> String {
    let trials = settings.blocks * settings.trials_per_block();
    let draws = if settings.trials_per_draw == TRIALS_PER_DRAW {
        String::new()
    } else {
        format!(" --draws {}", trials / u64::from(settings.trials_per_draw))
    };
    let design = settings.design.option();
    format!("--trials {trials}{draws} --seed {}{design}", settings.seed)
}

/// `quincunx COMMAND FILE --set … --trials … --seed …`.
pub fn line(
    command: &str,
    options: &Options,
    overrides: &[Override],
    settings: &Settings,
) -> String {
    let mut parts = vec![format!(
        "quincunx {command} {}",
        quoted(&options.file.display().to_string())
    )];
    parts.extend(
        options
            .sets
            .iter()
            .map(|set| format!("--set {}", quoted(set))),
    );
    if !overrides.is_empty() {
        parts.push(set_line(overrides));
    }
    parts.push(size(settings));
    parts.join(" ")
}

/// The two commands behind a reweighting.
pub fn reweighting(options: &Options, weights: &[(String, f64)], settings: &Settings) -> String {
    let asked: Vec<String> = weights
        .iter()
        .map(|(name, w)| format!("{name}={w}"))
        .collect();
    format!(
        "{} --format json --out base.result.json\nquincunx reweight base.result.json --weights {}",
        line("run", options, &[], settings),
        quoted(&asked.join(","))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shell_gets_each_argument_as_it_is() {
        assert_eq!(quoted("trends.dry.weight=0.25"), "trends.dry.weight=0.25");
        assert_eq!(quoted(r#"horizon="18 months""#), r#"'horizon="18 months"'"#);
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_line_states_size_and_seed() {
        let options = Options {
            file: "my file.json".into(),
            sets: vec!["a=1".into()],
            ..Options::default()
        };
        let one = Override {
            path: vec!["horizon".into()],
            value: json!(2),
            control: "horizon".into(),
        };
        let mut settings = Settings::new(2000, None, 7);
        assert_eq!(
            line("run", &options, &[one], &settings),
            "quincunx run 'my file.json' --set a=1 --set horizon=2 --trials 2048 --seed 7"
        );
        settings.trials_per_draw = 16;
        assert!(
            size(&settings).contains("--draws 32 "),
            "{}",
            size(&settings)
        );
    }
}
