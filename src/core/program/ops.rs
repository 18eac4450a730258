//! Column operations: what a formula becomes.
//!
//! An operation reads slots of [`Columns`] and writes one; a whole batch runs it over all lanes at
//! once, a jump over the lanes that jump. Both use the same scalar functions, those of
//! `math/operators.rs`, so both give the same bits.

use super::columns::{Column, Columns, LANES, Lanes, Scalar, Slot, Source, each};
use crate::expression::Curve;
use crate::math::operators::{
    Binary, Unary, binary, discounted, each_binary, each_unary, elapsed, powers, select, unary,
};
use crate::math::width::{Width, wide};
use std::sync::Arc;

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
    /// What a table has at this place.
    Lookup {
        out: Slot,
        a: Slot,
        curve: Arc<Curve>,
    },
    /// A flow of 1 per year from `mark` to `time`, discounted at `rate` a year.
    Discounted {
        out: Slot,
        rate: Slot,
        time: Slot,
        mark: Slot,
    },
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
                Op::Unary { f, out, a } => {
                    macro_rules! run {
                        ($g:expr) => {
                            columns.map1(*out, *a, $g)
                        };
                    }
                    each_unary!(f, run)
                }
                Op::Binary {
                    f: Binary::Power,
                    out,
                    a,
                    b,
                } => {
                    let powers = powers(columns.column(*a), columns.column(*b));
                    *columns.column_mut(*out) = Column(powers);
                }
                Op::BinaryRight {
                    f: Binary::Power,
                    out,
                    a,
                    b,
                } => *columns.column_mut(*out) = Column(powers(columns.column(*a), &[*b; LANES])),
                Op::BinaryLeft {
                    f: Binary::Power,
                    out,
                    a,
                    b,
                } => *columns.column_mut(*out) = Column(powers(&[*a; LANES], columns.column(*b))),
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
                Op::Lookup { out, a, curve } => {
                    // At a grid point all lanes have one time, and within a step they nearly
                    // always lie between the same two points.
                    let places = columns.column(*a);
                    let mut piece = curve.piece(places[0]);
                    let mut all = true;
                    for place in &**places {
                        all &= piece.holds(*place);
                    }
                    if all {
                        columns.map1(*out, *a, |x| piece.at(x));
                    } else {
                        columns.map1(*out, *a, |x| {
                            if !piece.holds(x) {
                                piece = curve.piece(x);
                            }
                            piece.at(x)
                        });
                    }
                }
                Op::Discounted {
                    out,
                    rate,
                    time,
                    mark,
                } => {
                    for lane in 0..LANES {
                        let [rate, mark, time] =
                            [rate, mark, time].map(|slot| columns.get(*slot, lane));
                        columns.set(*out, lane, discounted(rate, mark, time));
                    }
                }
            }
        }
    }
}

wide! {
    /// Lane by lane: those that jump together are one or two, nearly always.
    fn over_lanes(ops: &[Op], columns: &mut Columns, lanes: Lanes) {
        for lane in each(lanes) {
            for op in ops {
                let (out, value) = in_lane(op, columns, lane);
                columns.set(out, lane, value);
            }
        }
    }
}

/// The value of an operation in one lane, and where it goes.
#[inline(always)]
fn in_lane(op: &Op, columns: &Columns, lane: usize) -> (Slot, f64) {
    let get = |slot: &Slot| columns.get(*slot, lane);
    match op {
        Op::Constant { out, value } => (*out, *value),
        Op::Copy { out, from } => (*out, get(from)),
        Op::Unary { f, out, a } => (*out, unary(*f, get(a))),
        // The commonest without a second choice.
        Op::Binary {
            f: Binary::Multiply,
            out,
            a,
            b,
        } => (*out, get(a) * get(b)),
        Op::Binary { f, out, a, b } => (*out, binary(*f, get(a), get(b))),
        Op::BinaryRight { f, out, a, b } => (*out, binary(*f, get(a), *b)),
        Op::BinaryLeft { f, out, a, b } => (*out, binary(*f, *a, get(b))),
        Op::Select {
            out,
            condition,
            a,
            b,
        } => (*out, select(get(condition), get(a), get(b))),
        Op::Table { out, key, values } => (*out, values[get(key) as usize]),
        Op::Pick { out, key, slots } => (*out, get(&slots[get(key) as usize])),
        Op::Affine {
            out,
            constant,
            terms,
        } => (
            *out,
            columns.sourced_lane(Source::Affine(*constant, terms), lane),
        ),
        Op::Elapsed { out, time, mark } => (*out, elapsed(get(time), get(mark))),
        Op::Lookup { out, a, curve } => (*out, curve.at(get(a))),
        Op::Discounted {
            out,
            rate,
            time,
            mark,
        } => (*out, discounted(get(rate), get(mark), get(time))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::Over;

    #[test]
    fn some_lanes_get_the_bits_that_all_lanes_get() {
        let mut ops = Vec::new();
        let mut out = 2;
        for f in Unary::ALL {
            ops.push(Op::Unary { f, out, a: 0 });
            out += 1;
        }
        for f in Binary::ALL {
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
    fn a_table_is_looked_up_alike_where_all_lanes_have_one_place_and_where_one_differs() {
        let curve = Curve {
            name: "c".into(),
            over: Over::Argument,
            points: vec![(0.0, 1.0), (1.0, 3.0), (2.0, -1.0)],
            is_linear: true,
            period: None,
            is_bounded: true,
        };
        let curve = Arc::new(curve);
        let ops = [Op::Lookup {
            out: 1,
            a: 0,
            curve: Arc::clone(&curve),
        }];
        for other in [0.3, 1.7, 5.0, f64::NAN] {
            let mut columns = Columns::new(2);
            columns.column_mut(0).fill(0.3);
            columns.set(0, 41, other);
            run_columns(Width::widest(), &ops, &mut columns);
            for lane in 0..LANES {
                let expected = curve.at(columns.get(0, lane));
                assert_eq!(columns.get(1, lane).to_bits(), expected.to_bits());
            }
        }
    }
}
