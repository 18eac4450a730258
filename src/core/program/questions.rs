//! Questions: those of the file, those of trends, and those about some trials, each after its
//! condition.

use super::compile::Compiler;
use super::types::{QuestionCode, TrackerKind};
use crate::expression::Expr;
use crate::model::{Asks, Question};
use std::ops::Range;

impl Compiler<'_> {
    pub(super) fn questions(&mut self) -> Vec<QuestionCode> {
        let asked = self.model.questions.iter();
        asked.map(|question| self.question(question)).collect()
    }

    fn question(&mut self, question: &Question) -> QuestionCode {
        let at = format!("/questions/{}", question.name);
        match question.asks {
            Asks::EverBy { time, .. } => {
                let label = self.emitter.label(format!("{at}/ever"));
                self.emitter.blame(label);
                let (_, tracker) = self
                    .emitter
                    .tracker(TrackerKind::First, &question.condition);
                QuestionCode::EverBy {
                    tracker: tracker as u32,
                    time,
                }
            }
            Asks::HoldsAt { time, .. } => {
                self.holds_at(format!("{at}/holds"), &question.condition, time)
            }
        }
    }

    /// Questions about some trials, each after its condition; where the conditions stand among all
    /// questions.
    pub(super) fn conditional(&mut self, questions: &mut Vec<QuestionCode>) -> Vec<usize> {
        let model = self.model;
        (model.conditional.iter())
            .map(|c| {
                let (at, time) = (&c.question.name, c.question.asks.time());
                let given = self.holds_at(format!("/questions/{at}/given"), &c.given, time);
                let asked = self.question(&c.question);
                questions.extend([given, asked]);
                questions.len() - 2
            })
            .collect()
    }

    fn holds_at(&mut self, pointer: String, condition: &Expr, time: f64) -> QuestionCode {
        let label = self.emitter.label(pointer);
        self.emitter.blame(label);
        QuestionCode::HoldsAt {
            answer: self.emitter.look(condition, time),
        }
    }

    /// Questions of trends, which follow those of the file; for each trend, where its own stand.
    pub(super) fn materialised(&mut self, questions: &mut Vec<QuestionCode>) -> Vec<Range<usize>> {
        let model = self.model;
        (model.trends.iter())
            .map(|trend| {
                let first = questions.len();
                if let Some(materialises) = &trend.materialises {
                    for time in &materialises.by {
                        let at = format!("/trends/{}/when", trend.name);
                        questions.push(self.holds_at(at, &materialises.when, *time));
                    }
                }
                first..questions.len()
            })
            .collect()
    }
}
