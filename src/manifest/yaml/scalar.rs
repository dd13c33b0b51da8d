//! Resolves the type and value of a scalar as kubectl does.
//!
//! Invariant: the result of `resolve` is what kubectl sends to the API server, and JSON can represent it.

use super::node::YamlValue;
use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;

/// The namespace of YAML's own tags, such as `!!str`.
pub(super) const NAMESPACE: &str = "tag:yaml.org,2002:";

/// What a plain scalar may be, before the restrictions of JSON and of keys.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text,
}

/// Why a scalar has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarFault {
    /// `.inf` or `.nan`.
    NotFinite,
    /// The spelling does not match the type that the tag names.
    Tag,
    /// `!!binary` without base64.
    Base64,
    /// The scalar cannot be a key of a map.
    Key,
}

/// The value of a scalar: `tag` is what follows `!!`, and empty for a tag of another kind; `plain` is whether it has no
/// quotes.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&str>) -> Result<YamlValue, ScalarFault> {
    let found = match tag {
        None if !plain => Plain::Text,
        None => untagged(text),
        Some("bool" | "float" | "int" | "null") => tagged(text, tag)?,
        Some("binary") => return Ok(YamlValue::Text(decode(text)?.into())),
        Some("timestamp") if !is_dated(text) => return Err(ScalarFault::Tag),
        Some(_) => Plain::Text,
    };
    Ok(match found {
        Plain::Null => YamlValue::Null,
        Plain::Bool(value) => YamlValue::Bool(value),
        Plain::Signed(value) => YamlValue::Number(format_smolstr!("{value}")),
        Plain::Unsigned(value) => YamlValue::Number(format_smolstr!("{value}")),
        Plain::Float(value) if value.is_finite() => YamlValue::Number(json_number(value)),
        Plain::Float(_) => return Err(ScalarFault::NotFinite),
        Plain::Text => YamlValue::Text(text.into()),
    })
}

/// The text of a scalar as a key of a map. Null and numbers above the signed 64-bit range are not keys.
pub(super) fn key(text: &str, plain: bool, tag: Option<&str>) -> Result<SmolStr, ScalarFault> {
    let found = match tag {
        None if !plain => Plain::Text,
        None => untagged(text),
        Some("bool" | "float" | "int" | "null") => tagged(text, tag)?,
        Some("binary") => return Ok(decode(text)?.into()),
        Some("timestamp") if !is_dated(text) => return Err(ScalarFault::Tag),
        Some(_) => Plain::Text,
    };
    Ok(match found {
        Plain::Null | Plain::Unsigned(_) => return Err(ScalarFault::Key),
        Plain::Bool(value) => SmolStr::new_static(if value { "true" } else { "false" }),
        Plain::Signed(value) => format_smolstr!("{value}"),
        Plain::Float(value) => key_number(value),
        Plain::Text => text.into(),
    })
}

/// The value of a spelling with a tag that demands a type.
fn tagged(text: &str, tag: Option<&str>) -> Result<Plain, ScalarFault> {
    match (untagged(text), tag) {
        #[allow(clippy::cast_precision_loss)] // `!!float` asks for it.
        (Plain::Signed(value), Some("float")) => Ok(Plain::Float(value as f64)),
        (found @ Plain::Null, Some("null"))
        | (found @ Plain::Bool(_), Some("bool"))
        | (found @ (Plain::Signed(_) | Plain::Unsigned(_)), Some("int"))
        | (found @ Plain::Float(_), Some("float")) => Ok(found),
        _ => Err(ScalarFault::Tag),
    }
}

/// The value of a spelling without a tag: YAML 1.1 without base-60 numbers, plus `0o17` of YAML 1.2.
fn untagged(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ => match text.as_bytes().first() {
            Some(b'.') => float(&without_underscores(text)),
            Some(b'0'..=b'9' | b'+' | b'-') => number(&text.replace('_', "")),
            _ => None,
        }
        .unwrap_or(Plain::Text),
    }
}

/// Whether a text begins like a date.
fn is_dated(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

/// A spelling without its underscores, if each of them is between two digits.
fn without_underscores(text: &str) -> Cow<'_, str> {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let are_between = text.match_indices('_').all(|(at, _)| at > 0 && is_digit(at - 1) && is_digit(at + 1));
    if are_between { text.replace('_', "").into() } else { text.into() }
}

/// The number of a spelling without underscores that begins with a digit or a sign.
fn number(text: &str) -> Option<Plain> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let signed = |magnitude: u64| {
        if negative { 0i64.checked_sub_unsigned(magnitude) } else { magnitude.try_into().ok() }
    };
    if let Some(magnitude) = integer(digits) {
        if let Some(value) = signed(magnitude) {
            return Some(Plain::Signed(value));
        }
        if digits.len() == text.len() {
            return Some(Plain::Unsigned(magnitude));
        }
    }
    // After `0b`, kubectl's parser accepts one more sign: `0b-1` is a number.
    float(text).or_else(|| {
        match text.strip_prefix("0b")?.as_bytes() {
            [b'-', digits @ ..] => {
                radix(std::str::from_utf8(digits).ok()?, 2).and_then(|value| 0i64.checked_sub_unsigned(value))
            }
            [b'+', digits @ ..] => {
                radix(std::str::from_utf8(digits).ok()?, 2).and_then(|value| value.try_into().ok())
            }
            _ => None,
        }
        .map(Plain::Signed)
    })
}

/// A whole number by its prefix; a leading zero alone makes it octal.
fn integer(digits: &str) -> Option<u64> {
    match digits.as_bytes() {
        b"0" => Some(0),
        [b'0', b'b' | b'B', _, ..] => radix(&digits[2..], 2),
        [b'0', b'o' | b'O', _, ..] => radix(&digits[2..], 8),
        [b'0', b'x' | b'X', _, ..] => radix(&digits[2..], 16),
        [b'0', ..] => radix(&digits[1..], 8),
        _ => radix(digits, 10),
    }
}

fn radix(digits: &str, radix: u32) -> Option<u64> {
    // The standard library would accept a sign here.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u64::from_str_radix(digits, radix).ok().filter(|_| is_plain)
}

/// `[+-]? ( .d+ | d+ [. d*] ) [ e [+-]? d+ ]`, unless it is too large.
fn float(text: &str) -> Option<Plain> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_float = are_digits(whole)
        && are_digits(part)
        && are_digits(exponent)
        && !exponent.is_empty()
        && !(whole.is_empty() && part.is_empty());
    let value: f64 = text.parse().ok().filter(|_| is_float)?;
    value.is_finite().then_some(Plain::Float(value))
}

/// A number as Go's JSON encoder writes it.
fn json_number(value: f64) -> SmolStr {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        if size < 1.0 { text.into() } else { text.replace('e', "e+").into() }
    } else {
        format_smolstr!("{value}")
    }
}

/// A number as a key: the shortest form that identifies it in single precision.
fn key_number(value: f64) -> SmolStr {
    #[allow(clippy::cast_possible_truncation)] // So does kubectl.
    let value = value as f32;
    if value.is_nan() {
        return SmolStr::new_static(".nan");
    }
    if value.is_infinite() {
        return SmolStr::new_static(if value > 0.0 { ".inf" } else { "-.inf" });
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        format_smolstr!("{value}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format_smolstr!("{mantissa}e{sign}{:02}", exponent.abs())
    }
}

/// The text of `!!binary`; invalid UTF-8 becomes U+FFFD, as in JSON.
fn decode(text: &str) -> Result<String, ScalarFault> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut symbols = Vec::with_capacity(4);
    let mut ended = false;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        if ended {
            return Err(ScalarFault::Base64);
        }
        symbols.push(byte);
        if let [a, b, c, d] = symbols[..] {
            let padding = match (c, d) {
                (b'=', b'=') => 2,
                (_, b'=') => 1,
                _ => 0,
            };
            let mut group = 0u32;
            for (at, symbol) in [a, b, c, d].into_iter().enumerate() {
                let value =
                    if at >= 4 - padding { 0 } else { symbol_value(symbol).ok_or(ScalarFault::Base64)? };
                group = group << 6 | value;
            }
            let [_, decoded @ ..] = group.to_be_bytes();
            bytes.extend_from_slice(&decoded[..3 - padding]);
            ended = padding > 0;
            symbols.clear();
        }
    }
    if !symbols.is_empty() {
        return Err(ScalarFault::Base64);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn symbol_value(symbol: u8) -> Option<u32> {
    Some(u32::from(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
