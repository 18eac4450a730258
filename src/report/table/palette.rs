//! The few styles of the table, so that one meaning has one look.

use anstyle::{AnsiColor, Style};

pub const TITLE: Style = Style::new().bold();
pub const SECTION: Style = AnsiColor::Cyan.on_default().bold();
pub const HEADER: Style = Style::new().dimmed();
pub const FAINT: Style = Style::new().dimmed();
/// A bar up to the estimate.
pub const BAR: Style = AnsiColor::Blue.on_default();
/// The part of a bar that the assumptions leave open.
pub const EPISTEMIC: Style = AnsiColor::Cyan.on_default();
/// An estimate and the interval around it.
pub const ESTIMATE: Style = Style::new().bold();
pub const MORE: Style = AnsiColor::Green.on_default();
pub const LESS: Style = AnsiColor::Magenta.on_default();
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
