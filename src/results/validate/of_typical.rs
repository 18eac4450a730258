//! Whether typical trials that were read can be some: shares, errors and silhouettes within their
//! bounds.

use super::super::Typical;
use super::super::read::ReadFault;
use super::{ROUNDING, Sound, check_story, error, fault, share};

/// # Errors
/// The first thing that no trace writes.
pub fn check_typical(typical: &Typical) -> Sound {
    if typical.compared > typical.searched {
        let message = format!("{} of {} trials", typical.compared, typical.searched);
        return fault("compared", message);
    }
    if typical.grouped > typical.compared {
        let message = format!("{} of {} trials", typical.grouped, typical.compared);
        return fault("grouped", message);
    }
    for (key, value) in [
        ("silhouette", typical.silhouette),
        (
            "silhouette_if_independent",
            typical.silhouette_if_independent,
        ),
    ] {
        if let Some(value) =
            value.filter(|value| !(-1.0 - ROUNDING..=1.0 + ROUNDING).contains(value))
        {
            return fault(key, format!("it lies between -1 and 1, found {value}"));
        }
    }
    for (i, one) in typical.stories.iter().enumerate() {
        let at = format!("stories[{i}]");
        share(&at, "share", one.share)?;
        error(&at, one.share_std_error)?;
        for (j, tell) in one.tells.iter().enumerate() {
            let at = format!("{at}.tells[{j}]");
            for (key, value, std_error) in [
                ("here", tell.here, tell.here_std_error),
                ("elsewhere", tell.elsewhere, tell.elsewhere_std_error),
            ] {
                share(&at, key, value)?;
                error(&at, std_error)?;
            }
        }
        let sound = check_story(&one.story);
        sound.map_err(|fault| ReadFault::new(format!("{at}.{}", fault.path), fault.message))?;
    }
    Ok(())
}
