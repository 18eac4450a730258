//! Names of percentiles, as judgements state them: `p5`, `p50`, `p95`.

/// A symmetric pair of percentiles.
pub struct Pair {
    /// Probability in each tail, in per mille.
    per_mille: u16,
    /// The names, with the median between them.
    pub three: [&'static str; 3],
    pub two: [&'static str; 2],
}

impl Pair {
    const fn new(per_mille: u16, low: &'static str, high: &'static str) -> Self {
        Self {
            per_mille,
            three: [low, MEDIAN, high],
            two: [low, high],
        }
    }

    fn tail(&self) -> f64 {
        f64::from(self.per_mille) / 1000.0
    }
}

const MEDIAN: &str = "p50";

static PAIRS: [Pair; 52] = [
    Pair::new(1, "p0.1", "p99.9"),
    Pair::new(5, "p0.5", "p99.5"),
    Pair::new(10, "p1", "p99"),
    Pair::new(20, "p2", "p98"),
    Pair::new(25, "p2.5", "p97.5"),
    Pair::new(30, "p3", "p97"),
    Pair::new(40, "p4", "p96"),
    Pair::new(50, "p5", "p95"),
    Pair::new(60, "p6", "p94"),
    Pair::new(70, "p7", "p93"),
    Pair::new(80, "p8", "p92"),
    Pair::new(90, "p9", "p91"),
    Pair::new(100, "p10", "p90"),
    Pair::new(110, "p11", "p89"),
    Pair::new(120, "p12", "p88"),
    Pair::new(130, "p13", "p87"),
    Pair::new(140, "p14", "p86"),
    Pair::new(150, "p15", "p85"),
    Pair::new(160, "p16", "p84"),
    Pair::new(170, "p17", "p83"),
    Pair::new(180, "p18", "p82"),
    Pair::new(190, "p19", "p81"),
    Pair::new(200, "p20", "p80"),
    Pair::new(210, "p21", "p79"),
    Pair::new(220, "p22", "p78"),
    Pair::new(230, "p23", "p77"),
    Pair::new(240, "p24", "p76"),
    Pair::new(250, "p25", "p75"),
    Pair::new(260, "p26", "p74"),
    Pair::new(270, "p27", "p73"),
    Pair::new(280, "p28", "p72"),
    Pair::new(290, "p29", "p71"),
    Pair::new(300, "p30", "p70"),
    Pair::new(310, "p31", "p69"),
    Pair::new(320, "p32", "p68"),
    Pair::new(330, "p33", "p67"),
    Pair::new(340, "p34", "p66"),
    Pair::new(350, "p35", "p65"),
    Pair::new(360, "p36", "p64"),
    Pair::new(370, "p37", "p63"),
    Pair::new(380, "p38", "p62"),
    Pair::new(390, "p39", "p61"),
    Pair::new(400, "p40", "p60"),
    Pair::new(410, "p41", "p59"),
    Pair::new(420, "p42", "p58"),
    Pair::new(430, "p43", "p57"),
    Pair::new(440, "p44", "p56"),
    Pair::new(450, "p45", "p55"),
    Pair::new(460, "p46", "p54"),
    Pair::new(470, "p47", "p53"),
    Pair::new(480, "p48", "p52"),
    Pair::new(490, "p49", "p51"),
];

/// Stands in for a tail that has no name in the file format.
static UNNAMED: Pair = Pair::new(0, "low percentile", "high percentile");

/// The pair with this probability in each tail.
pub(super) fn pair_of(tail: f64) -> &'static Pair {
    PAIRS
        .iter()
        .find(|pair| (pair.tail() - tail).abs() < 1e-9)
        .unwrap_or(&UNNAMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tail_has_the_names_of_its_percentiles() {
        assert_eq!(pair_of(0.05).three, ["p5", "p50", "p95"]);
        assert_eq!(pair_of(0.025).two, ["p2.5", "p97.5"]);
        for pair in &PAIRS {
            let stated = pair
                .two
                .map(|name| name[1..].parse::<f64>().unwrap() / 100.0);
            assert!(
                (stated[0] - pair.tail()).abs() < 1e-12
                    && (stated[0] + stated[1] - 1.0).abs() < 1e-12
            );
            assert_eq!(pair_of(pair.tail()).two, pair.two);
        }
        assert_eq!(pair_of(0.123).three[0], "low percentile");
    }
}
