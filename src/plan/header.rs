//! Writes the top of the YAML: the workload and its source, the order, and the effective totals.

use super::{PlannedLimit, name_of};
use crate::diagnostic::visible::plain;
use crate::kubernetes::version::Version;
use crate::model::{Role, Workload};
use crate::order::Order;
use crate::resources::PodDemand;
use std::fmt::Write as _;

const MADE_FROM: &str = ", compiled by initflow from ";
const MADE_FOR: &str = " for Kubernetes ";

/// A few lines without comment signs, for a workload that is compiled from a source with this name.
pub(crate) fn header(workload: &Workload, order: &Order, version: Version, source: &str) -> String {
    let totals = PodDemand::of(workload, order.init_containers()).totals(version);
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = write!(
        text,
        "{} {}{MADE_FROM}{}{MADE_FOR}{version}\n  order: ",
        workload.kind.name(),
        name_of(workload),
        plain(source)
    );
    let init = order.init_containers();
    for (at, container) in init.chain(order.apps.iter().copied()).enumerate() {
        text.push_str(match at {
            0 => "",
            _ if at == order.places.len() => "; then ",
            _ => ", ",
        });
        let container = &workload.containers[container];
        if container.role == Role::Sidecar {
            text.push_str("sidecar ");
        }
        text.push_str(&container.name.text);
    }
    for (at, request) in totals.requests.iter().enumerate() {
        text.push_str(if at == 0 { "\n  effective requests: " } else { ", " });
        let because = request.set_by.text(workload);
        let _ = write!(text, "{} {} ({because})", request.name, request.quantity);
    }
    for (at, limit) in totals.limits.into_iter().enumerate() {
        text.push_str(if at == 0 { "\n  effective limits: " } else { ", " });
        let limit = PlannedLimit::of(workload, limit);
        let _ = write!(text, "{} {limit}", limit.resource);
    }
    let _ = write!(text, "\n  QoS class: {}", totals.qos);
    text
}

/// The name of the source that YAML was compiled from, if the comments say so: each object that a workload became has one,
/// after the objects that it needs.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) fn source_of(yaml: &str) -> Option<&str> {
    let mut documents = vec![None];
    let mut begins = true;
    for line in yaml.lines() {
        if line == "---" {
            documents.push(None);
            begins = true;
        } else if begins && !line.is_empty() {
            begins = false;
            if let Some(last) = documents.last_mut() {
                *last = named_in(line);
            }
        }
    }
    let source = documents.last().copied().flatten()?;
    documents.into_iter().flatten().all(|other| other == source).then_some(source)
}

/// Whether a comment of YAML says that initflow compiled it.
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) fn is_compiled(yaml: &str) -> bool {
    yaml.lines().any(|line| named_in(line).is_some())
}

/// The source that the first line of a header names.
fn named_in(line: &str) -> Option<&str> {
    let (_, rest) = line.strip_prefix("# ")?.split_once(MADE_FROM)?;
    let (source, version) = rest.rsplit_once(MADE_FOR)?;
    version.parse::<Version>().ok().map(|_| source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_compiled_yaml_is_known() {
        let header =
            "# Pod a, compiled by initflow from a.initflow for Kubernetes 1.35\n#   order: web\nkind: Pod\n";
        assert_eq!(source_of(header), Some("a.initflow"));
        assert_eq!(source_of(&header.replace('\n', "\r\n")), Some("a.initflow"));
        assert_eq!(source_of(&format!("kind: Role\n---\n{header}---\n{header}")), Some("a.initflow"));
        for other in [
            "",
            "kind: Pod\n",
            &format!("{header}---\nkind: Service\n"),
            &format!("{header}---\n{}", header.replace("a.init", "b.init")),
            &format!("# mine\n{header}"),
            &header.replace("1.35", "x"),
        ] {
            assert_eq!(source_of(other), None, "{other}");
        }
    }
}
