//! Every formula of a program, where each of its slots may have to be moved.

use super::types::*;

impl Program {
    /// Visits all formulas but the operations that are run once a batch, or for a phase or trend.
    pub fn each_formula(&mut self, visit: &mut dyn FnMut(&mut Formula)) {
        for phase in &mut self.phases {
            visit(&mut phase.start);
        }
        let states = self.states.iter_mut();
        let starts = states.flat_map(|state| &mut state.starts);
        starts.for_each(&mut *visit);
        for indicator in &mut self.indicators {
            indicator.start.each_formula(visit);
            indicator
                .drift
                .iter_mut()
                .chain(&mut indicator.volatility)
                .for_each(&mut *visit);
        }
        self.derived.iter_mut().for_each(&mut *visit);
        for event in &mut self.events {
            match &mut event.fires {
                FiresCode::Hazard {
                    scale, exponent, ..
                }
                | FiresCode::Ageing {
                    scale, exponent, ..
                } => {
                    visit(scale);
                    exponent.iter_mut().for_each(&mut *visit);
                }
                FiresCode::At {
                    time, probability, ..
                } => {
                    time.each_formula(visit);
                    visit(probability);
                }
                FiresCode::When { condition, .. } => visit(condition),
                FiresCode::After { wait, .. } => wait.each_formula(visit),
                FiresCode::Step { share } => visit(share),
                FiresCode::Every { .. } | FiresCode::Branch => {}
            }
            event.guard.iter_mut().for_each(&mut *visit);
            let own = event.probability.iter_mut().map(|own| &mut own.probability);
            let branches = event.branches.iter_mut().flat_map(|b| &mut b.all);
            own.chain(branches.filter_map(|(_, probability)| probability.as_mut()))
                .for_each(&mut *visit);
            let effects = event.effects.iter_mut();
            effects.for_each(|effect| effect.each_formula(visit));
        }
        self.factors.iter_mut().for_each(&mut *visit);
        self.trackers.iter_mut().for_each(|t| visit(&mut t.value));
        self.outcomes.iter_mut().for_each(&mut *visit);
        self.metrics.iter_mut().for_each(|m| visit(&mut m.value));
        self.looks
            .iter_mut()
            .for_each(|look| visit(&mut look.value));
    }
}

impl DrawCode {
    pub fn each_formula(&mut self, visit: &mut dyn FnMut(&mut Formula)) {
        match self {
            Self::Value(formula) => visit(formula),
            Self::Fixed { .. } => {}
            Self::Varying { code, .. } => code.arguments.iter_mut().for_each(visit),
        }
    }
}
