//! The frame of a page: head with its security policy, title, contents, parts, footer.

use super::Part;
use super::markup::{Markup, escape};
use super::sections::{self, Body};
use super::wording::{self, label};
use crate::report::chart;
use crate::results::{ScenarioInfo, Tool};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");

/// The whole page.
///
/// `brief`: only what is said at a glance.
pub fn whole(parts: &[Part], brief: bool) -> String {
    let style = format!("{}\n{STYLE}", chart::stylesheet());
    let script = chart::READOUT_JS;
    let title = title(parts);
    let mut body = Body::default();
    match parts {
        _ if brief => briefs(&mut body, parts),
        [Part::Run(run)] => sections::run(&mut body, run, true),
        [Part::Compare(comparison)] => sections::comparison(&mut body, comparison, true),
        [Part::Stories(typical)] => sections::stories(&mut body, typical),
        [Part::Story(story)] => sections::story(&mut body, story),
        [Part::Answer(answer)] => answer.write(&mut body),
        _ => several(&mut body, parts),
    }
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(script)
    );
    let contents = contents(&body);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"{generator}\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the findings</a>\n\
         <header class=\"masthead\">\n{head}</header>\n\
         <div class=\"columns\">\n<nav aria-label=\"Contents\">\n{contents}</nav>\n\
         <main id=\"main\">\n{main}</main>\n</div>\n\
         <footer>\n<p>{made}</p>\n</footer>\n<script>{script}</script>\n</body>\n</html>\n",
        generator = escape(&generator(parts)),
        contents = contents.as_str(),
        title = escape(&title),
        head = head(parts, &title).as_str(),
        main = body.markup().as_str(),
        made = made(parts).as_str(),
    )
}

/// What each part says at a glance; single futures are short as they are.
fn briefs(body: &mut Body, parts: &[Part]) {
    for (number, part) in (1..).zip(parts) {
        let write = |body: &mut Body| match part {
            Part::Run(run) => sections::brief_of_run(body, run),
            Part::Compare(comparison) => sections::brief_of_comparison(body, comparison),
            Part::Stories(typical) => sections::stories(body, typical),
            Part::Story(story) => sections::story(body, story),
            Part::Answer(answer) => answer.write(body),
        };
        match parts {
            [_] => write(body),
            _ => body.part(&format!("part{number}"), &part_title(part), write),
        }
    }
}

fn several(body: &mut Body, parts: &[Part]) {
    sections::how_to_read(body);
    for (number, part) in (1..).zip(parts) {
        body.part(
            &format!("part{number}"),
            &part_title(part),
            |body| match part {
                Part::Run(run) => sections::run(body, run, false),
                Part::Compare(comparison) => sections::comparison(body, comparison, false),
                Part::Stories(typical) => sections::stories(body, typical),
                Part::Story(story) => sections::story(body, story),
                Part::Answer(answer) => answer.write(body),
            },
        );
    }
}

/// What a policy calls a text that may be used.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize] as char;
            text.push(if i <= three.len() { digit } else { '=' });
        }
    }
    text
}

fn scenario(part: &Part) -> Option<&ScenarioInfo> {
    match part {
        Part::Run(run) => Some(&run.result.scenario),
        Part::Compare(comparison) => Some(&comparison.result.scenarios.first()?.scenario),
        Part::Stories(typical) => Some(&typical.first()?.stories.first()?.story.scenario),
        Part::Story(story) => Some(&story.scenario),
        Part::Answer(answer) => Some(answer.scenario()),
    }
}

fn tool(part: &Part) -> Option<&Tool> {
    match part {
        Part::Run(run) => Some(&run.result.tool),
        Part::Compare(comparison) => Some(&comparison.result.tool),
        Part::Stories(typical) => Some(&typical.first()?.tool),
        Part::Story(story) => Some(&story.tool),
        Part::Answer(answer) => Some(answer.tool()),
    }
}

fn generator(parts: &[Part]) -> String {
    match parts.first().and_then(tool) {
        Some(tool) => format!("{} {}", tool.name, tool.version),
        None => env!("CARGO_PKG_NAME").into(),
    }
}

fn part_title(part: &Part) -> String {
    let name =
        scenario(part).map_or_else(String::new, |info| label(&info.title, &info.name).into());
    match part {
        Part::Run(_) => name,
        Part::Compare(comparison) => {
            // More titles than two are no title: the first page lists them.
            let number = comparison.result.scenarios.len();
            if number > 2 {
                return format!("{name}: {number} scenarios compared");
            }
            let others = comparison.result.scenarios.iter().skip(1);
            let others = others.map(|s| label(&s.scenario.title, &s.scenario.name).to_owned());
            format!(
                "{} against {name}",
                wording::list(&others.collect::<Vec<_>>())
            )
        }
        Part::Stories(_) => format!("Typical futures of: {name}"),
        Part::Story(story) => format!("One future of: {name}, trial {}", story.trial),
        Part::Answer(answer) => answer.title(),
    }
}

fn title(parts: &[Part]) -> String {
    match parts {
        [part] => part_title(part),
        _ => {
            let titles: Vec<String> = parts.iter().map(part_title).collect();
            titles.join(" · ")
        }
    }
}

fn head(parts: &[Part], title: &str) -> Markup {
    let mut head = Markup::default();
    head.element("h1", "", &title.into());
    if let ([part], Some(info)) = (parts, parts.first().and_then(scenario)) {
        head.element("p", "class=\"sub\"", &wording::period(info).into());
        if let (Part::Run(_) | Part::Compare(_), Some(note)) =
            (part, info.source.get("note").and_then(|note| note.as_str()))
        {
            head.element("p", "class=\"note\"", &note.into());
        }
    }
    head
}

fn contents(body: &Body) -> Markup {
    let mut list = Markup::default();
    let mut depth = None;
    let top = body.headings.iter().map(|h| h.level).min().unwrap_or(2);
    list.raw("<p class=\"contents\">Contents</p>\n<ul>\n");
    for heading in body.headings.iter().filter(|h| h.level <= top + 1) {
        let is_inner = heading.level > top;
        match (depth, is_inner) {
            (Some(false), true) => list.raw("<ul>\n"),
            (Some(true), false) => list.raw("</li>\n</ul>\n</li>\n"),
            (Some(_), _) => list.raw("</li>\n"),
            (None, _) => {}
        }
        list.raw("<li>");
        list.push(&Markup::anchor(&heading.id, &heading.title));
        depth = Some(is_inner);
    }
    list.raw(match depth {
        Some(true) => "</li>\n</ul>\n</li>\n",
        Some(false) => "</li>\n",
        None => "",
    });
    list.raw("</ul>\n");
    list
}

fn made(parts: &[Part]) -> Markup {
    Markup::text(&format!(
        "Made by {}. The page holds everything it shows: it loads nothing and sends nothing.",
        generator(parts)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_equals_the_vectors_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(
            hash(""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        );
    }
}
