//! Lists texts that YAML readers interpret as something else, or that YAML writers corrupt.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// How many texts are generated at random.
const RANDOM: usize = 400;

/// Words that some reader does not read as text.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "yes", "no", "on", "off", "y", "n", "Y", "N", "Yes", "NO", "On", "OFF", "true", "false", "True",
    "FALSE", "null", "Null", "NULL", "~", "1_000", "0400", "0o14", "0x1f", "0b101", "1e3", "1E3", "12e03",
    "1e", ".5", "1.", "1.5", "+1", "-1", "-0", "+.5", "1:30", "190:20:30", "190:20:30.15", "0", "00", "007",
    "08", "09", "1__0", "_1", "0x", "0o", "0o8", "2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5", ".inf", "-.INF", "+.Inf", ".nan", ".NaN", "inf", "nan", "NaN", "Infinity",
    "1e999", "9223372036854775808", "99999999999999999999", "1.0", "64Mi", "1k",
    "YES", "No", "ON", "Off", "TRUE", "False", "tRUE", "yEs", "nUll", "none", "None", "nil", "000", "+0",
    "1", "01", "0644", "0755", "0O14", "0B101", "0b2", "0x1F", "0X1f", "0xg", "-0x1", "1_", "0_7", "0x_1",
    "1,000", "1e+3", "1e-3", "1.e3", ".1e3", "1e+", "e3", "5.", ".", "-.5", "1.50", "1.5.2", "1_000.5",
    "1._5", ".Inf", ".INF", "-.inf", "+.inf", ".NAN", "01:30", "1:60", "-1:30", "1:2:3:4", "12:30:45",
    "2001-13-45", "2001-12-14T21:59:43Z", "9223372036854775807", "-9223372036854775808",
    "18446744073709551615", "18446744073709551616", "99999999999999999999999999999999", "1e400", "0.1",
    "1e-400", "123456789012345678901234567890.5", "---a", "a:b", "a::b", ",a", "1Gi", "500m", "1Ki", "0.5",
    "1e3Ki", "10m", "1h30m", "0s", "::1", "::ffff:1.2.3.4", "1.2.3.4", "sha256:0123", "a,b", "a-", "-a",
    "ñ", "日本", "ß", "ǆ",
];

/// Texts that some reader reads as syntax.
#[rustfmt::skip]
const SYNTAX: &[&str] = &[
    "", "<<", "=", "-", "--", "---", "--- a", "...", "... a", "# x", "#", "a#b", "a #b", ": ", ":", ":a",
    "a:", "a: b", "a :b", "- x", "-x", "? x", "?", "?x", "%", "%YAML 1.2", "@", "@a", "`", "`a`", "!",
    "!!str a", "! a", "&", "&a", "& a", "*", "*a", "* a", "|", "|-", "| a", ">", ">+", "> a", "[", "[]",
    "]", "{", "{}", "}", ",", ", a", "a, b", "'", "''", "'a'", "\"", "\"\"", "\"a\"", "a'b", "a\"b", "\\",
    "\\n", "a\\", "{{ .Values }}", "{a: b}", "[a, b]", "${X}", "$(X)", "$$(X)", "$(TEXT)", "{{- if x -}}",
    "a: |\n  b",
    "~~", "__", "..", "....", "<<=", "==", "<", ">-", "|+", "|2", "...a", "??", "::", "##", "#a", "a#",
    "[a]", "{a}", "{a:", "{{", "}}", "{{x}}", "!!", "!a", "!!str", "!!binary", "!<a>", "%a", "%YAML", "`a",
    "'a", "a'", "\"a", "a\"", "\\\\", "\\x41", "\\u0041", "$", "$(A)", "$$(A)", "${A}", "$A", "!reference",
    "25%", "80/tcp", "10.0.0.0/8", "a/b", "/a/b", "app.kubernetes.io/name", "x@y", "x=y", "a;b", "a|b",
    "a>b", "a&b", "a*b", "a!b", "a%b", "a?b", "a~", "👩‍👩‍👧",
];

/// Whitespace, line ends and characters that readers may drop.
#[rustfmt::skip]
const SPACE: &[&str] = &[
    " ", "  ", "\t", " a", "a ", " a ", "\ta", "a\t", "\ttab", "a\tb", "\n", "\n\n", "\n\n\n", "\na", "a\n",
    "a\n\n", "\n\na\n\n", "a\nb", "a\nb\n", "a\n\nb", "  a\nb", "a\n  b", "a\n  b\n", "\ta\nb", "a\n\tb",
    "a \nb", "a\n ", "a\n \n", "a\n\t", "a\n\t\n", "a\n  \nb", " \na", " \n", "\n ", "\t\n", "\n\t",
    "a\n---\nb", "---\na\n", "a\n...\nb", "a\n# b\n", "# a\nb", "- a\n- b\n", "a: b\nc: d\n", "a\r\nb\r\n",
    "a\rb", "\r", "\r\n", "a\r", "a\u{85}b", "a\n\u{85}b", "a\u{2028}b", "a\n\u{2029}b\n", "\u{2028}",
    "\u{feff}", "\u{feff}a", "a\u{feff}b", "a\n\u{feff}b", "\u{1}", "a\u{1}\nb",
    "\u{7}\u{8}\u{b}\u{c}\u{1b}[0m", "\u{7f}", "\u{80}", "\u{9f}", "\u{a0}", "\u{a0}a\u{a0}", "a\n\u{a0}b",
    "\u{ad}", "\u{200b}", "\u{200e}\u{202e}a", "\u{e000}", "\u{fdd0}", "\u{fffd}", "\u{fffe}", "\u{ffff}",
    "a\n\u{fffe}", "\u{10000}", "\u{1fffe}", "\u{10ffff}", "\u{d7ff}", "\u{3000}a\u{3000}", "é", "e\u{301}",
    "\u{301}", "😀", "👩\u{200d}👩\u{200d}👧", "日本語", "שלום", "a\n😀\n", "ｙｅｓ",
    "\r\r", " \n ", "\t\n\t", "  a", "a  ", "\n\na", "a\n\n\n", "a\n\n b", " a\nb", "\n a\nb", "\n\ta\nb",
    "a\n b", "a\t\nb", "a \n", "a\t\n", "a\n b\n  c\n", "a\r\nb", "a\n\r", "\ra", "\u{85}", "a\u{85}",
    "\u{85}a", "a\n\u{2028}\nb", "\u{2029}", "a\u{2029}b", "a\n\u{feff}b\n", "\u{a0}a", "a\u{a0}",
    "a\n\u{a0}\nb", "\u{3000}a", "\u{200e}a", "\u{202e}abc", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{e}",
    "\u{1b}[31mred\u{1b}[0m", "\u{1f}", "a\n\u{7f}\n", "a\u{fffe}b", "a\n\u{ffff}b\n", "\u{e0001}",
    "a\n\u{10ffff}\n", "a : b", "a: ", "a:\tb", ": a", "- a", "-\ta", "- - a", "? a", "? a\n: b", "a # b",
    "a\t#b", "# a", " # a", "a\n# b", "a\n#b\nc", "a\n--- b\nc", "---\na", "---\n", "a\n---", "...\n",
    "%YAML 1.1\n---\na", "%TAG ! tag:a,2000:", "&a b", "*a b", "!a b", "!!int 1", "|\n a", ">\n a\n b",
    "@ a", "` a", "'a' b", "\"a\" b", "a 'b'", "a \"b\"", "it's", "a\\\nb", "\"\n\"", "'\n'",
    "{{ .Values.x }}", "{{- if x }}\n{{- end }}\n", "${x:-y}", "$(date)", "1 000", "0x 1", "1e 3",
    "2001-01-01 00:00:00", "true ", " true", "null\n", "~\n", "1\n", "yes\n", "no no",
    "#!/bin/sh\nset -eu\nexec \"$@\"\n", "if true; then\n\techo tab\nfi\n",
    "cat <<EOF\n  indented\n\n\n  more\nEOF\n", "  cat\n a\nb\n", "\n  a\n b\n", "a\n   \nb",
    "a\n   \n   b\n", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n", "{\"a\": [1, \"b\", null]}",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
];

/// All texts: those above, long ones, and as many again made of their pieces. They are the same in every run.
pub(crate) fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [WORDS, SYNTAX, SPACE].concat().into_iter().map(Into::into).collect();
    texts.push("x".repeat(5000));
    texts.push("long words ".repeat(500));
    texts.push(format!("{}\n  {}\n", "a: # ".repeat(1000), " b".repeat(1000)));
    texts.push("é\"\\".repeat(1500));
    texts.push("line\n".repeat(1000));
    let pieces: Vec<&str> =
        [WORDS, SYNTAX, SPACE, &["\n", "\n", "\n", "\n", " ", " ", " ", "a", "b"].repeat(8)].concat();
    let mixed = vec(select(pieces), 1..8).prop_map(|pieces| pieces.concat());
    let any = vec(any::<char>().prop_filter("no API server accepts it", |char| *char != '\0'), 0..24)
        .prop_map(|characters| characters.into_iter().collect::<String>());
    let random = prop_oneof![3 => mixed, 1 => any];
    let mut runner = TestRunner::deterministic();
    texts.extend((0..RANDOM).filter_map(|_| Some(random.new_tree(&mut runner).ok()?.current())));
    texts
}
