//! Converts between the bytes of a text and its UTF-16 units, in which the text fields of browsers count.
//!
//! Invariant: every number of units maps to a character boundary, even one past the end of the text.

/// Where the characters of a text are whose bytes and units differ in number.
pub(super) struct Units {
    /// The end of each such character in bytes, and how many more bytes than units there are up to it.
    wide: Vec<(usize, usize)>,
}

impl Units {
    /// Finds these characters.
    pub(super) fn of(text: &str) -> Self {
        let mut surplus = 0;
        let wide = |(at, char): (usize, char)| {
            surplus += char.len_utf8() - char.len_utf16();
            (!char.is_ascii()).then_some((at + char.len_utf8(), surplus))
        };
        Self {
            wide: if text.is_ascii() { Vec::new() } else { text.char_indices().filter_map(wide).collect() },
        }
    }

    /// The units before a byte at a character boundary.
    pub(super) fn before(&self, byte: usize) -> usize {
        byte - self.surplus(|(end, _)| *end <= byte)
    }

    /// The byte after some units of the text.
    pub(super) fn byte(&self, text: &str, units: usize) -> usize {
        let surplus = self.surplus(|(end, surplus)| end - surplus <= units);
        text.floor_char_boundary(units.saturating_add(surplus))
    }

    fn surplus(&self, is_before: impl Fn(&(usize, usize)) -> bool) -> usize {
        let count = self.wide.partition_point(is_before);
        count.checked_sub(1).map_or(0, |last| self.wide[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_comes_back() {
        for text in ["", "plain", "é", "a\u{1F980}bé\r\nç\u{1F980}"] {
            let units = Units::of(text);
            let mut count = 0;
            for (byte, char) in text.char_indices() {
                assert_eq!((units.before(byte), units.byte(text, count)), (count, byte), "{text}");
                count += char.len_utf16();
            }
            assert_eq!((units.before(text.len()), units.byte(text, count)), (count, text.len()), "{text}");
            assert_eq!(units.byte(text, usize::MAX), text.len());
        }
    }

    #[test]
    fn half_a_character_is_its_start() {
        let text = "a\u{1F980}b";
        assert_eq!(Units::of(text).byte(text, 2), 1);
    }
}
