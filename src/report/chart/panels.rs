//! Small multiples: the same rows under each of several conditions.
//!
//! Takes rows of cells; gives a chart with one column per condition, or on a narrow frame one block
//! per row. All share one scale.

use super::rows::whisker;
use super::scale::Scale;
use super::sheet::{BODY, LEADING, SMALL, Sheet};
use super::svg::Anchor;
use super::{About, Chart, Frame, Tone, text};

/// A probability under one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelCell {
    /// From 0 to 1.
    pub point: f64,
    /// 95% interval of the simulation.
    pub interval: [f64; 2],
    pub value: String,
    pub error: String,
}

/// One thing under all conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelRow {
    pub title: String,
    pub tone: Tone,
    /// Over all conditions together, from 0 to 1: drawn as a mark in each cell.
    pub overall: f64,
    /// One for each column; `None` where nothing is known.
    pub cells: Vec<Option<PanelCell>>,
}

/// Small multiples.
#[derive(Clone, Debug, PartialEq)]
pub struct Panels {
    pub about: About,
    /// Titles of the conditions.
    pub columns: Vec<String>,
    pub rows: Vec<PanelRow>,
}

/// Narrowest column of a condition.
const COLUMN: f64 = 88.0;

impl Panels {
    pub fn draw(&self, frame: &Frame) -> Chart {
        let mut sheet = Sheet::new(&self.about, frame);
        let width = sheet.width();
        let columns = self.columns.len().max(1) as f64;
        let title_width = (0.3 * width).min(220.0);
        if !sheet.is_narrow() && (width - title_width) / columns >= COLUMN {
            self.side_by_side(&mut sheet, title_width);
        } else {
            self.stacked(&mut sheet);
        }
        sheet.finish()
    }

    fn highest(&self) -> f64 {
        (self.rows.iter())
            .flat_map(|row| row.cells.iter().flatten())
            .map(|cell| cell.point.max(cell.interval[1]))
            .filter(|value| value.is_finite())
            .fold(0.01, f64::max)
    }

    fn side_by_side(&self, sheet: &mut Sheet, title_width: f64) {
        let width = sheet.width();
        let step = (width - title_width) / self.columns.len() as f64;
        let heads: Vec<Vec<String>> = (self.columns.iter())
            .map(|title| text::balanced(title, SMALL, (step - 14.0) / text::BOLD, 3))
            .collect();
        let head = heads.iter().map(Vec::len).max().unwrap_or(1) as f64 * LEADING * SMALL;
        for (i, lines) in heads.iter().enumerate() {
            let x = title_width + i as f64 * step;
            sheet.block(lines, (x, sheet.y + head / 2.0), SMALL, Anchor::Start, "b");
        }
        let top = sheet.y + head + 4.0;
        let mut y = top;
        for row in &self.rows {
            let lines = text::balanced(&row.title, BODY, title_width - 14.0, 3);
            let height = (lines.len() as f64 * LEADING * BODY + 10.0).max(36.0);
            sheet.drawing.line((0.0, y), (width, y), "g");
            sheet.block(&lines, (0.0, y + height / 2.0), BODY, Anchor::Start, "");
            for (i, cell) in row.cells.iter().enumerate() {
                let x = title_width + i as f64 * step;
                let scale = Scale {
                    data: [0.0, self.highest()],
                    pixels: [x, x + step - 14.0],
                };
                self.cell(sheet, row, i, cell.as_ref(), scale, y + height / 2.0 + 8.0);
                if let Some(cell) = cell {
                    label(sheet, cell, x, y + height / 2.0 - 5.0);
                }
            }
            y += height;
        }
        for i in 0..self.columns.len() {
            let x = title_width + i as f64 * step;
            sheet.drawing.line((x, top), (x, y), "x");
        }
        sheet.y = y;
    }

    fn stacked(&self, sheet: &mut Sheet) {
        let width = sheet.width();
        let value_width = (self.rows.iter().flat_map(|row| row.cells.iter().flatten()))
            .map(|cell| {
                text::bold_width(&cell.value, SMALL) + 8.0 + text::width(&cell.error, SMALL)
            })
            .fold(0.0, f64::max);
        let name_width = (self.columns.iter())
            .map(|title| text::width(title, SMALL))
            .fold(0.0, f64::max)
            .min(0.44 * width);
        let plot = [name_width + 10.0, width - value_width - 10.0];
        let scale = Scale {
            data: [0.0, self.highest()],
            pixels: plot,
        };
        for row in &self.rows {
            sheet.y += 8.0;
            for line in text::balanced(&row.title, BODY, width / text::BOLD, 3) {
                sheet.y += LEADING * BODY;
                sheet
                    .drawing
                    .text((0.0, sheet.y - 4.0), BODY, Anchor::Start, "b", &line);
            }
            let top = sheet.y;
            for (i, (title, cell)) in self.columns.iter().zip(&row.cells).enumerate() {
                let y = sheet.y + 10.0;
                let name = text::ellipsis(title, SMALL, name_width);
                sheet
                    .drawing
                    .text((0.0, y + 0.36 * SMALL), SMALL, Anchor::Start, "", &name);
                self.cell(sheet, row, i, cell.as_ref(), scale, y);
                if let Some(cell) = cell {
                    label(sheet, cell, plot[1] + 10.0, y + 0.36 * SMALL);
                }
                sheet.y += 20.0;
            }
            sheet.drawing.line((plot[0], top), (plot[0], sheet.y), "x");
        }
    }

    fn cell(
        &self,
        sheet: &mut Sheet,
        row: &PanelRow,
        column: usize,
        cell: Option<&PanelCell>,
        scale: Scale,
        y: f64,
    ) {
        let left = scale.at(0.0);
        let Some(cell) = cell else {
            sheet
                .drawing
                .text((left + 4.0, y + 4.0), SMALL, Anchor::Start, "m", "no trial");
            return;
        };
        let name = self.columns.get(column).map_or("", String::as_str);
        let x = scale.within(row.overall);
        sheet.drawing.line((x, y - 8.0), (x, y + 8.0), "all");
        let tip = format!("{}, {name}: {} {}", row.title, cell.value, cell.error);
        sheet.drawing.rect(
            [left, y - 4.0, scale.within(cell.point) - left, 8.0],
            &row.tone.fill(),
            &tip,
        );
        whisker(
            sheet,
            cell.interval.map(|end| scale.within(end)),
            y,
            "whisker",
        );
    }
}

fn label(sheet: &mut Sheet, cell: &PanelCell, x: f64, baseline: f64) {
    let parts = [("b", cell.value.as_str()), ("m", &cell.error)];
    sheet
        .drawing
        .phrase((x + 3.0, baseline), SMALL, Anchor::Start, &parts);
}
