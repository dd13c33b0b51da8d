//! Takes the URL of a condition apart, as the script does it where the URL has variables.

use super::condition::located;
use std::borrow::Cow;

/// The parts of a URL that is known and has no password; names and options are decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    /// All before the user.
    pub(super) scheme: &'a str,
    pub(super) user: Cow<'a, str>,
    /// The host, with the brackets of an IPv6 address, and its port, as they are written.
    pub(super) place: &'a str,
    /// All after the port.
    pub(super) path: &'a str,
}

impl<'a> Url<'a> {
    /// The parts, unless variables or what is encoded hides some. A password stays in the text in which the author wrote it,
    /// where a warning points to it.
    pub(super) fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://").filter(|_| is_known(url))?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let user = login.strip_suffix(':').unwrap_or(login);
        (!user.contains(':')).then_some(())?;
        Some(Self { scheme, user: decoded(user)?, place, path })
    }

    /// The host, without the brackets of an IPv6 address.
    pub(super) fn host(&self) -> &'a str {
        host(self.place)
    }

    /// The port.
    pub(super) fn port(&self) -> Option<&'a str> {
        located(self.place).1
    }

    /// The database that the path names.
    pub(super) fn base(&self) -> Option<Cow<'a, str>> {
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        decoded(path.split(['?', '#']).next().unwrap_or_default())
    }

    /// The values of these options, in their order; without a value where the URL does not have the option.
    pub(super) fn options<const N: usize>(&self, names: [&str; N]) -> Option<[Option<Cow<'a, str>>; N]> {
        let path = self.path.split('#').next().unwrap_or_default();
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let mut values = [const { None }; N];
        for (name, value) in names.iter().zip(&mut values) {
            let mut options = query.split('&').filter_map(|option| option.split_once('='));
            if let Some((_, text)) = options.rfind(|(given, _)| given == name) {
                *value = Some(decoded(text)?);
            }
        }
        Some(values)
    }
}

/// The host of `HOST:PORT`, without the brackets of an IPv6 address.
pub(super) fn host(place: &str) -> &str {
    let (host, _) = located(place);
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Whether a text has no variables, and nothing that the script would refuse.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains("$(") && !text.contains(char::is_control)
}

/// The text with `%XX` replaced, unless it then has control characters or is not UTF-8.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |at: usize| u8::try_from(char::from(*after.get(at)?).to_digit(16)?).ok();
        let code = if *first == b'%' { digit(0).zip(digit(1)) } else { None };
        bytes.push(code.map_or(*first, |(high, low)| high << 4 | low));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control)).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn a_url_has_parts() {
        let url = Url::of("postgres://shop%40%3A@[::1]:5433/the%20shop?a=1&sslmode=require#x").unwrap();
        assert_eq!((url.scheme, &*url.user), ("postgres", "shop@:"));
        assert_eq!((url.host(), url.port()), ("::1", Some("5433")));
        assert_eq!(url.base().as_deref(), Some("the shop"));
        assert_eq!(url.options(["sslmode", "sslcert"]), Some([Some("require".into()), None]));
        let url = Url::of("redis://cache").unwrap();
        assert_eq!((url.host(), url.port(), url.base().as_deref()), ("cache", None, Some("")));
    }

    #[test]
    fn what_is_not_known_has_no_parts() {
        for url in
            ["$(URL)", "http://$(HOST)/", "redis://a%0d@good", "redis://%ff@good", "redis://:a@good", "a:1"]
        {
            assert_eq!(Url::of(url), None, "{url}");
        }
    }
}
