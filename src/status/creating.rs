//! Says why a container cannot be created, or its volumes cannot be mounted: images, missing objects, users.

use super::ends;
use super::objects::{ClusterObject, Waiting};
use super::trouble::{Trouble, TroubleKind};
use super::view::ContainerView;

/// Why a container waits, if it is not its turn that it waits for; nothing if it is only being created.
pub(super) fn trouble(container: &ContainerView<'_>, waiting: &Waiting) -> Option<Trouble> {
    let title = container.title();
    let image = &container.spec.image;
    let (reason, message) = (&*waiting.reason, waiting.message.as_str());
    let trouble = match reason {
        "ErrImagePull" | "ImagePullBackOff" | "RegistryUnavailable" | "ImageInspectError" => {
            let (why, help) = pull_fault(message);
            Trouble::new(
                TroubleKind::ImagePull,
                format!("the image `{image}` of {title} cannot be pulled{why}"),
            )
            .help(help)
        }
        "ErrImageNeverPull" => Trouble::new(
            TroubleKind::ImageNeverPull,
            format!("the image `{image}` of {title} is not on the node, and may not be pulled"),
        )
        .help(format!("put the image on every node, or change `imagePullPolicy` of `{}`", container.name())),
        "InvalidImageName" => Trouble::new(
            TroubleKind::ImageName,
            format!("the image `{image}` of {title} is not a name of an image"),
        )
        .help("correct the name of the image"),
        "CreateContainerConfigError" => config(&title, message),
        "CreateContainerError" | "RunContainerError" | "StartError" if message.contains("exec: ") => {
            ends::program(container, message)
        }
        _ if reason.ends_with("Error") || reason.ends_with("BackOff") || reason.starts_with("Err") => {
            Trouble::new(TroubleKind::Container, format!("{title} cannot be created: {reason}"))
        }
        _ => return None,
    };
    Some(trouble.of(container.name()).said(message))
}

/// Why an image cannot be pulled, in a few words, and what to do.
fn pull_fault(message: &str) -> (&'static str, &'static str) {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&[
        "401 Unauthorized",
        "403 Forbidden",
        "unauthorized",
        "denied",
        "authorization failed",
        "no basic auth",
    ]) {
        return (
            ": the registry refuses it",
            "check the name of the image, and the `imagePullSecrets` of the pod or of its service account",
        );
    }
    if has(&["not found", "manifest unknown", "does not exist", "NotFound"]) {
        return (
            ": the registry does not have it",
            "check the name and the tag of the image, and whether it was pushed",
        );
    }
    if has(&[
        "no such host",
        "lookup ",
        "connection refused",
        "i/o timeout",
        "deadline exceeded",
        "TLS handshake",
    ]) {
        return (
            ": the registry cannot be reached",
            "check the name of the registry, and whether the nodes of the cluster can reach it",
        );
    }
    if has(&["toomanyrequests", "429 Too Many", "rate limit"]) {
        return (": the registry limits how often", "use a mirror, or log in to the registry");
    }
    if has(&["no match for platform", "no matching manifest"]) {
        return (
            ": it is not built for this node's architecture",
            "build the image for the architecture of the nodes",
        );
    }
    ("", "check the name of the image, and whether the nodes of the cluster can reach the registry")
}

/// What is wrong with the configuration of a container.
fn config(title: &str, message: &str) -> Trouble {
    if let Some(trouble) = missing(title, message) {
        return trouble;
    }
    if message.contains("runAsNonRoot") {
        let why = if message.contains("non-numeric") {
            "must not run as root, and its image names a user whose number is unknown"
        } else {
            "must not run as root, and its image does"
        };
        return Trouble::new(TroubleKind::RunAsRoot, format!("{title} {why}"))
            .help("set `runAsUser` to the number of a user other than 0, or use an image that sets one");
    }
    Trouble::new(TroubleKind::Container, format!("{title} cannot be created with its settings"))
}

/// The Secret, the ConfigMap or the key that a message says is missing.
fn missing(title: &str, message: &str) -> Option<Trouble> {
    let object = |word: &str| {
        let rest = message.split(&format!("{word} \"")).nth(1)?;
        let (name, rest) = rest.split_once('"')?;
        rest.trim_start().starts_with("not found").then(|| name.rsplit('/').next().unwrap_or(name).to_owned())
    };
    let missing = |kind, word: &str, name: &str| {
        Trouble::new(kind, format!("{title} needs the {word} `{name}`, which does not exist"))
            .help(format!("create the {word} `{name}` in the namespace of the pod, or correct the name"))
    };
    if let Some(name) = object("secret") {
        return Some(missing(TroubleKind::MissingSecret, "Secret", &name));
    }
    if let Some(name) = object("configmap") {
        return Some(missing(TroubleKind::MissingConfigMap, "ConfigMap", &name));
    }
    let in_object = |rest: &str, word: &str| {
        let (key, rest) = rest.split_once(&format!(" in {word} "))?;
        let name = rest.split([' ', ',']).next()?.rsplit('/').next()?;
        let headline =
            format!("{title} needs the key `{key}` of the {word} `{name}`, which does not have it");
        let help = format!("add the key `{key}` to the {word} `{name}`, or correct the name of the key");
        Some(Trouble::new(TroubleKind::MissingKey, headline).help(help))
    };
    let rest = message.split("couldn't find key ").nth(1);
    if let Some(found) =
        rest.and_then(|rest| in_object(rest, "Secret").or_else(|| in_object(rest, "ConfigMap")))
    {
        return Some(found);
    }
    let key = message.split("references non-existent ").nth(1)?;
    let (what, key) = key.split_once(": ")?;
    let word = if what.starts_with("secret") { "Secret" } else { "ConfigMap" };
    let headline = format!("{title} needs the key `{key}` of a {word}, which does not have it");
    Some(Trouble::new(TroubleKind::MissingKey, headline).help(format!("add the key `{key}` to the {word}")))
}

/// Why the volumes of a pod cannot be mounted, from the event about it.
pub(super) fn volume(event: &ClusterObject) -> Trouble {
    let message = &event.message;
    let name = message.split("for volume \"").nth(1).and_then(|rest| rest.split('"').next());
    let title = name.map_or_else(|| "a volume of the pod".to_owned(), |name| format!("the volume `{name}`"));
    let trouble = missing(&title, message).unwrap_or_else(|| {
        Trouble::new(TroubleKind::Volume, format!("{title} cannot be mounted"))
            .help("check that what the volume names exists, and that the node can reach it")
    });
    trouble.said(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        for (message, expected) in [
            ("secret \"shop-db\" not found", "needs the Secret `shop-db`, which does not exist"),
            ("configmap \"settings\" not found", "needs the ConfigMap `settings`, which does not exist"),
            (
                "couldn't find key url in Secret shop/shop-db",
                "needs the key `url` of the Secret `shop-db`, which does not have it",
            ),
            (
                "couldn't find key url in ConfigMap shop/settings",
                "needs the key `url` of the ConfigMap `settings`, which does not have it",
            ),
            (
                "container has runAsNonRoot and image will run as root",
                "must not run as root, and its image does",
            ),
            (
                "container has runAsNonRoot and image has non-numeric user (app)",
                "must not run as root, and its image names a user whose number is unknown",
            ),
            (
                "references non-existent secret key: web.conf",
                "needs the key `web.conf` of a Secret, which does not have it",
            ),
            ("secret \"", "cannot be created with its settings"),
            ("couldn't find key ", "cannot be created with its settings"),
            ("references non-existent ", "cannot be created with its settings"),
        ] {
            assert_eq!(config("step `a`", message).headline, format!("step `a` {expected}"));
        }
    }
}
