//! What the browser gets: files that are part of the program.

use crate::report::chart;

/// A file of the page.
pub struct Asset {
    pub kind: &'static str,
    pub text: String,
}

/// The file of this name; the empty name is the page itself.
pub fn asset(name: &str) -> Option<Asset> {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    let (kind, text) = match name {
        "" => (
            "text/html; charset=utf-8",
            include_str!("page/index.html").to_owned(),
        ),
        "page.css" => (
            "text/css; charset=utf-8",
            chart::stylesheet() + include_str!("page/page.css"),
        ),
        "app.js" => (SCRIPT, include_str!("page/app.js").to_owned()),
        "controls.js" => (SCRIPT, include_str!("page/controls.js").to_owned()),
        "kept.js" => (SCRIPT, include_str!("page/kept.js").to_owned()),
        "pins.js" => (SCRIPT, include_str!("page/pins.js").to_owned()),
        "state.js" => (SCRIPT, include_str!("page/state.js").to_owned()),
        "server.js" => (SCRIPT, include_str!("page/server.js").to_owned()),
        "readout.js" => (SCRIPT, chart::READOUT_JS.to_owned()),
        "icon.svg" => ("image/svg+xml", include_str!("page/icon.svg").to_owned()),
        _ => return None,
    };
    Some(Asset { kind, text })
}
