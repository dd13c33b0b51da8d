//! Looks up the variables that Kubernetes puts in place of `$(NAME)`.

use crate::kubernetes::expansion::{COMPLETION_INDEX, may_be_of_service};
use crate::model::{Container, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashMap;

/// The variables of a container, as Kubernetes sees them.
pub(crate) struct Variables<'a> {
    /// For each name, the index and the place of its first definition in `env`.
    own: HashMap<&'a str, (usize, Span)>,
    /// The prefixes of the variables that come from whole Secrets and `ConfigMap`s.
    bulk: Vec<&'a str>,
    /// Whether variables may be missing here, because a statement was not understood.
    unclear: bool,
    /// Whether the pod has the variables of all Services.
    links: bool,
    /// Whether the Job controller adds the index of the pod.
    indexed: bool,
}

/// What Kubernetes finds for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// A variable.
    Found,
    /// A variable perhaps: a Service, a Secret or a `ConfigMap` may define it.
    Perhaps,
    /// A variable that is defined only after this one, at this place.
    Below(Span),
    /// The variable that the Job controller adds after all others.
    Last,
    /// Nothing: the text stays as it is.
    Nothing,
}

impl<'a> Variables<'a> {
    /// The variables of a container.
    pub(crate) fn of(container: &'a Container, workload: &'a Workload) -> Self {
        let mut own = HashMap::new();
        let mut unclear = container.unclear || workload.unclear;
        for (at, variable) in container.fields.get("env").map_or(&[][..], Node::items).iter().enumerate() {
            match variable.get("name").map(|name| (name.as_text(), name.span)) {
                Some((Some(name), span)) => _ = own.entry(name).or_insert((at, span)),
                _ => unclear = true,
            }
        }
        let prefix = |source: &'a Node| match source.get("prefix") {
            Some(prefix) => prefix.as_text().unwrap_or_default(),
            None => "",
        };
        Self {
            own,
            bulk: container.fields.get("envFrom").map_or(&[][..], Node::items).iter().map(prefix).collect(),
            unclear,
            links: workload.pod.spec.get("enableServiceLinks").and_then(Node::as_bool) != Some(false),
            indexed: is_indexed(workload),
        }
    }

    /// Looks a name up for `command`, `args` and `subPathExpr`, or for the variable at an index of `env`, for which only
    /// those above it count.
    pub(crate) fn look_up(&self, name: &str, variable: Option<usize>) -> Lookup {
        let own = self.own.get(name);
        if own.is_some_and(|(at, _)| variable.is_none_or(|variable| *at < variable)) {
            return Lookup::Found;
        }
        if self.unclear
            || self.bulk.iter().any(|prefix| name.starts_with(prefix))
            || may_be_of_service(name, self.links)
        {
            return Lookup::Perhaps;
        }
        match own {
            // A variable that refers to itself is not defined below.
            Some((at, span)) if variable != Some(*at) => Lookup::Below(*span),
            None if self.indexed && name == COMPLETION_INDEX => match variable {
                None => Lookup::Found,
                Some(_) => Lookup::Last,
            },
            _ => Lookup::Nothing,
        }
    }

    /// The names of its own variables that the one at an index can refer to; all for `None`.
    pub(crate) fn names(&self, variable: Option<usize>) -> impl Iterator<Item = &'a str> {
        let before = move |at: usize| variable.is_none_or(|variable| at < variable);
        self.own.iter().filter(move |(_, (at, _))| before(*at)).map(|(name, _)| *name)
    }
}

/// Whether a workload's pods are those of an Indexed Job.
pub(crate) fn is_indexed(workload: &Workload) -> bool {
    let spec = match workload.kind {
        WorkloadKind::Job => &workload.object.spec,
        WorkloadKind::CronJob => match &workload.job {
            Some(job) => &job.spec,
            None => return false,
        },
        _ => return false,
    };
    spec.get("completionMode").and_then(Node::as_text) == Some("Indexed")
}
