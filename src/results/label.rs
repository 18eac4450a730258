//! What a reader calls a thing: its title, or its name if it has none.

/// The title, or the name where the title is blank.
pub fn label<'t>(title: &'t str, name: &'t str) -> &'t str {
    if title.trim().is_empty() { name } else { title }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_blank_title_is_none() {
        assert_eq!(label("Truce", "truce"), "Truce");
        assert_eq!(label("", "truce"), "truce");
        assert_eq!(label(" \t", "truce"), "truce");
    }
}
