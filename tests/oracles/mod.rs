//! Simulated numbers against exact ones: `README.md` in this folder says where those come from.

mod ageing;
mod continuous;
mod copula;
mod ctmc;
mod decision;
mod dsmts;
mod forecast_questions;
mod gallery;
mod hazards;
mod mixtures;
mod passage;
pub mod rare;
mod reference;
mod sensitivity;
mod splitting;
mod states;
