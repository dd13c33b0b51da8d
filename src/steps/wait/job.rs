//! Adds what a wait for an object of the API needs besides its script: a token for the API server, and the name of a Job.

use super::super::OwnVolume;
use crate::object::{Node, Value};
use crate::source::Span;
use smol_str::SmolStr;

/// The variable for the name of the Job if the compiler only knows it at the end.
pub(crate) const JOB: &str = "INITFLOW_JOB";

/// The placeholder for that name.
pub(crate) const LATER: &str = "$(INITFLOW_JOB)";

/// What the compiler's own container waits for at the end of a Job: that the Job's completion is recorded.
pub(crate) const RECORD: &str = "record";

/// The variable for the name of the ConfigMap with the records.
pub(crate) const RECORDS: &str = "INITFLOW_RECORD";

/// The variable that is set if a Job's completion is recorded.
pub(crate) const RECORDED: &str = "INITFLOW_RECORDED";

/// The label with the name of a Job, which its controller gives to the Job's pods. A Job cannot contain its own name: the name
/// depends on what the Job contains.
const NAME_LABEL: &str = "metadata.labels['batch.kubernetes.io/job-name']";

/// The variable with the name of the Job whose pod this is.
pub(super) fn own_name(span: Span) -> (SmolStr, Node) {
    let field = Node::object(span, [("fieldPath", Node::text(span, NAME_LABEL))]);
    (JOB.into(), Node::object(span, [("valueFrom", Node::object(span, [("fieldRef", field)]))]))
}

/// The service account's token, mounted as Kubernetes itself does it, but only in this step: the pod may set
/// `automountServiceAccountToken false`.
pub(super) fn token(span: Span) -> OwnVolume {
    let text = |text| Node::text(span, text);
    // Sources are compared as a whole: without the API server's defaults, `kubectl apply` would see a change each time.
    let field = Node::object(span, [("apiVersion", text("v1")), ("fieldPath", text("metadata.namespace"))]);
    let namespace = Node::object(span, [("fieldRef", field), ("path", text("namespace"))]);
    let hour = Node::new(span, Value::Int(3600));
    let token = Node::object(span, [("expirationSeconds", hour), ("path", text("token"))]);
    let sources = vec![
        Node::object(span, [("serviceAccountToken", token)]),
        Node::object(span, [("configMap", Node::object(span, [("name", text("kube-root-ca.crt"))]))]),
        Node::object(
            span,
            [("downwardAPI", Node::object(span, [("items", Node::list(span, vec![namespace]))]))],
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
