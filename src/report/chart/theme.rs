//! Colours and the style sheet of charts, light and dark.
//!
//! Gives the sheet for a page (custom properties, following the reader's scheme or `data-theme` on the root; print is light) and the sheet
//! within a stand-alone file (plain colours, light). The unit tests compute contrast and how far colour-blind readers see fills apart.

/// A colour by its role, as `#rrggbb` on light and on dark ground.
pub(super) struct Colour {
    pub name: &'static str,
    pub light: &'static str,
    pub dark: &'static str,
}

const fn colour(name: &'static str, light: &'static str, dark: &'static str) -> Colour {
    Colour { name, light, dark }
}

/// Fills of classes, in order; after the last comes the first again.
pub(super) const FILLS: usize = 8;

pub(super) const COLOURS: [Colour; 17] = [
    colour("ground", "#ffffff", "#15181c"),
    colour("ink", "#17191c", "#eceef0"),
    colour("muted", "#555b63", "#a9b0b9"),
    colour("grid", "#dfe2e6", "#30353c"),
    colour("axis", "#7b828b", "#7f8791"),
    colour("accent", "#3d86c6", "#3f86c4"),
    colour("pale", "#d9e8f5", "#1c3a55"),
    colour("other", "#cc6f2c", "#bb672c"),
    colour("faint", "#f0f2f4", "#22272d"),
    colour("c1", "#23638d", "#1674a7"),
    colour("c2", "#c55a5a", "#c1696c"),
    colour("c3", "#2a4404", "#9dc67e"),
    colour("c4", "#9b74ad", "#e3aef0"),
    colour("c5", "#817023", "#7f692e"),
    colour("c6", "#74104b", "#9a6386"),
    colour("c7", "#133879", "#84a5fd"),
    colour("c8", "#844d28", "#f2996d"),
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
         {RULES}"
    )
}

/// The sheet within a file of its own: light colours, no custom properties (many viewers know none).
pub(super) fn file_stylesheet() -> String {
    let mut rules = RULES.to_owned();
    for colour in &COLOURS {
        rules = rules.replace(&format!("var(--qx-{})", colour.name), colour.light);
    }
    rules
}

/// The sheet of [`file_stylesheet`] for a drawing in which texts are paths of the class `letters`: these have the colour of text, unless another
/// class gives them one.
#[cfg(feature = "png")]
pub(super) fn picture_stylesheet(letters: &str) -> String {
    let ink = COLOURS.iter().find(|colour| colour.name == "ink");
    let ink = ink.map_or("black", |colour| colour.light);
    format!(".qx .{letters}{{fill:{ink}}}\n{}", file_stylesheet())
}

/// Class that fills with the colour of the `index`-th class.
pub(super) fn fill(index: usize) -> String {
    format!("f{}", index % FILLS + 1)
}

/// Class that draws a line in the colour of the `index`-th class.
pub(super) fn stroke(index: usize) -> String {
    format!("s{}", index % FILLS + 1)
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

    /// Full protanopia and deuteranopia: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of
    /// Color Vision Deficiency", IEEE TVCG 15 (2009), table for severity 1.
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
            ["axis", "accent", "other"].contains(&colour.name) || colour.name.starts_with('c')
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

    #[test]
    fn whiskers_and_marks_stand_out_from_what_they_lie_on() {
        for under in ["accent", "other", "pale"].map(named) {
            for (ink, under) in [
                (named("ink").light, under.light),
                (named("ink").dark, under.dark),
            ] {
                assert!(
                    contrast(ink, under) >= 3.0,
                    "{ink} on {under}: {:.2}",
                    contrast(ink, under)
                );
            }
        }
    }

    #[test]
    fn neighbouring_fills_differ_for_readers_who_confuse_red_and_green() {
        let fills: Vec<&Colour> = COLOURS[COLOURS.len() - FILLS..].iter().collect();
        assert_eq!(fills[0].name, "c1");
        for pick in [(|c: &Colour| c.light) as fn(&Colour) -> &'static str, |c| {
            c.dark
        }] {
            for i in 0..FILLS {
                for j in 0..i {
                    let (a, b) = (linear(pick(fills[i])), linear(pick(fills[j])));
                    let neighbours = i - j == 1 || i - j == FILLS - 1;
                    let least = if neighbours { 20.0 } else { 8.0 };
                    let blind = BLIND.iter().map(|by| distance(seen(by, a), seen(by, b)));
                    let nearest = blind.fold(distance(a, b), f64::min);
                    assert!(
                        nearest >= least,
                        "{} and {}: {nearest:.1}",
                        pick(fills[i]),
                        pick(fills[j])
                    );
                }
            }
        }
    }

    /// A class that is blue on white is blue on black: within 15 degrees of hue.
    #[test]
    fn fills_keep_their_hue_in_the_dark() {
        for colour in &COLOURS[COLOURS.len() - FILLS..] {
            let hue = |hex: &str| {
                let [_, a, b] = lab(linear(hex));
                libm::atan2(b, a).to_degrees()
            };
            let turn = (hue(colour.light) - hue(colour.dark)).rem_euclid(360.0);
            let turn = turn.min(360.0 - turn);
            assert!(turn < 15.0, "{}: {turn:.0} degrees", colour.name);
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
        for i in 0..FILLS {
            assert!(
                RULES.contains(&format!(".qx .{}{{", fill(i)))
                    && RULES.contains(&format!(".qx .{}{{", stroke(i)))
            );
        }
        assert_eq!(fill(FILLS), fill(0));
    }
}
