//! Colours and the style sheet of charts, light and dark.
//!
//! Gives the sheet for a page (custom properties, following the reader's scheme or `data-theme` on
//! the root; print is light) and the sheet within a stand-alone file (plain colours, light). The
//! unit tests compute contrast and how far colour-blind readers see fills apart.

use super::tone;

/// A colour by its role, as `#rrggbb` on light and on dark ground.
pub(super) struct Colour {
    pub name: &'static str,
    pub light: &'static str,
    pub dark: &'static str,
}

const fn colour(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

/// After those of roles: `g` of groups of outcomes, each with its shades, `t` of trends, `c` of
/// what is only told apart ([`Tone`](super::Tone)). They were found by a search for the bounds that
/// the tests of this file state, at moderate chroma.
pub(super) const COLOURS: [Colour; 54] = [
    colour("ground", "#ffffff", "#15181c"),
    colour("ink", "#17191c", "#eceef0"),
    colour("muted", "#555b63", "#a9b0b9"),
    colour("grid", "#dfe2e6", "#30353c"),
    colour("axis", "#7b828b", "#7f8791"),
    colour("accent", "#3d86c6", "#3f86c4"),
    colour("pale", "#d9e8f5", "#1c3a55"),
    colour("other", "#cc6f2c", "#bb672c"),
    colour("faint", "#f0f2f4", "#22272d"),
    colour("g11", "#c76d52", "#a75848"),
    colour("g12", "#721e27", "#e5aaa7"),
    colour("g13", "#96564b", "#e78478"),
    colour("g21", "#389c9a", "#1f7f79"),
    colour("g22", "#004943", "#2de1e3"),
    colour("g23", "#136f78", "#59a8b1"),
    colour("g31", "#986d1f", "#906817"),
    colour("g32", "#4a3910", "#d6c473"),
    colour("g33", "#75632f", "#af953d"),
    colour("g41", "#926ebf", "#7e69a2"),
    colour("g42", "#553679", "#caa4d8"),
    colour("g43", "#6a618f", "#a78add"),
    colour("g51", "#9f6473", "#b24169"),
    colour("g52", "#742647", "#faa8bd"),
    colour("g53", "#9d477e", "#ce689f"),
    colour("t1", "#40955f", "#89bf8f"),
    colour("t2", "#27430c", "#7f945e"),
    colour("t3", "#568b47", "#4c6f2e"),
    colour("t4", "#146544", "#669a7e"),
    colour("t5", "#37570d", "#7b9342"),
    colour("t6", "#417c67", "#427660"),
    colour("c1", "#5c2450", "#c489b6"),
    colour("c2", "#ab846a", "#db9e5c"),
    colour("c3", "#948cbe", "#8a799d"),
    colour("c4", "#8e9142", "#cec197"),
    colour("c5", "#cb6d99", "#94526a"),
    colour("c6", "#69401d", "#b07445"),
    colour("c7", "#18437d", "#929ff8"),
    colour("c8", "#8b86d1", "#4162b4"),
    colour("c9", "#bc476b", "#f27486"),
    colour("c10", "#6b352c", "#fbcec5"),
    colour("c11", "#356286", "#98cefb"),
    colour("c12", "#7d3508", "#987459"),
    colour("c13", "#1150a1", "#98a1e0"),
    colour("c14", "#623e50", "#fbc5e0"),
    colour("c15", "#087da1", "#358faa"),
    colour("c16", "#aa3e3e", "#fba1a1"),
    colour("c17", "#7d1a62", "#985086"),
    colour("c18", "#7d0835", "#bc8698"),
    colour("c19", "#50508f", "#cec5f2"),
    colour("c20", "#596208", "#8f8f2c"),
    colour("c21", "#86507d", "#c57dc5"),
    colour("c22", "#747450", "#747450"),
    colour("c23", "#6b98aa", "#47bce9"),
    colour("c24", "#35351a", "#ced77d"),
];

/// Rules with `var(--qx-…)` for colours.
const RULES: &str = include_str!("chart.css");

/// The sheet that a page with charts includes once.
pub fn stylesheet() -> String {
    let block = |pick: fn(&Colour) -> &'static str| -> String {
        (COLOURS.iter())
            .map(|colour| format!("--qx-{}:{};", colour.name, pick(colour)))
            .collect()
    };
    let (light, dark) = (block(|colour| colour.light), block(|colour| colour.dark));
    format!(
        ":root{{{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         @media screen{{:root[data-theme=dark]{{{dark}}}}}\n\
         {RULES}{}",
        tone::rules(true)
    )
}

/// The sheet within a file of its own: light colours, no custom properties (many viewers know
/// none).
pub(super) fn file_stylesheet() -> String {
    let mut rules = RULES.to_owned() + &tone::rules(false);
    for colour in &COLOURS {
        rules = rules.replace(&format!("var(--qx-{})", colour.name), colour.light);
    }
    rules
}

/// The sheet of [`file_stylesheet`] for a drawing in which texts are paths of the class `letters`:
/// these have the colour of text, unless another class gives them one.
#[cfg(feature = "png")]
pub(super) fn picture_stylesheet(letters: &str) -> String {
    let ink = COLOURS.iter().find(|colour| colour.name == "ink");
    let ink = ink.map_or("black", |colour| colour.light);
    format!(".qx .{letters}{{fill:{ink}}}\n{}", file_stylesheet())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    /// Linear components of `#rrggbb`.
    fn linear(hex: &str) -> Rgb {
        let part = |i: usize| {
            let value =
                u8::from_str_radix(&hex[1 + 2 * i..3 + 2 * i], 16).expect("two hexadecimal digits");
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                libm::pow((value + 0.055) / 1.055, 2.4)
            }
        };
        [part(0), part(1), part(2)]
    }

    /// Contrast ratio of WCAG 2.
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |hex: &str| {
            let [r, g, b] = linear(hex);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    /// Full protanopia and deuteranopia: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A
    /// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009),
    /// table for severity 1.
    const BLIND: [[Rgb; 3]; 2] = [
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ];

    fn seen(by: &[Rgb; 3], colour: Rgb) -> Rgb {
        by.map(|row| (row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>()).clamp(0.0, 1.0))
    }

    /// CIELAB under D65.
    fn lab([r, g, b]: Rgb) -> Rgb {
        let xyz = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
        ];
        let [x, y, z] = xyz.map(|t| {
            if t > 0.008856 {
                libm::cbrt(t)
            } else {
                7.787 * t + 16.0 / 116.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (lab(a), lab(b));
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<f64>()
            .sqrt()
    }

    fn named(name: &str) -> &'static Colour {
        COLOURS
            .iter()
            .find(|colour| colour.name == name)
            .expect("a colour of that name")
    }

    #[test]
    fn text_has_a_contrast_of_four_and_a_half_and_marks_of_three() {
        let marks = COLOURS.iter().filter(|colour| {
            ["axis", "accent", "other"].contains(&colour.name) || is_of_a_thing(colour)
        });
        let texts = ["ink", "muted"].map(named);
        for (colour, least) in marks
            .map(|mark| (mark, 3.0))
            .chain(texts.map(|text| (text, 4.5)))
        {
            for (ground, shown) in [
                (named("ground").light, colour.light),
                (named("ground").dark, colour.dark),
            ] {
                let contrast = contrast(ground, shown);
                assert!(
                    contrast >= least,
                    "{} {shown} on {ground}: {contrast:.2}",
                    colour.name
                );
            }
        }
    }

    /// The two schemes.
    const SCHEMES: [fn(&Colour) -> &'static str; 2] = [|c| c.light, |c| c.dark];

    /// Whether it stands for a thing of the scenario, and not for a role in a drawing.
    fn is_of_a_thing(colour: &Colour) -> bool {
        colour.name.ends_with(|last: char| last.is_ascii_digit())
    }

    /// The colours of a palette, in order.
    fn palette(kind: char) -> Vec<&'static Colour> {
        let all = COLOURS.iter().filter(|colour| is_of_a_thing(colour));
        all.filter(|colour| colour.name.starts_with(kind)).collect()
    }

    #[test]
    fn whiskers_and_marks_stand_out_from_what_they_lie_on() {
        let bars = palette('g').into_iter().filter(|g| g.name.ends_with('1'));
        for under in ["accent", "other", "pale"]
            .map(named)
            .into_iter()
            .chain(bars)
        {
            for scheme in SCHEMES {
                let (ink, under) = (scheme(named("ink")), scheme(under));
                let contrast = contrast(ink, under);
                assert!(contrast >= 3.0, "{ink} on {under}: {contrast:.2}");
            }
        }
    }

    /// How far two colours lie apart in CIELAB (CIE 1976): for all readers, and at least for those
    /// who confuse red and green.
    fn apart(a: &str, b: &str) -> [f64; 2] {
        let (a, b) = (linear(a), linear(b));
        let blind = BLIND.iter().map(|by| distance(seen(by, a), seen(by, b)));
        [distance(a, b), blind.fold(f64::INFINITY, f64::min)]
    }

    fn check(a: &Colour, b: &Colour, least: [f64; 2]) {
        for scheme in SCHEMES {
            let found = apart(scheme(a), scheme(b));
            assert!(
                found[0] >= least[0] && found[1] >= least[1],
                "{} {} and {} {}: {found:.1?} instead of {least:?}",
                a.name,
                scheme(a),
                b.name,
                scheme(b)
            );
        }
    }

    /// Each with the ones before it; what stands beside it in a chart, the last beside the first,
    /// is farther away.
    fn check_palette(kind: char, next: [f64; 2], others: [f64; 2]) {
        let all = palette(kind);
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all[..i].iter().enumerate() {
                let is_next = i - j == 1 || i - j == all.len() - 1;
                check(a, b, if is_next { next } else { others });
            }
        }
    }

    #[test]
    fn colours_of_a_chart_differ_also_for_readers_who_confuse_red_and_green() {
        assert_eq!(palette('c').len(), tone::APART);
        assert_eq!(palette('t').len(), tone::TRENDS);
        // One chart has a few of these, one after another; what stands farther apart in the list
        // stands in charts that are neighbours, or farther apart themselves.
        let apart = palette('c');
        for (i, a) in apart.iter().enumerate() {
            for (j, b) in apart[..i].iter().enumerate() {
                let least = match (i - j).min(j + apart.len() - i) {
                    1 => [20.0, 20.0],
                    2..8 => [13.0, 8.0],
                    8..12 => [17.0, 0.0],
                    _ => [12.0, 0.0],
                };
                check(a, b, least);
            }
        }
        check_palette('t', [15.0, 14.0], [9.0, 7.5]);
        let groups = palette('g');
        assert_eq!(groups.len(), tone::GROUPS * tone::SHADES);
        for (i, a) in groups.iter().enumerate() {
            for b in &groups[..i] {
                let is_own = |g: &Colour| g.name.ends_with('1');
                let least = match (a.name[1..2] == b.name[1..2], is_own(a) && is_own(b)) {
                    (true, _) => [17.0, 14.0],
                    (_, true) => [27.0, 13.0],
                    _ => [13.0, 4.5],
                };
                check(a, b, least);
            }
        }
    }

    /// What stands for a group nowhere stands for a trend, or for something that is only told
    /// apart, nor for a number.
    #[test]
    fn a_colour_of_one_kind_is_far_from_those_of_the_others() {
        let roles: Vec<&Colour> = ["accent", "other", "axis"].map(named).to_vec();
        let kinds = [palette('g'), palette('t'), palette('c'), roles];
        for (k, kind) in kinds.iter().enumerate() {
            for (a, b) in kinds[..k]
                .iter()
                .flatten()
                .flat_map(|a| kind.iter().map(move |b| (a, b)))
            {
                check(a, b, [11.0, 0.0]);
            }
        }
    }

    fn hue(hex: &str) -> f64 {
        let [_, a, b] = lab(linear(hex));
        libm::atan2(b, a).to_degrees()
    }

    fn turn(a: f64, b: f64) -> f64 {
        let turn = (a - b).rem_euclid(360.0);
        turn.min(360.0 - turn)
    }

    /// What is blue on white is blue on black, and so are all shades of a group.
    #[test]
    fn colours_keep_their_hue_in_the_dark_and_groups_in_their_shades() {
        for colour in COLOURS.iter().filter(|colour| is_of_a_thing(colour)) {
            let turn = turn(hue(colour.light), hue(colour.dark));
            assert!(turn < 15.0, "{}: {turn:.0} degrees", colour.name);
        }
        for colour in palette('g') {
            let own = named(&format!("{}1", &colour.name[..2]));
            for scheme in SCHEMES {
                let turn = turn(hue(scheme(colour)), hue(scheme(own)));
                assert!(turn < 25.0, "{}: {turn:.0} degrees", colour.name);
            }
        }
    }

    #[test]
    fn a_file_knows_no_custom_properties_and_a_page_both_schemes() {
        assert!(!file_stylesheet().contains("var("));
        let page = stylesheet();
        for colour in &COLOURS {
            assert!(page.contains(&format!("--qx-{}:{};", colour.name, colour.dark)));
        }
        assert!(page.contains("prefers-color-scheme:dark") && page.contains("[data-theme=dark]"));
    }

    #[test]
    fn every_class_of_fill_and_stroke_has_its_rule() {
        use tone::Tone;
        let page = stylesheet();
        let groups = (0..tone::GROUPS)
            .flat_map(|place| (0..tone::SHADES).map(move |shade| Tone::Group { place, shade }));
        let trends = (0..tone::TRENDS).map(Tone::Trend);
        let apart = (0..tone::APART).map(Tone::Apart);
        let all = [Tone::Plain, Tone::Rest]
            .into_iter()
            .chain(groups)
            .chain(trends)
            .chain(apart);
        for tone in all {
            for class in [tone.fill(), tone.stroke()] {
                assert!(page.contains(&format!(".qx .{class}{{")), "{class}");
                assert!(
                    file_stylesheet().contains(&format!(".qx .{class}{{")),
                    "{class}"
                );
            }
            for class in tone
                .band(false)
                .split(' ')
                .chain(tone.band(true).split(' '))
            {
                assert!(page.contains(&format!(".qx .{class}{{")), "{class}");
            }
        }
        assert_eq!(Tone::Apart(tone::APART).fill(), Tone::Apart(0).fill());
        assert_eq!(Tone::group(tone::GROUPS, 0), Tone::Rest);
    }
}
