//! A run's result as `run` and `merge` tell it: in the format asked for, as tables beside it, and
//! in pictures.

use super::options::{Format, Output};
use super::output::Destination;
use super::pictures::{Canvas, Pictures, typical};
use super::places::Places;
use super::terminal::Terminal;
use crate::analysis::Study;
use crate::engine::Settings;
use crate::report::html::{Part, RunPart};
use crate::report::table::View;
use crate::report::{csv, files, json, markdown, table};
use crate::results::RunResult;
use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

/// How much of the result the table shows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Shown {
    /// Show everything instead of the first screen
    #[arg(long)]
    full: bool,
    /// Show these tables only, such as --table outcomes,questions
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(table::sections()),
        conflicts_with = "full"
    )]
    table: Vec<String>,
    /// What comes first on the first screen, in the page and in charts (default: likeliest)
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        conflicts_with_all = ["full", "table"]
    )]
    order: Option<Order>,
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// The likeliest
    Likeliest,
    /// What the file states first
    File,
}

impl Order {
    pub fn told(self) -> table::Order {
        match self {
            Self::Likeliest => table::Order::Likeliest,
            Self::File => table::Order::File,
        }
    }
}

impl Shown {
    /// The option by which tables were asked for.
    pub fn asked(&self) -> Option<&'static str> {
        match (self.full, self.table.is_empty(), self.order) {
            (true, ..) => Some("--full"),
            (_, false, _) => Some("--table"),
            (.., Some(_)) => Some("--order"),
            _ => None,
        }
    }

    pub fn is_full(&self) -> bool {
        self.full
    }

    pub fn order(&self) -> table::Order {
        self.order.map_or_else(Default::default, Order::told)
    }

    fn view(&self) -> View {
        if self.full {
            View::Full
        } else if self.table.is_empty() {
            View::Summary(self.order())
        } else {
            View::Only(self.table.clone())
        }
    }
}

/// Where a result will go; all of it is open before anything is simulated.
pub struct Told<'a> {
    output: &'a Output,
    shown: &'a Shown,
    pictures: &'a Pictures,
    pub format: Format,
    destination: Destination,
    screen: Option<Destination>,
    canvas: Canvas,
}

impl<'a> Told<'a> {
    /// Speaks for what will be written, and opens it.
    ///
    /// # Errors
    /// [`Misuse`](super::exit::Misuse) for paths that take no file or that are read, and for names
    /// that there are not.
    pub fn open(
        (output, shown, pictures): (&'a Output, &'a Shown, &'a Pictures),
        format: Format,
        study: &Study,
        mut places: Places,
        terminal: &Terminal,
    ) -> Result<Self> {
        places.output("--out", output.out.as_deref())?;
        pictures.claim(&mut places)?;
        let destination = Destination::open(output.out.as_deref(), terminal)?;
        // An order is of pictures too: then standard output may have another format.
        let is_drawn = |option: &&str| *option == "--order" && !pictures.is_none();
        let is_beside = |option: &&str| output.out.is_some() || !is_drawn(option);
        let screen = (shown.asked().filter(|_| format != Format::Table))
            .filter(is_beside)
            .map(|option| destination.beside(option, terminal))
            .transpose()?;
        let events = study.model.events.iter().map(|event| event.name.as_str());
        pictures.charts.check(events)?;
        let canvas = pictures.open(terminal)?;
        Ok(Self {
            output,
            shown,
            pictures,
            format,
            destination,
            screen,
            canvas,
        })
    }

    /// Writes all.
    ///
    /// # Errors
    /// If a device is full, and the like.
    pub fn write(self, study: &Study, settings: &Settings, result: &RunResult) -> Result<()> {
        let view = self.shown.view();
        let layout = self.output.layout();
        self.destination.write(|out, look| match self.format {
            Format::Table => table::write_run(out, result, &view, look),
            Format::Json => json::write(out, result),
            Format::Csv => csv::write_run(out, result, layout),
            Format::Markdown => markdown::write_run(out, result),
        })?;
        if let Some(screen) = self.screen {
            screen.write(|out, look| table::write_run(out, result, &view, look))?;
        }
        if !self.pictures.is_none() {
            let part = RunPart {
                typical: typical(study, settings, result)?,
                result: result.clone(),
                events: self.pictures.charts.events.clone(),
                order: self.shown.order(),
            };
            let charts = || files::of_run(&part);
            (self.canvas).draw(&[Part::Run(Box::new(part.clone()))], charts)?;
        }
        Ok(())
    }
}
