//! What a formula reads in the end: derived values are looked through.

use crate::expression::Expr;
use crate::model::types::Model;

/// What a formula reads, through derived values.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Also quantities of the trial; sorted, with those that they are made of.
    pub parameters: Vec<usize>,
    /// It reads a derived value.
    pub derived: bool,
    /// It reads something that moves within a trial.
    pub state: bool,
}

/// What each derived value reads.
pub struct Reads {
    /// By parameter: itself, and all that it is made of.
    parameters: Vec<Vec<usize>>,
    derived: Vec<Read>,
}

impl Reads {
    pub fn of(model: &Model) -> Self {
        let mut parameters = vec![Vec::new(); model.drawn_count()];
        for (index, drawn) in model.drawn_in_order() {
            let made_of = drawn.reads.iter();
            let mut all: Vec<usize> = made_of.flat_map(|&read| parameters[read].clone()).collect();
            all.push(index);
            all.sort_unstable();
            all.dedup();
            parameters[index] = all;
        }
        let mut reads = Self {
            parameters,
            derived: vec![Read::default(); model.derived.len()],
        };
        for &index in &model.derived_order {
            reads.derived[index] = reads.by(&model.derived[index].value);
        }
        reads
    }

    pub fn by(&self, formula: &Expr) -> Read {
        let mut read = Read::default();
        formula.visit(&mut |e| match e {
            Expr::Parameter(index) => read.parameters.extend(&self.parameters[*index]),
            Expr::Derived(index) => {
                read.parameters.extend(&self.derived[*index].parameters);
                read.state |= self.derived[*index].state;
                read.derived = true;
            }
            Expr::Indicator(_)
            | Expr::Time
            | Expr::Month
            | Expr::TimeInPhase
            | Expr::Count(_)
            | Expr::Ever(_)
            | Expr::Since(_)
            | Expr::PhaseIn(_)
            | Expr::TrendIn(_)
            | Expr::ByTrend(_)
            | Expr::ByPhase(_)
            | Expr::StateIn(..)
            | Expr::Age(_)
            | Expr::ByState(..)
            | Expr::Path(_) => read.state = true,
            _ => {}
        });
        read.parameters.sort_unstable();
        read.parameters.dedup();
        read
    }
}
