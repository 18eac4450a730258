//! Which scenario, which program, which numbers; and how to get them again.

use super::Section;
use crate::report::format;
use crate::report::html::RunPart;
use crate::report::html::markup::Markup;
use crate::results::RunResult;

pub const PROVENANCE: Section<RunPart> = Section {
    key: "provenance",
    title: "Where this comes from",
    is_needed: |_| true,
    write: |body, part| {
        let result = &part.result;
        let (run, info) = (&result.run, &result.scenario);
        let mut list = Markup::default();
        let mut item = |name: &str, value: Markup| {
            list.element("dt", "", &name.into());
            list.element("dd", "", &value);
        };
        item("Scenario", Markup::text(&info.name));
        item(
            "SHA-256 of its assumptions",
            Markup::trusted(format!(
                "<code class=\"long\">{}</code>",
                Markup::text(&info.sha256).as_str()
            )),
        );
        item(
            "Program",
            format!("{} {}", result.tool.name, result.tool.version).into(),
        );
        item("Seed", run.seed.to_string().into());
        item(
            "Trials",
            format!(
                "{}: {} parameter draws of {}, in {} independent replicates",
                format::count(run.trials),
                format::count(run.draws),
                run.trials_per_draw,
                run.replicates
            )
            .into(),
        );
        if run.non_finite > 0 {
            item(
                "Trials stopped by a value that is not finite",
                format::count(run.non_finite).into(),
            );
        }
        let mut whole = Markup::default();
        whole.element("dl", "class=\"facts\"", &list);
        body.add(&whole);
        body.paragraph(
            Markup::text("The scenario below is whole: what it extends and what was set on the command line is in it. Saved as ")
                .and(Markup::code(&file(result)))
                .and(", it gives the same numbers, to the last digit, by"),
        );
        let mut command = Markup::default();
        command.element(
            "pre",
            "tabindex=\"0\"",
            &Markup::text(&command_line(result)),
        );
        body.add(&command);
        if run.interrupted {
            body.remark(
                "The run was interrupted; the command asks for as many trials as were finished.",
            );
        }
        body.details("The whole scenario (JSON)", |body| {
            let mut text = Markup::default();
            let source = Markup::json(&info.source);
            text.element("pre", "class=\"json\" tabindex=\"0\"", &source);
            body.add(&text);
        });
    },
};

/// A file name for the scenario; its name is an identifier, but a result may come from anywhere.
fn file(result: &RunResult) -> String {
    let name = result.scenario.name.chars();
    let name: String = name
        .filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        .collect();
    let name = if name.is_empty() {
        "scenario".into()
    } else {
        name
    };
    format!("{name}.json")
}

/// The command that gives a result again.
fn command_line(result: &RunResult) -> String {
    let run = &result.run;
    format!(
        "quincunx run {} --trials {} --draws {} --seed {}",
        file(result),
        run.trials,
        run.draws,
        run.seed
    )
}
