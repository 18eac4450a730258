//! What stands at the head of a summary file and in a plan, and the envelope that both are kept in.
//!
//! Goes in: a head, which is plain data, and a body of bytes; comes out: a file of one line that
//! says what it is, one line of JSON, the body, and a last line with the SHA-256 of all before it.
//! A file that is cut off anywhere, or in which a bit has changed, is told from one that is whole.

use super::SweepAxis;
use super::types::Tool;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Version of both formats.
pub const FORMAT: u32 = 1;
/// How the first line begins.
const NAME: &str = "quincunx";
/// What the last line has before the checksum.
const SEAL: &[u8] = b"\nsha256 ";
/// Length of the last line: `SEAL`, 64 hexadecimal digits, and a line break.
const SEAL_LENGTH: usize = SEAL.len() + 64 + 1;

/// What a sealed file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    Summary,
    Plan,
    /// Some runs of a sweep.
    Sweep,
    /// Some blocks of an analysis of sensitivity.
    Sensitivity,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Plan => "plan",
            Self::Sweep => "sweep",
            Self::Sensitivity => "sensitivity",
        }
    }

    /// The kind that a file says it is, whether or not it is whole.
    pub fn claimed(bytes: &[u8]) -> Option<Self> {
        [Self::Summary, Self::Plan, Self::Sweep, Self::Sensitivity]
            .into_iter()
            .find(|kind| bytes.starts_with(format!("{NAME} {} ", kind.word()).as_bytes()))
    }
}

/// Head of a summary file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Head {
    pub tool: Tool,
    pub scenario: KeptScenario,
    pub run: KeptRun,
    /// The blocks that it has: `[first, one past the last]`, in order.
    pub blocks: Vec<[u64; 2]>,
}

/// A plan: a run, a sweep or an analysis of sensitivity, cut into parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    pub tool: Tool,
    pub scenario: KeptScenario,
    /// The run, each run of the sweep, or the run whose draws the analysis looks at.
    pub run: KeptRun,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<KeptSweep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<KeptSensitivity>,
    /// The blocks of each part, or the runs of the sweep, from part 1 on: `[first, one past the
    /// last]`. Of an analysis of sensitivity, blocks of all passes are counted one after another.
    pub parts: Vec<[u64; 2]>,
}

/// A sweep, with all of its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptSweep {
    /// Of scenario, size and all that follows: what tells the parts of one sweep from those of
    /// another.
    pub sha256: String,
    /// `grid` or `latin-hypercube`.
    pub design: String,
    pub axes: Vec<SweepAxis>,
    /// Names of what is read off each run; none for what the file leads to most often.
    pub of: Vec<String>,
    pub runs: Vec<KeptVariant>,
    /// What the runs read beside the files of the scenario.
    pub files: Vec<KeptFile>,
}

/// A run of a sweep: a file and what is set in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptVariant {
    pub path: String,
    /// Beside what is set in the scenario.
    pub set: Vec<String>,
    /// By axis.
    pub at: Vec<Value>,
}

/// An analysis of sensitivity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptSensitivity {
    /// Of scenario, size and all that follows: what tells the parts of one analysis from those of
    /// another.
    pub sha256: String,
    /// Names of what is explained; none for the likeliest.
    pub of: Vec<String>,
    /// `given-data`, `sobol` or `morris`.
    pub method: String,
    pub tornado: bool,
    /// The run, the passes of the method, and those of the tornado, in the order in which their
    /// blocks are counted.
    pub passes: Vec<KeptPass>,
}

/// How much is simulated of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptPass {
    pub blocks: u64,
    pub trials_per_draw: u32,
}

/// Head of a file with a piece of a sweep or of an analysis of sensitivity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PieceHead {
    pub tool: Tool,
    /// As in the plan.
    pub sha256: String,
    /// Runs or blocks as in the plan: `[first, one past the last]`, counted from 0.
    pub piece: [u64; 2],
}

/// A scenario with all files that it was read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptScenario {
    pub name: String,
    /// Of the assumptions, as in results.
    pub sha256: String,
    /// Of the whole scenario after `extends` and `--set`, titles and notes included.
    pub text_sha256: String,
    /// As it was given on the command line.
    pub path: String,
    /// As given with `--set`, in order.
    pub set: Vec<String>,
    pub files: Vec<KeptFile>,
}

/// A scenario file, a parent of it or a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptFile {
    pub path: String,
    pub text: String,
}

/// The run that it is of, or a part of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptRun {
    pub seed: u64,
    pub trials_per_draw: u32,
    pub design: String,
    /// Of the whole run; with `until` at most.
    pub blocks: u64,
    /// Largest standard error of an outcome's probability at which it ends.
    pub until: Option<f64>,
}

/// Why bytes are no whole file of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotWhole {
    #[error("it is not a {} of quincunx", .0.word())]
    NotOne(Kind),
    #[error("it is of another format, and this version of quincunx reads format {FORMAT}")]
    OtherFormat,
    #[error("it is cut off, or its end is damaged")]
    CutOff,
    #[error("it is damaged: its checksum is not that of what is in it")]
    Damaged,
}

/// The blocks from `[first, one past the last]`.
pub fn range(blocks: [u64; 2]) -> Range<u64> {
    blocks[0]..blocks[1]
}

/// SHA-256 in hexadecimal.
pub fn sha256_of(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a file.
pub fn seal(kind: Kind, head: &impl Serialize, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{NAME} {} {FORMAT}\n", kind.word()).into_bytes();
    // Plain data with string keys is always JSON.
    bytes.extend(serde_json::to_vec(head).unwrap_or_default());
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    let sum = sha256_of(&bytes);
    bytes.extend_from_slice(SEAL);
    bytes.extend_from_slice(sum.as_bytes());
    bytes.push(b'\n');
    bytes
}

/// Head and body of a file.
///
/// # Errors
/// [`NotWhole`] if not all of its bytes are those that were written.
pub fn unseal<H: DeserializeOwned>(kind: Kind, bytes: &[u8]) -> Result<(H, &[u8]), NotWhole> {
    if Kind::claimed(bytes) != Some(kind) {
        let beginning = format!("{NAME} {} {FORMAT}\n", kind.word());
        let is_short = beginning.as_bytes().starts_with(bytes) && !bytes.is_empty();
        return Err(match is_short {
            true => NotWhole::CutOff,
            false => NotWhole::NotOne(kind),
        });
    }
    let end = bytes.len().checked_sub(SEAL_LENGTH);
    let (content, seal) = bytes.split_at(end.ok_or(NotWhole::CutOff)?);
    let sum = (seal.strip_prefix(SEAL))
        .and_then(|rest| rest.strip_suffix(b"\n"))
        .ok_or(NotWhole::CutOff)?;
    if sha256_of(content).as_bytes() != sum {
        return Err(NotWhole::Damaged);
    }
    let mut lines = content.splitn(3, |byte| *byte == b'\n');
    let (first, head, body) = (lines.next(), lines.next(), lines.next());
    let format = format!("{NAME} {} {FORMAT}", kind.word());
    if first != Some(format.as_bytes()) {
        return Err(NotWhole::OtherFormat);
    }
    let head = head.and_then(|line| serde_json::from_slice(line).ok());
    match (head, body) {
        (Some(head), Some(body)) => Ok((head, body)),
        _ => Err(NotWhole::OtherFormat),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Vec<u8> {
        let file = KeptFile {
            path: "a.json".into(),
            text: "{\n}".into(),
        };
        seal(Kind::Summary, &file, b"\nsha256 body\n\n")
    }

    fn read(bytes: &[u8]) -> Result<(KeptFile, &[u8]), NotWhole> {
        unseal(Kind::Summary, bytes)
    }

    #[test]
    fn what_is_sealed_is_read_again() {
        let bytes = whole();
        let (file, body) = read(&bytes).expect("it is whole");
        assert_eq!(
            (file.text.as_str(), body),
            ("{\n}", &b"\nsha256 body\n\n"[..])
        );
        assert_eq!(Kind::claimed(&bytes), Some(Kind::Summary));
        assert_eq!(
            unseal::<KeptFile>(Kind::Plan, &bytes),
            Err(NotWhole::NotOne(Kind::Plan))
        );
    }

    #[test]
    fn every_bit_counts_and_every_byte() {
        let bytes = whole();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(read(&damaged).is_err(), "byte {at}, bit {bit}");
            }
            assert!(read(&bytes[..at]).is_err(), "cut off at {at}");
            let mut longer = bytes.clone();
            longer.insert(at, b'x');
            assert!(read(&longer).is_err(), "one more at {at}");
        }
        assert_eq!(read(&bytes[..20]), Err(NotWhole::CutOff));
        assert_eq!(read(&bytes[..5]), Err(NotWhole::CutOff));
        assert_eq!(read(b"{}"), Err(NotWhole::NotOne(Kind::Summary)));
        assert_eq!(read(b""), Err(NotWhole::NotOne(Kind::Summary)));
    }

    #[test]
    fn another_format_is_told_from_damage() {
        let other = |first: &str, head: &str| {
            let mut bytes = format!("{first}\n{head}\nbody").into_bytes();
            let sum = sha256_of(&bytes);
            bytes.extend(format!("\nsha256 {sum}\n").bytes());
            read(&bytes).map(|_| ())
        };
        let head = r#"{"path":"a","text":"b"}"#;
        assert_eq!(other("quincunx summary 1", head), Ok(()));
        let refused = Err(NotWhole::OtherFormat);
        assert_eq!(other("quincunx summary 2", head), refused);
        assert_eq!(other("quincunx summary 1", "{}"), refused);
    }
}
