//! Tables of the file: points, and what holds between and outside of them.

use super::types::{At, Why};
use jiff::civil::Date;

/// Points with lines or steps between them.
#[derive(Clone, Debug)]
pub struct Table {
    pub pointer: String,
    pub title: Option<String>,
    pub unit: Option<String>,
    pub over: TableOver,
    /// In the order of the file: places and values.
    pub points: Vec<(At<TablePlace>, f64)>,
    /// Lines between the points; if not, a value holds up to the next.
    pub is_linear: bool,
    /// The year begins anew: of tables over the month.
    pub wrap: bool,
    /// No value outside of the points; if not, the outermost hold.
    pub is_bounded: bool,
    pub why: Why,
}

/// What a table is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOver {
    Month,
    Date,
    /// A number in brackets.
    Argument,
}

/// Where a point of a table lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TablePlace {
    Number(f64),
    Date(Date),
}
