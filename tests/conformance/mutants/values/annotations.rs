//! Lists annotations that Kubernetes itself reads.

/// Their keys, with values to try.
pub(in crate::mutants) const ANNOTATIONS: &[(&str, &[&str])] = &[
    (
        "controller.kubernetes.io/pod-deletion-cost",
        &["1", "-1", "0", "+1", "01", "a", "", "2147483648", "1.5", "-2147483648", "-0"],
    ),
    (
        "container.apparmor.security.beta.kubernetes.io/web",
        &["runtime/default", "localhost/a", "localhost/", "unconfined", "a", ""],
    ),
    ("container.apparmor.security.beta.kubernetes.io/nobody", &["runtime/default"]),
    ("container.apparmor.security.beta.kubernetes.io/", &["unconfined"]),
    (
        "container.seccomp.security.alpha.kubernetes.io/web",
        &["runtime/default", "docker/default", "localhost/a", "localhost/../a", "a", ""],
    ),
    (
        "seccomp.security.alpha.kubernetes.io/pod",
        &[
            "runtime/default",
            "docker/default",
            "unconfined",
            "localhost/a",
            "localhost/../a",
            "localhost//a",
            "a",
            "",
        ],
    ),
    ("kubernetes.io/config.mirror", &["a", ""]),
    ("kubernetes.io/config.source", &["file", "api"]),
    ("scheduler.alpha.kubernetes.io/critical-pod", &["", "true"]),
    (
        "scheduler.alpha.kubernetes.io/tolerations",
        &["[]", "[{\"key\": \"a\"}]", "[{\"operator\": \"Is\"}]", "a", ""],
    ),
    ("scheduler.alpha.kubernetes.io/affinity", &["{}", "a"]),
    ("pod.beta.kubernetes.io/init-containers", &["[]", "a"]),
    ("pod.alpha.kubernetes.io/init-containers", &["[]"]),
    ("security.alpha.kubernetes.io/sysctls", &["a=b"]),
    ("kubectl.kubernetes.io/default-container", &["web", "nobody"]),
    ("kubectl.kubernetes.io/last-applied-configuration", &["{}", "a"]),
    ("deprecated.daemonset.template.generation", &["1", "-1", "a"]),
    ("deployment.kubernetes.io/revision", &["1", "a"]),
    ("batch.kubernetes.io/job-tracking", &["", "a"]),
    ("batch.kubernetes.io/cronjob-scheduled-timestamp", &["2026-11-23T07:00:00Z", "a"]),
    ("cluster-autoscaler.kubernetes.io/safe-to-evict", &["false", "maybe"]),
    ("io.kubernetes.cri.userns-mode", &["auto"]),
];
