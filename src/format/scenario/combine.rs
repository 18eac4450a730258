//! How an effect combines the value of an indicator with a number: to `set` it, to `add` to it.
//!
//! The one table of them. The decoder, the schema, the keys, the words of messages and of pages
//! follow from it; model, program and engine hand the variant on to where it is applied.

/// One way to combine them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    Set,
    Add,
    Multiply,
}

/// A line of the table.
#[derive(Debug)]
pub struct CombineRow {
    pub combine: Combine,
    /// Its key in an effect, which names the indicator.
    pub key: &'static str,
    /// The key of the number.
    pub amount: &'static str,
    /// What the indicator is there for, and what the number is.
    pub about: [&'static str; 2],
    /// What stands between the indicator and the number on a page.
    pub sign: &'static str,
    /// The same in the listing of a program.
    pub operator: &'static str,
    /// Two of them have the same result in either order, whatever their numbers are.
    pub commutes: bool,
}

/// The table, in the order of the enum. Those with one key of the number stand together.
#[rustfmt::skip]
pub const COMBINES: [CombineRow; 3] = [
    CombineRow { combine: Combine::Set, key: "set", amount: "to", about: ["indicator to set", "new value"], sign: "becomes", operator: "=", commutes: false },
    CombineRow { combine: Combine::Add, key: "add", amount: "by", about: ["indicator to add to", "summand"], sign: "+", operator: "+=", commutes: true },
    CombineRow { combine: Combine::Multiply, key: "multiply", amount: "by", about: ["indicator to multiply", "factor"], sign: "×", operator: "*=", commutes: true },
];

impl Combine {
    /// Its line of the table.
    pub fn row(self) -> &'static CombineRow {
        &COMBINES[self as usize]
    }

    /// The value after an effect on `x`.
    #[inline(always)]
    pub fn of(self, x: f64, amount: f64) -> f64 {
        match self {
            Self::Set => amount,
            Self::Add => x + amount,
            Self::Multiply => x * amount,
        }
    }
}

impl CombineRow {
    /// Those whose number has this key.
    pub fn with_amount(amount: &str) -> impl Iterator<Item = &'static Self> {
        COMBINES.iter().filter(move |row| row.amount == amount)
    }

    /// Their keys in a sentence: `set`, `add` and `multiply`.
    pub fn keys_in_words(rows: impl Iterator<Item = &'static Self>) -> String {
        let keys: Vec<String> = rows.map(|row| format!("`{}`", row.key)).collect();
        match keys.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_at_its_place_and_commutes_as_it_says() {
        for (place, row) in COMBINES.iter().enumerate() {
            assert_eq!(row.combine as usize, place);
            let [one, other] = [3.0, 7.0].map(|amount| move |x| row.combine.of(x, amount));
            assert_eq!(
                other(one(5.0)) == one(other(5.0)),
                row.commutes,
                "{}",
                row.key
            );
        }
    }
}
