//! Trials as Parquet: typed, compressed columns for data frames and query engines.
//!
//! Blocks are gathered into row groups of at least [`GROUP`] trials. Neither a clock nor a version
//! of a library goes into the file, so equal trials give equal bytes.

use super::{TrialColumns, TrialRows, TrialTable, append, check};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// Trials in a row group, at least: large enough to compress well, small enough to hold.
const GROUP: usize = 1 << 16;

pub struct ParquetTrials<W: Write + Send> {
    columns: TrialColumns,
    /// Number of the trial that comes next.
    next: u64,
    /// Trials of the row group to come.
    pending: TrialRows,
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> ParquetTrials<W> {
    /// Writes the head of the file; `first` is the number of the first trial to come.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, columns: TrialColumns, first: u64) -> io::Result<Self> {
        let schema = schema(&columns).map_err(as_io)?;
        let level = ZstdLevel::try_new(3).map_err(as_io)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("quincunx".into())
            .build();
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(as_io)?;
        Ok(Self {
            columns,
            next: first,
            pending: TrialRows::default(),
            file,
        })
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let block = std::mem::take(&mut self.pending);
        if block.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let trials: Vec<i64> = (block.first_trial..)
            .take(block.len())
            .map(|trial| trial as i64)
            .collect();
        column::<Int64Type, _>(&mut group, &trials, None)?;
        let draws: Vec<i32> = block.draw.iter().map(|&draw| draw as i32).collect();
        column::<Int32Type, _>(&mut group, &draws, None)?;
        for values in block.parameters.iter().chain(&block.per_trial) {
            column::<DoubleType, _>(&mut group, values, None)?;
        }
        for (indices, names) in [
            (&block.start_trend, &self.columns.trends),
            (&block.outcome, &self.columns.outcomes),
        ] {
            let names: Vec<ByteArray> = names
                .iter()
                .map(|name| ByteArray::from(name.as_str()))
                .collect();
            let values: Vec<ByteArray> = indices
                .iter()
                .map(|&i| names[usize::from(i)].clone())
                .collect();
            column::<ByteArrayType, _>(&mut group, &values, None)?;
        }
        for values in block.metrics.iter().chain(&block.first_times) {
            let present: Vec<i16> = values.iter().map(|x| i16::from(x.is_finite())).collect();
            let values: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
            column::<DoubleType, _>(&mut group, &values, Some(&present))?;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> TrialTable for ParquetTrials<W> {
    fn write(&mut self, block: &TrialRows) -> io::Result<()> {
        check(block, &self.columns, self.next)?;
        self.next += block.len() as u64;
        append(&mut self.pending, block);
        if self.pending.len() >= GROUP {
            self.flush().map_err(as_io)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush().map_err(as_io)?;
        self.file.close().map_err(as_io)?;
        Ok(())
    }
}

/// Writes the next column; `present` has a 1 a value and a 0 a gap.
fn column<T, W>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ParquetError>
where
    T: parquet::data_type::DataType,
    W: Write + Send,
{
    let missing = || ParquetError::General("more columns than the schema has".into());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}

fn schema(columns: &TrialColumns) -> Result<TypePtr, ParquetError> {
    let is_nullable = |name: &str| name.starts_with("metric.") || name.starts_with("first_time.");
    let unsigned = |bits: i8| Some(LogicalType::integer(bits, false));
    let field = |name: &String| {
        let (physical, logical) = match name.as_str() {
            "trial" => (Physical::INT64, unsigned(64)),
            "draw" => (Physical::INT32, unsigned(32)),
            "start_trend" | "outcome" => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            _ => (Physical::DOUBLE, None),
        };
        let repetition = if is_nullable(name) {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    };
    let fields = columns
        .header()
        .iter()
        .map(field)
        .collect::<Result<Vec<_>, ParquetError>>()?;
    Ok(Arc::new(
        Type::group_type_builder("trials")
            .with_fields(fields)
            .build()?,
    ))
}

fn as_io(error: ParquetError) -> io::Error {
    match error {
        // The cause may be an error of the file, which the caller tells apart (a full disk, a
        // closed pipe).
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    use std::fs::File;

    fn written(lengths: &[usize]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut table = Box::new(
            ParquetTrials::new(&mut bytes, sample::columns(), 0).expect("a vector takes all"),
        );
        let mut first = 0;
        for &length in lengths {
            table
                .write(&sample::block(first, length))
                .expect("in order");
            first += length as u64;
        }
        table.finish().expect("a vector takes all");
        bytes
    }

    fn reader(bytes: &[u8]) -> SerializedFileReader<File> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("room");
        SerializedFileReader::new(file).expect("it is Parquet")
    }

    #[test]
    fn every_trial_reads_back_with_its_gaps() {
        let reader = reader(&written(&[128]));
        assert_eq!(
            reader.metadata().file_metadata().created_by(),
            Some("quincunx")
        );
        let block = sample::block(0, 128);
        let mut rows = 0;
        for (i, row) in reader.get_row_iter(None).expect("rows").enumerate() {
            let row = row.expect("a row");
            let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
            let text = |index: u8, names: &[String]| Field::Str(names[usize::from(index)].clone());
            assert_eq!(*fields[0], Field::ULong(i as u64));
            assert_eq!(*fields[1], Field::UInt(block.draw[i]));
            assert_eq!(*fields[2], Field::Double(block.parameters[0][i]));
            assert_eq!(*fields[3], Field::Double(block.per_trial[0][i]));
            assert_eq!(
                *fields[4],
                text(block.start_trend[i], &sample::columns().trends)
            );
            assert_eq!(
                *fields[5],
                text(block.outcome[i], &sample::columns().outcomes)
            );
            assert_eq!(*fields[6] == Field::Null, block.metrics[0][i].is_nan());
            assert_eq!(
                *fields[7] == Field::Null,
                block.first_times[0][i].is_infinite()
            );
            rows += 1;
        }
        assert_eq!(rows, 128);
    }

    #[test]
    fn equal_trials_give_equal_bytes_and_many_go_into_several_groups() {
        assert_eq!(written(&[64, 64]), written(&[64, 64]));
        let bytes = written(&[GROUP / 2, GROUP / 2, 64]);
        let reader = reader(&bytes);
        assert_eq!(reader.metadata().num_row_groups(), 2);
    }
}
