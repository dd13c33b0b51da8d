//! Parses, compares, adds and prints resource quantities exactly, as Kubernetes does.
//!
//! Invariant: a quantity is a whole number of nano units, never a floating-point number. The API server accepts what
//! [`Quantity::parse`] accepts, with the same value, and quantities are printed in Kubernetes' canonical form.

use smol_str::format_smolstr;
use std::cmp::Ordering;
use std::fmt;

/// An exact quantity of a resource.
///
/// Two quantities are equal if their values are, regardless of how they were written.
#[derive(Clone, Copy)]
pub struct Quantity {
    // The nano units as two halves: an i128 would make this, and every node of an object, 16 bytes longer.
    high: i64,
    low: u64,
    format: SuffixFamily,
}

/// The family of suffixes in which a quantity was written and is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuffixFamily {
    /// Powers of 1000: `n u m k M G T P E`.
    DecimalSi,
    /// Powers of 1024: `Ki Mi Gi Ti Pi Ei`.
    BinarySi,
    /// Powers of ten: `e3`.
    DecimalExponent,
}

/// Why a text is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// There is no digit before the suffix.
    NoDigits,
    /// What follows the digits is not a suffix.
    Suffix,
    /// The exponent is below -18 or above 18; Kubernetes cannot print such a quantity.
    Exponent,
    /// The value is above 2^63-1, where Kubernetes' own arithmetic overflows.
    TooLarge,
}

const NANO: i128 = 1_000_000_000;
const NANO_PER_MILLI: i128 = 1_000_000;
/// The largest value that is accepted, in nano units.
const MAX: i128 = i64::MAX as i128 * NANO;

impl Quantity {
    /// Zero, whose format gives way to that of whatever is added.
    pub const ZERO: Self = Self { high: 0, low: 0, format: SuffixFamily::DecimalSi };

    /// A whole number of units; nothing above 2^63-1.
    pub(crate) fn from_count(count: i128) -> Self {
        Self::from_nanos(count.saturating_mul(NANO).min(MAX), SuffixFamily::DecimalSi)
    }

    /// Reads a quantity such as `250m`, `1.5Gi` or `1e3`. A fraction of a nano unit is rounded up, away from zero.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// assert_eq!(Quantity::parse("0.5")?, Quantity::parse("500m")?);
    /// assert_eq!(Quantity::parse("1536Mi")?.to_string(), "1536Mi");
    /// assert!(Quantity::parse("1GB").is_err());
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// See [`QuantityError`]. Kubernetes reads texts without digits (`.`, `+`, `Ki`) as zero; these are refused.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, rest) = split_digits(unsigned);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(QuantityError::NoDigits);
        }
        let (format, power) = scale(suffix)?;
        let whole = digits(whole).try_fold(0, shift_in)?;
        let fraction: Vec<u8> = digits(fraction).collect();
        let nanos = match format {
            SuffixFamily::BinarySi => binary(whole, fraction, power)?,
            _ => decimal(whole, &fraction, power)?,
        };
        let format = match format {
            SuffixFamily::BinarySi if nanos > 0 && nanos < NANO => SuffixFamily::DecimalSi,
            format => format,
        };
        Ok(Self::from_nanos(if negative { -nanos } else { nanos }, format))
    }

    /// The family of suffixes in which it is printed.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::{Quantity, SuffixFamily};
    ///
    /// assert_eq!(Quantity::parse("1Gi")?.format(), SuffixFamily::BinarySi);
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    pub fn format(&self) -> SuffixFamily {
        self.format
    }

    /// Whether it is zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.nanos() == 0
    }

    /// Whether it is below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.high < 0
    }

    /// Whether it is a whole number of units.
    pub(crate) fn is_integer(&self) -> bool {
        self.nanos() % NANO == 0
    }

    /// Whether it is a multiple of `size`; never if `size` is zero.
    pub(crate) fn is_multiple_of(&self, size: &Self) -> bool {
        self.nanos().checked_rem(size.nanos()) == Some(0)
    }

    /// Rounds up, away from zero, to a thousandth of a unit, as the API server does with every value of a resource
    /// list.
    #[must_use]
    pub(crate) fn round_up_milli(&self) -> Self {
        Self::from_nanos(self.milli_value() * NANO_PER_MILLI, self.format)
    }

    /// Rounds up, away from zero, to a whole unit.
    #[must_use]
    pub(crate) fn round_up(&self) -> Self {
        Self::from_nanos(self.value() * NANO, self.format)
    }

    /// The exact number, without a unit: `0.5`.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// assert_eq!(Quantity::parse("500m")?.decimal(), "0.5");
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    pub fn decimal(&self) -> String {
        let nanos = self.nanos();
        let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
        let (units, rest) = (nanos / NANO.unsigned_abs(), nanos % NANO.unsigned_abs());
        let text = format!("{sign}{units}.{rest:09}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// The same amount in the format in which its printed text is read back: `844e0` is printed as `844`, a plain
    /// decimal. Only the text reaches the cluster.
    #[must_use]
    pub(crate) fn as_printed(&self) -> Self {
        let has_binary_suffix = || self.prints_binary() && self.value() % 1024 == 0;
        if self.format == SuffixFamily::DecimalSi || has_binary_suffix() {
            *self
        } else {
            Self::parse(&self.to_string()).unwrap_or(*self)
        }
    }

    /// The units, rounded up, away from zero.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// assert_eq!(Quantity::parse("1Ki")?.value(), 1024);
    /// assert_eq!(Quantity::parse("1m")?.value(), 1);
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    pub fn value(&self) -> i128 {
        divide_away_from_zero(self.nanos(), NANO)
    }

    /// The thousandths of a unit, rounded up, away from zero.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// assert_eq!(Quantity::parse("1.5")?.milli_value(), 1500);
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    pub fn milli_value(&self) -> i128 {
        divide_away_from_zero(self.nanos(), NANO_PER_MILLI)
    }

    /// Whether Kubernetes can count its thousandths; its count of millicores silently overflows above 2^63-1.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// assert!(Quantity::parse("1P")?.fits_millis());
    /// assert!(!Quantity::parse("1E")?.fits_millis());
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    pub fn fits_millis(&self) -> bool {
        i64::try_from(self.milli_value()).is_ok()
    }

    /// The sum, in this quantity's format, or in the other's if this one is zero.
    ///
    /// ```
    /// use initflow::kubernetes::quantity::Quantity;
    ///
    /// let sum = Quantity::parse("1Gi")?.add(&Quantity::parse("512Mi")?);
    /// assert_eq!(sum.to_string(), "1536Mi");
    /// # Ok::<(), initflow::kubernetes::quantity::QuantityError>(())
    /// ```
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self::from_nanos(self.nanos().saturating_add(other.nanos()), format)
    }

    /// The difference, in this quantity's format; `None` if it is below zero.
    #[must_use]
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        let left = self.nanos().checked_sub(other.nanos()).filter(|left| *left >= 0)?;
        Some(Self::from_nanos(left, self.format))
    }

    /// How many times another amount is in this one; `None` if the other one is not above zero.
    pub(crate) fn how_many(&self, each: &Self) -> Option<i64> {
        let count = self.nanos().checked_div(each.nanos()).filter(|_| each.nanos() > 0)?;
        i64::try_from(count).ok()
    }

    /// The product; `None` if it is more than a quantity can be.
    #[must_use]
    pub(crate) fn times(&self, count: i64) -> Option<Self> {
        let nanos = self.nanos().checked_mul(count.into()).filter(|nanos| nanos.abs() <= MAX)?;
        Some(Self::from_nanos(nanos, self.format))
    }

    /// Whether it is printed in powers of 1024.
    fn prints_binary(&self) -> bool {
        self.format == SuffixFamily::BinarySi && self.is_integer() && self.nanos().abs() >= 1024 * NANO
    }

    fn from_nanos(nanos: i128, format: SuffixFamily) -> Self {
        let bytes = nanos.to_be_bytes();
        let mut halves =
            bytes.chunks_exact(8).map(|half| half.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        let (high, low) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        Self { high: high.cast_signed(), low, format }
    }

    fn nanos(&self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.nanos();
        if nanos == 0 {
            return out.pad("0");
        }
        let text = if self.prints_binary() {
            let (mantissa, power) = strip_factors(nanos / NANO, 1024, 6);
            format_smolstr!("{mantissa}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power])
        } else {
            let (mantissa, thousands) = strip_factors(nanos, 1000, 9);
            match (self.format, thousands) {
                (SuffixFamily::DecimalExponent, 3) => format_smolstr!("{mantissa}"),
                (SuffixFamily::DecimalExponent, 0..3) => format_smolstr!("{mantissa}e-{}", 9 - 3 * thousands),
                (SuffixFamily::DecimalExponent, _) => format_smolstr!("{mantissa}e{}", 3 * thousands - 9),
                _ => format_smolstr!(
                    "{mantissa}{}",
                    ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][thousands]
                ),
            }
        };
        out.pad(&text)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Quantity({self})")
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos() == other.nanos()
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos().cmp(&other.nanos())
    }
}

impl fmt::Display for QuantityError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoDigits => "a quantity must start with a number",
            Self::Suffix => "the suffix of a quantity must be one of `n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei` or an exponent such as `e3`",
            Self::Exponent => "the exponent of a quantity must be from -18 to 18",
            Self::TooLarge => "a quantity must be at most 9223372036854775807",
        })
    }
}

impl std::error::Error for QuantityError {}

/// Splits a text after the digits at its start.
fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte - b'0')
}

/// The format and the exponent of a suffix: a power of ten, or of 1024 for binary suffixes.
fn scale(suffix: &str) -> Result<(SuffixFamily, i32), QuantityError> {
    let decimal = |exponent| Ok((SuffixFamily::DecimalSi, exponent));
    let binary = |power| Ok((SuffixFamily::BinarySi, power));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E']).ok_or(QuantityError::Suffix)?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(QuantityError::Suffix);
            }
            match exponent.parse() {
                Ok(exponent @ -18..=18) => Ok((SuffixFamily::DecimalExponent, exponent)),
                _ => Err(QuantityError::Exponent),
            }
        }
    }
}

/// The nano units of `whole.fraction` times ten to the `exponent`, rounded up.
fn decimal(whole: i128, fraction: &[u8], exponent: i32) -> Result<i128, QuantityError> {
    let shift = exponent + 9;
    if let (Ok(shift), []) = (u32::try_from(shift), fraction) {
        let nanos = whole.checked_mul(10_i128.pow(shift)).filter(|nanos| *nanos <= MAX);
        return nanos.ok_or(QuantityError::TooLarge);
    }
    let divisor = 10_i128.pow(shift.min(0).unsigned_abs());
    let kept = usize::try_from(shift).unwrap_or(0);
    let lost = whole % divisor != 0 || fraction.iter().skip(kept).any(|digit| *digit != 0);
    let mut digits = fraction.iter().copied().chain(std::iter::repeat(0)).take(kept);
    let nanos = digits.try_fold(whole / divisor, shift_in)?.saturating_add(i128::from(lost));
    if nanos > MAX { Err(QuantityError::TooLarge) } else { Ok(nanos) }
}

/// The nano units of `whole.fraction` times 1024 to the `power`, rounded up.
fn binary(whole: i128, mut fraction: Vec<u8>, power: i32) -> Result<i128, QuantityError> {
    let mut units = whole;
    for _ in 0..power {
        let mut carry = 0;
        for digit in fraction.iter_mut().rev() {
            let product = u32::from(*digit) * 1024 + carry;
            carry = product / 10;
            *digit = u8::try_from(product % 10).unwrap_or_default();
        }
        let scaled = units.checked_mul(1024).and_then(|units| units.checked_add(i128::from(carry)));
        units = scaled.ok_or(QuantityError::TooLarge)?;
    }
    decimal(units, &fraction, 0)
}

fn shift_in(number: i128, digit: u8) -> Result<i128, QuantityError> {
    number
        .checked_mul(10)
        .and_then(|shifted| shifted.checked_add(i128::from(digit)))
        .ok_or(QuantityError::TooLarge)
}

fn divide_away_from_zero(number: i128, divisor: i128) -> i128 {
    let quotient = number / divisor;
    if number % divisor == 0 { quotient } else { quotient + number.signum() }
}

/// Divides by `factor` as often as there is no remainder, at most `limit` times.
fn strip_factors(mut number: i128, factor: i128, limit: usize) -> (i128, usize) {
    let mut times = 0;
    while times < limit && number != 0 && number % factor == 0 {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Quantities that Kubernetes accepts and initflow refuses, and why.
    const REFUSED: [(&str, &str); 16] = [
        (".", "no digits; Kubernetes reads it as zero"),
        ("+", "no digits; Kubernetes reads it as zero"),
        ("-", "no digits; Kubernetes reads it as zero"),
        ("Ki", "no digits; Kubernetes reads it as zero"),
        ("E", "no digits; Kubernetes reads it as zero"),
        ("1e19", "exponent above 18; the value overflows to 0"),
        ("1e20", "exponent above 18; the value overflows to 0"),
        ("1e21", "exponent above 18; the value overflows to 0"),
        ("10E", "above 2^63-1; the value overflows to 0"),
        ("100E", "above 2^63-1; the value overflows to 0"),
        ("1000E", "above 2^63-1; Kubernetes prints it as 1"),
        ("8Ei", "above 2^63-1; Kubernetes silently makes it 2^63-1"),
        ("16Ei", "above 2^63-1; Kubernetes silently makes it 2^63-1"),
        ("9223372036854775808", "above 2^63-1; the value overflows to -2^63"),
        ("9223372036854775807k", "above 2^63-1; the value overflows to -1000"),
        ("12345678901234567890", "above 2^63-1; the value overflows"),
    ];

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn is_refused(text: &str) -> bool {
        REFUSED.iter().any(|(refused, _)| *refused == text)
    }

    /// Compares a figure, unless it overflows a 64-bit integer in Kubernetes.
    fn assert_figure(ours: i128, golden: &str, text: &str) {
        if let Ok(ours) = i64::try_from(ours) {
            assert_eq!(ours.to_string(), golden, "{text}");
        }
    }

    #[test]
    fn agrees_with_kubernetes() {
        let mut refused = 0;
        for line in
            include_str!("../../tests/data/quantities.tsv").lines().filter(|line| !line.starts_with('#'))
        {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["parse", text, "refused"] => assert!(Quantity::parse(text).is_err(), "{text}"),
                ["parse", text, ..] if is_refused(text) => {
                    assert!(Quantity::parse(text).is_err(), "{text}");
                    refused += 1;
                }
                ["parse", text, canonical, format, rounded, millis, units] => {
                    let parsed = quantity(text);
                    assert_eq!(parsed.to_string(), canonical, "{text}");
                    assert_eq!(
                        format!("{:?}", parsed.format()).to_lowercase(),
                        format.to_lowercase(),
                        "{text}"
                    );
                    // Kubernetes keeps some spellings as they were written, so the canonical forms are compared.
                    assert_eq!(parsed.round_up_milli().to_string(), quantity(rounded).to_string(), "{text}");
                    assert_figure(parsed.milli_value(), millis, text);
                    assert_figure(parsed.value(), units, text);
                }
                ["add", texts, sum, format, millis, units] => {
                    let terms = texts.split(' ').map(|text| quantity(text).round_up_milli());
                    let ours = terms.reduce(|sum, term| sum.add(&term)).unwrap();
                    let canonical = Quantity::parse(sum).map_or(sum.to_owned(), |sum| sum.to_string());
                    assert_eq!(ours.to_string(), canonical, "{texts}");
                    assert_eq!(
                        format!("{:?}", ours.format()).to_lowercase(),
                        format.to_lowercase(),
                        "{texts}"
                    );
                    assert_figure(ours.milli_value(), millis, texts);
                    assert_figure(ours.value(), units, texts);
                }
                ["compare", texts, order] => {
                    let (left, right) = texts.split_once(' ').unwrap();
                    if !is_refused(left) && !is_refused(right) {
                        assert_eq!(
                            (quantity(left).cmp(&quantity(right)) as i8).to_string(),
                            order,
                            "{texts}"
                        );
                    }
                }
                _ => panic!("{line}"),
            }
        }
        assert_eq!(refused, REFUSED.len());
    }

    #[test]
    fn refuses_with_the_reason() {
        let error = |text| Quantity::parse(text).unwrap_err();
        assert_eq!(error("m"), QuantityError::NoDigits);
        assert_eq!(error("1K"), QuantityError::Suffix);
        assert_eq!(error("1e"), QuantityError::Suffix);
        assert_eq!(error("1e99999999999"), QuantityError::Exponent);
        assert_eq!(error("1e-19"), QuantityError::Exponent);
        assert_eq!(error("8Ei"), QuantityError::TooLarge);
        assert_eq!(error(&"9".repeat(1000)), QuantityError::TooLarge);
    }

    #[test]
    fn rounds_up_to_a_nano_unit_however_long_the_text_is() {
        assert_eq!(quantity(&format!("1.{}1", "0".repeat(1000))).to_string(), "1000000001n");
        assert_eq!(quantity(&format!("0.{}1Ei", "0".repeat(1000))).to_string(), "1n");
        assert_eq!(quantity(&format!("1.{}", "0".repeat(1000))).to_string(), "1");
        assert_eq!(quantity(&format!("{}1", "0".repeat(1000))).to_string(), "1");
        assert_eq!(quantity("1e-18").to_string(), "1e-9");
    }

    #[test]
    fn is_written_without_a_unit() {
        for (text, decimal) in
            [("1500m", "1.5"), ("1n", "0.000000001"), ("2Ki", "2048"), ("-100m", "-0.1"), ("0", "0")]
        {
            assert_eq!(quantity(text).decimal(), decimal);
        }
    }

    #[test]
    fn knows_what_kubernetes_can_count_in_thousandths() {
        assert!(quantity("9223372036854775").fits_millis());
        assert!(!quantity("9223372036854776").fits_millis());
    }

    #[test]
    fn is_small() {
        assert_eq!(size_of::<Quantity>(), 24);
        assert_eq!(size_of::<Option<Quantity>>(), 24);
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_or_refused(text in "[+-]?[0-9.]{0,40}[a-zA-Z0-9+-]{0,4}|.*") {
            let _ = Quantity::parse(&text).map(|quantity| quantity.to_string());
        }

        #[test]
        fn printed_quantities_are_read_back(text in "-?[0-9]{1,9}(\\.[0-9]{0,12})?(n|u|m|k|M|G|Ki|Mi|Gi|e-?[0-9])?") {
            let read = quantity(&text);
            let again = quantity(&read.to_string());
            prop_assert_eq!(read, again);
            prop_assert_eq!(read.to_string(), again.to_string());
        }

        #[test]
        fn sums_and_order_are_those_of_integers(left: i32, right: i32) {
            let (a, b) = (quantity(&format!("{left}n")), quantity(&format!("{right}n")));
            prop_assert_eq!(a.add(&b), quantity(&format!("{}n", i64::from(left) + i64::from(right))));
            prop_assert_eq!(a.cmp(&b), left.cmp(&right));
        }

        #[test]
        fn binary_fractions_are_exact(whole in 0u32..1000, fraction in 0u64..1_000_000_000_000) {
            let read = quantity(&format!("{whole}.{fraction:012}Gi"));
            let exact = (i128::from(whole) * 1_000_000_000_000 + i128::from(fraction)) << 30;
            prop_assert_eq!(read.nanos(), (exact + 999).div_euclid(1000));
        }
    }
}
