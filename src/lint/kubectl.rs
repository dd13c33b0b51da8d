//! Reads which rights `kubectl` needs for a command.

use super::shell::PlainCommand;

/// A resource of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ApiResource {
    /// Its group; empty for the core group.
    pub(super) group: &'static str,
    /// Its name: the plural.
    pub(super) name: &'static str,
    pub(super) is_of_cluster: bool,
}

/// What a command does to objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) resource: ApiResource,
    /// A part of the objects, such as `log`.
    pub(super) part: Option<&'static str>,
    /// All of these are needed.
    pub(super) verbs: &'static [&'static str],
    /// The object, if it is only one.
    pub(super) object: Option<String>,
    /// The namespace, if the command names one.
    pub(super) namespace: Option<String>,
    pub(super) in_all_namespaces: bool,
}

/// The resources, each with its group and its other names.
const RESOURCES: &[(&str, &str, &[&str])] = &[
    ("", "configmaps", &["configmap", "cm"]),
    ("", "endpoints", &["ep"]),
    ("", "events", &["event", "ev"]),
    ("", "namespaces", &["namespace", "ns"]),
    ("", "nodes", &["node", "no"]),
    ("", "persistentvolumeclaims", &["persistentvolumeclaim", "pvc"]),
    ("", "persistentvolumes", &["persistentvolume", "pv"]),
    ("", "pods", &["pod", "po"]),
    ("", "secrets", &["secret"]),
    ("", "serviceaccounts", &["serviceaccount", "sa"]),
    ("", "services", &["service", "svc"]),
    ("apps", "daemonsets", &["daemonset", "ds"]),
    ("apps", "deployments", &["deployment", "deploy"]),
    ("apps", "replicasets", &["replicaset", "rs"]),
    ("apps", "statefulsets", &["statefulset", "sts"]),
    ("batch", "cronjobs", &["cronjob", "cj"]),
    ("batch", "jobs", &["job"]),
    ("networking.k8s.io", "ingresses", &["ingress", "ing"]),
];

/// The options whose value is a word of its own.
const VALUED: [&str; 15] = [
    "-c",
    "--container",
    "--context",
    "--field-selector",
    "-f",
    "--filename",
    "--for",
    "-l",
    "-n",
    "--namespace",
    "-o",
    "--output",
    "-p",
    "--selector",
    "--timeout",
];

/// What the API server must allow for a command; nothing if that depends on files or is not known.
pub(super) fn access(command: &PlainCommand) -> Option<Access> {
    if !matches!(command.program(), "kubectl" | "oc") {
        return None;
    }
    let words: Option<Vec<&str>> = command.words.iter().skip(1).map(Option::as_deref).collect();
    let words = words?;
    let by_own_means =
        ["--kubeconfig", "--token", "--as", "--server", "--dry-run", "-h", "--help", "--raw", "-s"];
    if words.iter().any(|word| by_own_means.iter().any(|option| word.starts_with(option))) {
        return None;
    }
    let (mut operands, mut namespace) = (Vec::new(), None);
    let (mut is_selected, mut is_by_file, mut in_all_namespaces, mut watches) = (false, false, false, false);
    let mut rest = words.into_iter();
    while let Some(word) = rest.next() {
        let (option, joined) =
            word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        match option {
            "--" => break,
            "-n" | "--namespace" => namespace = joined.or_else(|| rest.next()),
            "-l" | "--selector" | "--field-selector" => {
                is_selected = true;
                if joined.is_none() {
                    rest.next();
                }
            }
            "--all" => is_selected = true,
            "-f" | "--filename" | "-k" => is_by_file = true,
            "-A" | "--all-namespaces" => in_all_namespaces = true,
            "-w" | "--watch" => watches = true,
            option if VALUED.contains(&option) => {
                if joined.is_none() {
                    rest.next();
                }
            }
            _ if word.starts_with('-') => {}
            _ => operands.push(word),
        }
    }
    if is_by_file || namespace.is_some_and(|namespace: &str| namespace.contains('$')) {
        return None;
    }
    let (verb, named) = operands.split_first()?;
    let made = |named: &[&str], verbs: &'static [&'static str], part| {
        let (resource, object) = object(named)?;
        Some(Access {
            resource,
            part,
            verbs,
            object,
            namespace: namespace.map(str::to_owned),
            in_all_namespaces,
        })
    };
    let pod = |named: &[&str], verbs: &'static [&'static str], part| match named {
        [name, ..] if !name.contains('/') => made(&["pods", name], verbs, Some(part)),
        _ => None,
    };
    let one = |access: &Access| access.object.is_some() && !is_selected;
    match *verb {
        "get" => {
            let access = made(named, &["get"], None)?;
            let verbs: &[&str] = match (one(&access), watches) {
                (true, false) => &["get"],
                (true, true) => &["get", "watch"],
                (false, false) => &["list"],
                (false, true) => &["list", "watch"],
            };
            Some(Access { verbs, ..access })
        }
        "wait" => {
            let access = made(named, &["get", "list", "watch"], None)?;
            let verbs: &[&str] = if one(&access) { access.verbs } else { &["list", "watch"] };
            Some(Access { verbs, ..access })
        }
        "delete" => {
            let access = made(named, &["delete"], None)?;
            let verbs: &[&str] = if one(&access) { &["delete"] } else { &["list", "delete"] };
            Some(Access { verbs, ..access })
        }
        "patch" | "annotate" | "label" => made(named.get(..2).unwrap_or(named), &["get", "patch"], None),
        "rollout" => match named {
            ["status", named @ ..] => made(named, &["get", "list", "watch"], None),
            ["restart", named @ ..] => made(named, &["get", "patch"], None),
            _ => None,
        },
        "create" => match named {
            ["secret", _, _, ..] => made(&["secrets"], &["create"], None),
            [kind, _, ..] => made(&[kind], &["create"], None),
            _ => None,
        },
        "logs" => pod(named, &["get"], "log"),
        "exec" => pod(named, &["create"], "exec"),
        _ => None,
    }
}

/// The resource that words name, and the object if it is only one.
fn object(words: &[&str]) -> Option<(ApiResource, Option<String>)> {
    let (kind, name) = match words {
        [word] => match word.split_once('/') {
            Some((kind, name)) => (kind, Some(name)),
            None => (*word, None),
        },
        [kind, name] if !kind.contains('/') => (*kind, Some(*name)),
        [kind, ..] if !kind.contains('/') => (*kind, None),
        // Objects of several kinds.
        _ => return None,
    };
    if kind.contains(',') {
        return None;
    }
    let (plain, group) = kind.split_once('.').map_or((kind, None), |(plain, group)| (plain, Some(group)));
    let plain = plain.to_ascii_lowercase();
    let row = RESOURCES.iter().find(|(of, plural, names)| {
        group.is_none_or(|group| group == *of) && (*plural == plain || names.contains(&plain.as_str()))
    })?;
    let is_of_cluster = matches!(row.1, "namespaces" | "nodes" | "persistentvolumes");
    let resource = ApiResource { group: row.0, name: row.1, is_of_cluster };
    Some((resource, name.filter(|name| !name.contains('$')).map(str::to_owned)))
}
