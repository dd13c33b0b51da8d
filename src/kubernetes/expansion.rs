//! Finds what Kubernetes replaces in commands, arguments, variables and `subPathExpr`: `$(NAME)`.
//!
//! Kubernetes leaves a `$(NAME)` as it is if it knows no variable of that name, and says nothing. `$$` is a plain `$`.

/// A variable that Kubernetes adds last to the containers of an Indexed Job, so that none of their own variables can refer to it.
pub const COMPLETION_INDEX: &str = "JOB_COMPLETION_INDEX";

/// The field of a pod that holds the same number.
pub const COMPLETION_INDEX_FIELD: &str = "metadata.annotations['batch.kubernetes.io/job-completion-index']";

/// One `$(NAME)` in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariableReference<'t> {
    /// The name, which may be any text.
    pub name: &'t str,
    /// Where its `$` is, in bytes.
    pub start: usize,
}

impl VariableReference<'_> {
    /// Whether this may be meant as a variable: the name could be one.
    pub fn is_plausible(&self) -> bool {
        is_name(self.name)
    }
}

/// Each `$(NAME)` that Kubernetes looks up, in order.
pub fn references(text: &str) -> impl Iterator<Item = VariableReference<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.find('$')?;
            let rest = &text[start + 1..];
            at = start + 1 + rest.chars().next()?.len_utf8();
            if let Some((name, _)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                at = start + "$(".len() + name.len() + ")".len();
                return Some(VariableReference { name, start });
            }
        }
    })
}

/// Whether a text could be the name of a variable that someone defines on purpose.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// Whether the kubelet may define a variable of this name for a Service: `SHOP_SERVICE_HOST`, `SHOP_PORT_80_TCP_ADDR` and so
/// on. It does so for the API server in each container, and for the others unless `enableServiceLinks` is `false`.
pub fn may_be_of_service(name: &str, links: bool) -> bool {
    if !links && !name.starts_with("KUBERNETES_") {
        return false;
    }
    let of_port: fn(&str) -> bool = |rest| {
        let mut parts = rest.split('_');
        let number = parts.next().is_some_and(|part| part.parse::<u16>().is_ok());
        let protocol = parts.next().is_some_and(|part| matches!(part, "TCP" | "UDP" | "SCTP"));
        let last = matches!(parts.next(), None | Some("PROTO" | "PORT" | "ADDR"));
        number && protocol && last && parts.next().is_none()
    };
    let named = |suffix: &str| name.strip_suffix(suffix).is_some_and(|service| !service.is_empty());
    let then = |marker: &str, holds: fn(&str) -> bool| {
        name.split_once(marker).is_some_and(|(service, rest)| !service.is_empty() && holds(rest))
    };
    named("_SERVICE_HOST")
        || named("_PORT")
        || then("_SERVICE_PORT_", |port| !port.is_empty())
        || then("_PORT_", of_port)
}

#[cfg(test)]
mod tests {
    use super::{may_be_of_service, references};

    #[test]
    fn what_kubernetes_looks_up_is_found() {
        let names = |text| references(text).map(|found| (found.start, found.name)).collect::<Vec<_>>();
        assert_eq!(names("a$(B)c$(D)"), [(1, "B"), (6, "D")]);
        assert_eq!(names("$$(A) $$$(B)"), [(8, "B")]);
        assert_eq!(names("$($(A))"), [(0, "$(A")]);
        assert_eq!(names("$(date +%s) $() $x(A)"), [(0, "date +%s"), (12, "")]);
        for plain in ["", "$", "$$", "$(", "$(A", "$é(A)", "${A}", "100$"] {
            assert_eq!(names(plain), [], "{plain}");
        }
    }

    #[test]
    fn names_of_services_are_known() {
        for name in
            ["SHOP_SERVICE_HOST", "SHOP_SERVICE_PORT_HTTP", "A_B_PORT", "A_PORT_80_TCP", "A_PORT_80_TCP_ADDR"]
        {
            assert!(may_be_of_service(name, true) && !may_be_of_service(name, false), "{name}");
        }
        assert!(may_be_of_service("KUBERNETES_SERVICE_HOST", false));
        for name in ["SHOP", "_PORT", "PORT", "A_PORT_X_TCP", "A_PORT_80_TCP_NAME", "SERVICE_HOST"] {
            assert!(!may_be_of_service(name, true), "{name}");
        }
    }
}
