//! Writes lists of names as a sentence has them.

/// "`a`, `b` or `c`"; "nothing" if there are none.
pub(crate) fn either<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).map(quoted).collect();
    joined(&names)
}

/// "1, 2 or 3"; "nothing" if there are none.
pub(crate) fn joined(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// "`a`, `b`, `c`"
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_as_a_sentence() {
        assert_eq!(either([]), "nothing");
        assert_eq!(either(["a"]), "`a`");
        assert_eq!(either(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(listed(["a", "b"]), "`a`, `b`");
    }
}
