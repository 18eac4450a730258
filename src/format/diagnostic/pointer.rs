//! JSON pointers (RFC 6901): building them and taking them apart.

/// The pointer of member or element `key` of the value at `parent`.
pub fn join(parent: &str, key: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + key.len() + 1);
    pointer.push_str(parent);
    pointer.push('/');
    for c in key.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
    pointer
}

/// The keys and indices along a pointer, unescaped; none for the whole document.
pub fn segments(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The pointer along these keys and indices.
pub fn from_segments<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> String {
    segments
        .into_iter()
        .fold(String::new(), |pointer, segment| {
            join(&pointer, segment.as_ref())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_taken_apart_gives_the_keys_that_it_was_joined_from() {
        let keys = ["events", "a/b", "m~n", "~1", "", "0"];
        let pointer = from_segments(keys);
        assert_eq!(pointer, "/events/a~1b/m~0n/~01//0");
        assert_eq!(segments(&pointer), keys);
        assert!(segments("").is_empty());
    }
}
