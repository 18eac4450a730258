//! Column operations: what a formula becomes.
//!
//! An operation reads slots of [`Columns`] and writes one; a whole batch runs it over all lanes at once, a jump over the lanes that
//! jump. Both use the same scalar functions, so both give the same bits.
//! Truth values are 0 and 1; a NaN anywhere stays a NaN, so that a non-finite value is never swallowed by a comparison.

use super::columns::{Column, Columns, LANES, Lanes, Scalar, Slot, Source, each};
use crate::math::elementary;
use crate::math::width::{Width, wide};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Negate,
    Not,
    Abs,
    Floor,
    Exp,
    Ln,
    Log10,
    Sqrt,
    Sin,
    Cos,
    Logistic,
    Square,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// One operation. `out` may equal an operand: every lane is read before it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    Constant {
        out: Slot,
        value: f64,
    },
    Copy {
        out: Slot,
        from: Slot,
    },
    Unary {
        f: Unary,
        out: Slot,
        a: Slot,
    },
    Binary {
        f: Binary,
        out: Slot,
        a: Slot,
        b: Slot,
    },
    /// Right operand is a constant.
    BinaryRight {
        f: Binary,
        out: Slot,
        a: Slot,
        b: f64,
    },
    /// Left operand is a constant.
    BinaryLeft {
        f: Binary,
        out: Slot,
        a: f64,
        b: Slot,
    },
    /// `condition ? a : b`.
    Select {
        out: Slot,
        condition: Slot,
        a: Slot,
        b: Slot,
    },
    /// `values[key]`, the key being a phase or trend number.
    Table {
        out: Slot,
        key: Slot,
        values: Box<[f64]>,
    },
    /// The slot that `key` selects.
    Pick {
        out: Slot,
        key: Slot,
        slots: Box<[Slot]>,
    },
    /// `constant + sum of coefficient x slot`, summed from left to right.
    Affine {
        out: Slot,
        constant: Scalar,
        terms: Box<[(Slot, Scalar)]>,
    },
    /// `max(0, time - mark)`; a mark of `-inf` gives `+inf`.
    Elapsed {
        out: Slot,
        time: Slot,
        mark: Slot,
    },
}

/// Runs the function body once for each function of an enum, so that the choice is made outside the loop over lanes.
macro_rules! each_unary {
    ($f:expr, $run:ident) => {
        match $f {
            Unary::Negate => $run!(|x: f64| -x),
            Unary::Not => $run!(|x: f64| 1.0 - x),
            Unary::Abs => $run!(|x: f64| x.abs()),
            Unary::Floor => $run!(|x: f64| x.floor()),
            Unary::Exp => $run!(|x: f64| elementary::exp(x)),
            Unary::Ln => $run!(|x: f64| elementary::ln(x)),
            Unary::Log10 => $run!(|x: f64| libm::log10(x)),
            Unary::Sqrt => $run!(|x: f64| x.sqrt()),
            Unary::Sin => $run!(|x: f64| libm::sin(x)),
            Unary::Cos => $run!(|x: f64| libm::cos(x)),
            Unary::Logistic => $run!(|x: f64| elementary::logistic(x)),
            Unary::Square => $run!(|x: f64| x * x),
        }
    };
}

macro_rules! each_binary {
    ($f:expr, $run:ident) => {
        match $f {
            Binary::Add => $run!(|x: f64, y: f64| x + y),
            Binary::Subtract => $run!(|x: f64, y: f64| x - y),
            Binary::Multiply => $run!(|x: f64, y: f64| x * y),
            Binary::Divide => $run!(|x: f64, y: f64| x / y),
            Binary::Power => $run!(|x: f64, y: f64| libm::pow(x, y)),
            Binary::Min => $run!(|x: f64, y: f64| if x < y || x.is_nan() { x } else { y }),
            Binary::Max => $run!(|x: f64, y: f64| if x > y || x.is_nan() { x } else { y }),
            Binary::Less => $run!(|x: f64, y: f64| truth(x < y, x, y)),
            Binary::LessOrEqual => $run!(|x: f64, y: f64| truth(x <= y, x, y)),
            Binary::Equal => $run!(|x: f64, y: f64| truth(x == y, x, y)),
            Binary::NotEqual => $run!(|x: f64, y: f64| truth(x != y, x, y)),
            Binary::And => $run!(|x: f64, y: f64| if x == 1.0 { y } else { x }),
            Binary::Or => $run!(|x: f64, y: f64| if x == 0.0 { y } else { x }),
        }
    };
}

/// 1 or 0, or NaN if an operand is.
#[inline(always)]
fn truth(holds: bool, x: f64, y: f64) -> f64 {
    let value = if holds { 1.0 } else { 0.0 };
    if x.is_nan() | y.is_nan() {
        f64::NAN
    } else {
        value
    }
}

#[inline(always)]
fn select(condition: f64, a: f64, b: f64) -> f64 {
    let chosen = if condition == 1.0 { a } else { b };
    if condition.is_nan() {
        condition
    } else {
        chosen
    }
}

#[inline(always)]
fn elapsed(time: f64, mark: f64) -> f64 {
    let d = time - mark;
    if d > 0.0 { d } else { 0.0 }
}

/// Value of a unary function.
#[inline(always)]
pub fn unary(f: Unary, x: f64) -> f64 {
    macro_rules! run {
        ($g:expr) => {
            $g(x)
        };
    }
    each_unary!(f, run)
}

/// Value of a binary function.
#[inline(always)]
pub fn binary(f: Binary, x: f64, y: f64) -> f64 {
    macro_rules! run {
        ($g:expr) => {
            $g(x, y)
        };
    }
    each_binary!(f, run)
}

/// Runs operations over all lanes.
pub fn run_columns(width: Width, ops: &[Op], columns: &mut Columns) {
    if !ops.is_empty() {
        over_columns(width, ops, columns);
    }
}

/// Runs operations for the lanes of a set; other lanes keep their values.
pub fn run_lanes(width: Width, ops: &[Op], columns: &mut Columns, lanes: Lanes) {
    if !ops.is_empty() {
        over_lanes(width, ops, columns, lanes);
    }
}

wide! {
    fn over_columns(ops: &[Op], columns: &mut Columns) {
        for op in ops {
            match op {
                Op::Constant { out, value } => columns.column_mut(*out).fill(*value),
                Op::Copy { out, from } => columns.map1(*out, *from, |x| x),
                Op::Unary {
                    f: Unary::Exp,
                    out,
                    a,
                } => columns.map_long(*out, *a, elementary::exp),
                Op::Unary {
                    f: Unary::Ln,
                    out,
                    a,
                } => columns.map_long(*out, *a, elementary::ln),
                Op::Unary {
                    f: Unary::Logistic,
                    out,
                    a,
                } => columns.map_long(*out, *a, elementary::logistic),
                Op::Unary { f, out, a } => {
                    macro_rules! run {
                        ($g:expr) => {
                            columns.map1(*out, *a, $g)
                        };
                    }
                    each_unary!(f, run)
                }
                Op::Binary { f, out, a, b } => {
                    macro_rules! run {
                        ($g:expr) => {
                            columns.map2(*out, *a, *b, $g)
                        };
                    }
                    each_binary!(f, run)
                }
                Op::BinaryRight { f, out, a, b } => {
                    macro_rules! run {
                        ($g:expr) => {
                            columns.map1(*out, *a, |x| $g(x, *b))
                        };
                    }
                    each_binary!(f, run)
                }
                Op::BinaryLeft { f, out, a, b } => {
                    macro_rules! run {
                        ($g:expr) => {
                            columns.map1(*out, *b, |y| $g(*a, y))
                        };
                    }
                    each_binary!(f, run)
                }
                Op::Select {
                    out,
                    condition,
                    a,
                    b,
                } => columns.map3(*out, [*condition, *a, *b], select),
                Op::Table { out, key, values } => {
                    columns.map1(*out, *key, |k| values[k as usize]);
                }
                Op::Pick { out, key, slots } => {
                    for lane in 0..LANES {
                        let chosen = slots[columns.get(*key, lane) as usize];
                        columns.set(*out, lane, columns.get(chosen, lane));
                    }
                }
                Op::Affine {
                    out,
                    constant,
                    terms,
                } => {
                    let mut room = Column::ZERO;
                    columns.sourced(Source::Affine(*constant, terms), &mut room);
                    *columns.column_mut(*out) = room;
                }
                Op::Elapsed { out, time, mark } => columns.map2(*out, *time, *mark, elapsed),
            }
        }
    }
}

/// Fills a column for the lanes of a set. A macro, not a function that takes a closure: that is not always compiled with its surroundings.
macro_rules! for_each {
    ($columns:ident, $lanes:ident, $out:ident, $lane:ident => $value:expr) => {
        for $lane in each($lanes) {
            let value = $value;
            $columns.set(*$out, $lane, value);
        }
    };
}

wide! {
    fn over_lanes(ops: &[Op], columns: &mut Columns, lanes: Lanes) {
        for op in ops {
            match op {
                Op::Constant { out, value } => for_each!(columns, lanes, out, lane => *value),
                Op::Copy { out, from } => {
                    for_each!(columns, lanes, out, lane => columns.get(*from, lane));
                }
                Op::Unary { f, out, a } => {
                    for_each!(columns, lanes, out, lane => unary(*f, columns.get(*a, lane)));
                }
                Op::Binary { f, out, a, b } => {
                    for_each!(columns, lanes, out, lane => {
                        binary(*f, columns.get(*a, lane), columns.get(*b, lane))
                    });
                }
                Op::BinaryRight { f, out, a, b } => {
                    for_each!(columns, lanes, out, lane => binary(*f, columns.get(*a, lane), *b));
                }
                Op::BinaryLeft { f, out, a, b } => {
                    for_each!(columns, lanes, out, lane => binary(*f, *a, columns.get(*b, lane)));
                }
                Op::Select {
                    out,
                    condition,
                    a,
                    b,
                } => for_each!(columns, lanes, out, lane => select(
                    columns.get(*condition, lane),
                    columns.get(*a, lane),
                    columns.get(*b, lane),
                )),
                Op::Table { out, key, values } => {
                    for_each!(columns, lanes, out, lane => values[columns.get(*key, lane) as usize]);
                }
                Op::Pick { out, key, slots } => {
                    for_each!(columns, lanes, out, lane => {
                        columns.get(slots[columns.get(*key, lane) as usize], lane)
                    });
                }
                Op::Affine {
                    out,
                    constant,
                    terms,
                } => {
                    let source = Source::Affine(*constant, terms);
                    for_each!(columns, lanes, out, lane => columns.sourced_lane(source, lane));
                }
                Op::Elapsed { out, time, mark } => {
                    for_each!(columns, lanes, out, lane => {
                        elapsed(columns.get(*time, lane), columns.get(*mark, lane))
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_lanes_get_the_bits_that_all_lanes_get() {
        let all_unary = [
            Unary::Negate,
            Unary::Not,
            Unary::Abs,
            Unary::Floor,
            Unary::Exp,
            Unary::Ln,
            Unary::Log10,
            Unary::Sqrt,
            Unary::Sin,
            Unary::Cos,
            Unary::Logistic,
            Unary::Square,
        ];
        let all_binary = [
            Binary::Add,
            Binary::Subtract,
            Binary::Multiply,
            Binary::Divide,
            Binary::Power,
            Binary::Min,
            Binary::Max,
            Binary::Less,
            Binary::LessOrEqual,
            Binary::Equal,
            Binary::NotEqual,
        ];
        let mut ops = Vec::new();
        let mut out = 2;
        for f in all_unary {
            ops.push(Op::Unary { f, out, a: 0 });
            out += 1;
        }
        for f in all_binary {
            ops.push(Op::Binary { f, out, a: 0, b: 1 });
            ops.push(Op::BinaryRight {
                f,
                out: out + 1,
                a: 0,
                b: 0.7,
            });
            ops.push(Op::BinaryLeft {
                f,
                out: out + 2,
                a: 0.7,
                b: 1,
            });
            out += 3;
        }
        let terms: Box<[_]> = Box::new([(0, Scalar::Value(0.3)), (1, Scalar::Slot(0))]);
        ops.push(Op::Affine {
            out,
            constant: Scalar::Slot(1),
            terms,
        });
        out += 1;
        let mut whole = Columns::new(out as usize);
        for lane in 0..LANES {
            whole.set(0, lane, (lane as f64 - 20.0) * 0.37);
            whole.set(1, lane, (lane as f64 * 1.7) % 5.0 - 2.0);
        }
        let (start, mut single) = (whole.clone(), whole.clone());
        run_columns(Width::widest(), &ops, &mut whole);
        for lanes in [0x0f0f_f0f0_1234_5678_u64, !0x0f0f_f0f0_1234_5678] {
            run_lanes(Width::widest(), &ops, &mut single, lanes);
        }
        for width in Width::available() {
            let mut other = start.clone();
            run_columns(width, &ops, &mut other);
            assert!(
                (0..out).all(|slot| {
                    let bits = |c: &Columns| c.column(slot).map(f64::to_bits);
                    bits(&other) == bits(&whole)
                }),
                "{width:?}"
            );
        }
        for slot in 0..out {
            for lane in 0..LANES {
                assert_eq!(
                    whole.get(slot, lane).to_bits(),
                    single.get(slot, lane).to_bits(),
                    "slot {slot} lane {lane}"
                );
            }
        }
    }

    #[test]
    fn a_nan_survives_comparison_choice_and_extremes() {
        assert!(binary(Binary::Less, f64::NAN, 1.0).is_nan());
        assert!(binary(Binary::Min, f64::NAN, 1.0).is_nan());
        assert!(binary(Binary::Min, 1.0, f64::NAN).is_nan());
        assert!(binary(Binary::Max, 1.0, f64::NAN).is_nan());
        assert!(select(f64::NAN, 1.0, 2.0).is_nan());
        assert!(binary(Binary::And, f64::NAN, 1.0).is_nan());
        assert_eq!(binary(Binary::And, 0.0, f64::NAN), 0.0);
    }

    #[test]
    fn time_since_an_event_that_never_was_is_infinite() {
        assert_eq!(elapsed(3.0, f64::NEG_INFINITY), f64::INFINITY);
        assert_eq!(elapsed(3.0, 4.0), 0.0);
    }
}
