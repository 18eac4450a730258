//! Trials as CSV: any program reads it; an empty cell stands for "no value" or "never".

use super::{TrialColumns, TrialRows, TrialTable, check};
use crate::report::csv::fault_of_writing;
use csv::{Terminator, Writer, WriterBuilder};
use std::io::{self, Write};

pub struct CsvTrials<W: Write> {
    columns: TrialColumns,
    next: u64,
    csv: Writer<W>,
}

impl<W: Write> CsvTrials<W> {
    /// Writes the header; `first` is the number of the first trial to come.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, columns: TrialColumns, first: u64) -> io::Result<Self> {
        let mut csv = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(out);
        csv.write_record(columns.header())
            .map_err(fault_of_writing)?;
        Ok(Self {
            columns,
            next: first,
            csv,
        })
    }
}

impl<W: Write + Send> TrialTable for CsvTrials<W> {
    fn write(&mut self, block: &TrialRows) -> io::Result<()> {
        check(block, &self.columns, self.next)?;
        self.rows(block).map_err(fault_of_writing)?;
        self.next += block.len() as u64;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.csv.flush()
    }
}

impl<W: Write> CsvTrials<W> {
    fn rows(&mut self, block: &TrialRows) -> csv::Result<()> {
        let number = |x: f64| {
            if x.is_finite() {
                x.to_string()
            } else {
                String::new()
            }
        };
        for i in 0..block.len() {
            self.csv.write_field((self.next + i as u64).to_string())?;
            self.csv.write_field(block.draw[i].to_string())?;
            for values in block.parameters.iter().chain(&block.per_trial) {
                self.csv.write_field(number(values[i]))?;
            }
            self.csv
                .write_field(&self.columns.trends[usize::from(block.start_trend[i])])?;
            self.csv
                .write_field(&self.columns.outcomes[usize::from(block.outcome[i])])?;
            for values in block.metrics.iter().chain(&block.first_times) {
                self.csv.write_field(number(values[i]))?;
            }
            self.csv.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_trial_has_a_row_with_its_values_to_the_last_bit() {
        let mut bytes = Vec::new();
        let mut table =
            Box::new(CsvTrials::new(&mut bytes, sample::columns(), 0).expect("a vector takes all"));
        let blocks = [sample::block(0, 100), sample::block(100, 28)];
        for block in &blocks {
            table.write(block).expect("in order");
        }
        table.finish().expect("a vector takes all");
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), 128);
        for (i, row) in rows.iter().enumerate() {
            let (block, j) = if i < 100 {
                (&blocks[0], i)
            } else {
                (&blocks[1], i - 100)
            };
            assert_eq!(row[0].parse(), Ok(i));
            assert_eq!(row[1].parse(), Ok(block.draw[j]));
            assert_eq!(row[2].parse(), Ok(block.parameters[0][j]));
            assert_eq!(row[3].parse(), Ok(block.per_trial[0][j]));
            assert_eq!(&row[4], ["stalemate", "вибори"][j % 2]);
            assert_eq!(row[6].is_empty(), block.metrics[0][j].is_nan());
            assert_eq!(row[7].is_empty(), block.first_times[0][j].is_infinite());
        }
    }
}
