//! Reads the options of a command.

/// The options that a command may have.
pub(super) struct OptionSpec {
    /// Letters without a value.
    pub(super) flags: &'static str,
    /// Letters with a value.
    pub(super) valued: &'static str,
    /// Long names without a value.
    pub(super) long: &'static [&'static str],
    /// Long names with a value.
    pub(super) long_valued: &'static [&'static str],
}

/// The operands of a command, and its options with their values.
pub(super) struct GivenWords<'w> {
    pub(super) operands: Vec<&'w str>,
    options: Vec<(String, &'w str)>,
}

impl OptionSpec {
    /// Reads words; `None` if one is an option that is not known.
    pub(super) fn read<'w>(&self, words: &'w [String]) -> Option<GivenWords<'w>> {
        let mut given = GivenWords { operands: Vec::new(), options: Vec::new() };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            if word == "--" {
                given.operands.extend(words.by_ref());
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) =
                    long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let value = match value {
                    Some(value) if self.long_valued.contains(&name) => value,
                    None if self.long.contains(&name) => "",
                    None if self.long_valued.contains(&name) => words.next()?,
                    _ => return None,
                };
                given.options.push((name.to_owned(), value));
            } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    if self.flags.contains(letter) {
                        given.options.push((letter.to_string(), ""));
                        continue;
                    }
                    if !self.valued.contains(letter) {
                        return None;
                    }
                    let attached = &letters[at + letter.len_utf8()..];
                    let value = if attached.is_empty() { words.next()? } else { attached };
                    given.options.push((letter.to_string(), value));
                    break;
                }
            } else {
                given.operands.push(word);
            }
        }
        Some(given)
    }
}

impl<'w> GivenWords<'w> {
    /// The value of the option with one of these names: its letter, or its long name.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'w str> {
        self.options.iter().rev().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| *value)
    }

    /// Whether the option with one of these names is given.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.value(names).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::OptionSpec;

    #[test]
    fn letters_may_be_joined_with_others_and_with_their_value() {
        let options = OptionSpec { flags: "zv", valued: "w", long: &["quiet"], long_valued: &["host"] };
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for text in ["-zvw 5 db 1", "-zvw5 db 1", "-z -v -w 5 -- db 1", "--quiet --host=a -z -w5 db 1"] {
            let words = words(text);
            let given = options.read(&words).unwrap();
            assert_eq!(
                (given.operands.as_slice(), given.value(&["w"])),
                (&["db", "1"][..], Some("5")),
                "{text}"
            );
            assert!(given.has(&["z"]));
        }
        assert!(options.read(&words("-x db")).is_none() && options.read(&words("--quiet=1")).is_none());
    }
}
