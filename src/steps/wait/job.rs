//! What a wait for a Job needs besides its script: the Job's name, and a token to ask the API server with.

use super::super::OwnVolume;
use crate::kubernetes::names;
use crate::object::{Node, Value};
use crate::source::Span;

/// The variable that has the name of the Job where the compiler finds it only in the end.
pub const JOB: &str = "INITFLOW_JOB";

/// What stands for that name.
pub const LATER: &str = "$(INITFLOW_JOB)";

/// What is wrong with the name of a Job.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    if name == LATER {
        None
    } else if name.contains("$(") {
        Some("the name must be known now: the right to see the Job is given by its name")
    } else {
        names::subdomain(name).map(|_| "this is no name of a Job: lower case letters, digits, `-` and `.`")
    }
}

/// The service account's token, as Kubernetes itself mounts it, for this step alone: the pod may have
/// `automountServiceAccountToken false`.
pub(super) fn token(span: Span) -> OwnVolume {
    let text = |text| Node::text(span, text);
    let file = |key, value, path| {
        Node::list(span, vec![Node::object(span, [(key, value), ("path", Node::text(span, path))])])
    };
    // Sources are compared as a whole: with the API server's defaults left out, `kubectl apply` would see a change each time.
    let field = Node::object(span, [("apiVersion", text("v1")), ("fieldPath", text("metadata.namespace"))]);
    let hour = Node::new(span, Value::Int(3600));
    let token = Node::object(span, [("expirationSeconds", hour), ("path", text("token"))]);
    let sources = vec![
        Node::object(span, [("serviceAccountToken", token)]),
        Node::object(
            span,
            [(
                "configMap",
                Node::object(
                    span,
                    [("name", text("kube-root-ca.crt")), ("items", file("key", text("ca.crt"), "ca.crt"))],
                ),
            )],
        ),
        Node::object(
            span,
            [("downwardAPI", Node::object(span, [("items", file("fieldRef", field, "namespace"))]))],
        ),
    ];
    OwnVolume {
        name: "token",
        mount_path: "/var/run/secrets/kubernetes.io/serviceaccount".into(),
        read_only: true,
        source: "projected",
        fields: Node::object(span, [("sources", Node::list(span, sources))]),
    }
}
