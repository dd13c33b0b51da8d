//! Maps the URL of a `fetch` to the kind of place that it names, and a name to the format of an archive.
//!
//! Invariant: every part of a URL that the scripts use exists, unless a `$(NAME)` hides it.

use crate::kubernetes::image;

/// The kinds of place that files can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchSource {
    /// `https://…` or `http://…`.
    Http,
    /// An object: `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://ACCOUNT/CONTAINER/PATH`.
    Object,
    /// All objects below a prefix: the same, ending with a slash.
    Prefix,
    /// An artifact in a registry: `oci://REGISTRY/NAME:TAG`.
    Artifact,
    /// The files of a model of Hugging Face: `hf://ORG/MODEL@REVISION`.
    Model,
}

/// The schemes, each with what must follow it.
const SCHEMES: [(&str, &str); 7] = [
    ("https://", "HOST/PATH"),
    ("http://", "HOST/PATH"),
    ("s3://", "BUCKET/KEY"),
    ("gs://", "BUCKET/KEY"),
    ("az://", "ACCOUNT/CONTAINER/PATH"),
    ("oci://", "REGISTRY/NAME:TAG"),
    ("hf://", "ORG/MODEL@REVISION"),
];

impl FetchSource {
    /// The source that a URL names.
    ///
    /// # Errors
    /// What is wrong with the URL, as a phrase for a message.
    pub fn of(url: &str) -> Result<Self, String> {
        let known =
            SCHEMES.into_iter().find_map(|(scheme, shape)| Some((scheme, shape, url.strip_prefix(scheme)?)));
        let Some((scheme, shape, rest)) = known else {
            let shapes = SCHEMES.map(|(scheme, shape)| format!("`{scheme}{shape}`"));
            return Err(format!("expected one of {}", shapes.join(", ")));
        };
        let hidden = rest.contains("$(");
        let bucket = matches!(scheme, "s3://" | "gs://" | "az://");
        let has_keys = bucket || scheme == "hf://";
        if !has_keys && rest.contains(char::is_whitespace) {
            return Err("a URL has no spaces: write `%20`".into());
        }
        if bucket {
            let fault = if hidden { None } else { object_fault(rest, shape.split('/').count()) };
            let source = if rest.ends_with('/') { Self::Prefix } else { Self::Object };
            return fault.map_or(Ok(source), |fault| Err(format!("{fault}: `{scheme}{shape}`")));
        }
        if scheme == "oci://" {
            let fault = if hidden { None } else { artifact_fault(rest) };
            return fault.map_or(Ok(Self::Artifact), |fault| Err(format!("{fault}: `{scheme}{shape}`")));
        }
        if scheme == "hf://" {
            let fault = if hidden { None } else { model_fault(rest) };
            return fault.map_or(Ok(Self::Model), |fault| Err(format!("{fault}: `{scheme}{shape}`")));
        }
        if rest.is_empty() || rest.starts_with('/') {
            Err("the URL names no host".into())
        } else {
            Ok(Self::Http)
        }
    }
}

/// What is wrong with the path of an object or a prefix that must have at least this many segments.
fn object_fault(path: &str, segments: usize) -> Option<&'static str> {
    let found = path.split('/').count();
    let inner = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        Some("the URL names nothing")
    } else if found < segments {
        Some("the URL names no object and no prefix, which ends with `/`")
    } else if inner.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        Some("the URL has an empty segment, a `.` or a `..`")
    } else if path.contains(['\n', '\0']) {
        Some("the URL has a line break or a null character")
    } else {
        None
    }
}

/// What is wrong with the reference of an artifact.
fn artifact_fault(reference: &str) -> Option<&'static str> {
    let (registry, name) = reference.split_once('/').unwrap_or(("", reference));
    if !registry.contains(['.', ':']) && registry != "localhost" {
        Some("the URL names no registry")
    } else if !name.contains([':', '@']) {
        Some("the URL has neither a tag nor a digest")
    } else if image::fault(reference).is_some() {
        Some("the URL is not the reference of an artifact")
    } else {
        None
    }
}

/// What is wrong with `ORG/MODEL@REVISION`, with a path or a pattern of files after it.
fn model_fault(rest: &str) -> Option<&'static str> {
    let rest = rest.strip_prefix("datasets/").unwrap_or(rest);
    let is_name = |text: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !text.is_empty() && !text.starts_with(['.', '-']) && text.bytes().all(known)
    };
    let Some((name, at)) = rest.split_once('@') else {
        return Some("the URL names no revision, which is a commit, a tag or a branch");
    };
    let (revision, pattern) = at.split_once('/').unwrap_or((at, "*"));
    let Some((org, model)) = name.split_once('/') else { return Some("the URL names no model") };
    if !is_name(org) || !is_name(model) {
        Some("the URL names no model")
    } else if !is_name(revision) {
        Some("a revision has letters, digits, `.`, `_` and `-`")
    } else if pattern.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("the path of the files has an empty segment, a `.` or a `..`")
    } else if pattern.contains(char::is_control) {
        Some("the path of the files has a control character")
    } else {
        None
    }
}

/// Whether others on the network path could read and change the download: plain `http://` to what looks like a public
/// host.
///
/// Hosts in the cluster have no dot, a suffix of their own, or an explicit port.
pub(super) fn is_open(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let own = [".svc", ".local", ".internal", ".localhost"].iter().any(|suffix| host.ends_with(suffix));
    let address = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host.contains('.') && !host.contains([':', '$']) && !own && !address
}

/// The formats of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// A tar file.
    Tar,
    /// A tar file, compressed by gzip.
    TarGz,
    /// A tar file, compressed by Zstandard.
    TarZst,
    /// A zip file.
    Zip,
}

impl Archive {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Tar, Self::TarGz, Self::TarZst, Self::Zip];

    /// The format's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tar => "tar",
            Self::TarGz => "tar.gz",
            Self::TarZst => "tar.zst",
            Self::Zip => "zip",
        }
    }

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|archive| archive.name() == name)
    }

    /// The format of what a URL names, by its ending.
    pub fn of(url: &str) -> Option<Self> {
        let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let ends = |ending: &str| path.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.'));
        Self::ALL.into_iter().find(|archive| ends(archive.name())).or(match () {
            () if ends("tgz") => Some(Self::TarGz),
            () if ends("tzst") => Some(Self::TarZst),
            () => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Archive, FetchSource, is_open};

    #[test]
    fn a_url_names_its_source() {
        for (url, source) in [
            ("https://acme.dev/a?b=c", FetchSource::Http),
            ("http://minio:9000/a", FetchSource::Http),
            ("s3://acme/shop/a b.json", FetchSource::Object),
            ("s3://acme/shop/", FetchSource::Prefix),
            ("s3://acme/", FetchSource::Prefix),
            ("gs://acme/a", FetchSource::Object),
            ("gs://acme/a/", FetchSource::Prefix),
            ("az://acme/config/a", FetchSource::Object),
            ("az://acme/config/", FetchSource::Prefix),
            ("oci://registry.acme.dev/rules:1.4", FetchSource::Artifact),
            (
                "oci://localhost:5000/a/b@sha256:9f2c1a7e5b0d4c83e6f1a29b7d58c0e4136fab92d7e80c5b4a1f63d29e87b05c",
                FetchSource::Artifact,
            ),
            ("s3://$(BUCKET)", FetchSource::Object),
            ("oci://$(REGISTRY)/a:$(TAG)", FetchSource::Artifact),
            ("hf://acme/shop-7B@main", FetchSource::Model),
            ("hf://datasets/acme/shop@v1.0/data/*.parquet", FetchSource::Model),
            ("hf://acme/shop@$(COMMIT)", FetchSource::Model),
        ] {
            assert_eq!(FetchSource::of(url), Ok(source), "{url}");
        }
        for (url, fault) in [
            ("", "expected one of"),
            ("acme.dev", "expected one of"),
            ("ftp://acme.dev/a", "expected one of"),
            ("$(URL)", "expected one of"),
            ("https://acme.dev/a b", "no spaces"),
            ("https://", "no host"),
            ("https:///a", "no host"),
            ("s3://", "names nothing"),
            ("s3://acme", "no object"),
            ("s3:///key", "empty segment"),
            ("s3://acme//key", "empty segment"),
            ("gs://acme/../key", "a `..`"),
            ("gs://acme", "no object"),
            ("az://acme/config", "no object"),
            ("az://acme/", "no object"),
            ("az:///config/a", "empty segment"),
            ("oci://rules:1", "no registry"),
            ("oci://acme/rules:1", "no registry"),
            ("oci://acme.dev/rules", "neither a tag"),
            ("oci://acme.dev/Rules:1", "not the reference"),
            ("oci://acme.dev/rules:1 2", "no spaces"),
            ("hf://acme/shop", "no revision"),
            ("hf://shop@main", "no model"),
            ("hf://acme/../shop@main", "no model"),
            ("hf://acme/shop@refs/../x", "a `..`"),
            ("hf://acme/shop@-x", "a revision has"),
        ] {
            let found = FetchSource::of(url).expect_err(url);
            assert!(found.contains(fault), "{url}: {found}");
        }
    }

    #[test]
    fn an_archive_is_known_by_its_extension() {
        for (url, archive) in [
            ("https://acme.dev/a.tar", Some(Archive::Tar)),
            ("https://acme.dev/a.tar.gz?b=c.zip", Some(Archive::TarGz)),
            ("https://acme.dev/a.TGZ", Some(Archive::TarGz)),
            ("s3://acme/a.tar.zst", Some(Archive::TarZst)),
            ("s3://acme/a.zip", Some(Archive::Zip)),
            ("s3://acme/azip", None),
            ("s3://acme/a.gz", None),
            ("oci://acme.dev/rules:1.4", None),
        ] {
            assert_eq!(Archive::of(url), archive, "{url}");
        }
        assert!(Archive::ALL.into_iter().all(|archive| Archive::named(archive.name()) == Some(archive)));
    }

    #[test]
    fn hosts_of_the_cluster_are_not_public() {
        for url in ["http://acme.dev/a", "http://user@acme.dev", "http://acme.dev?b"] {
            assert!(is_open(url), "{url}");
        }
        for url in [
            "https://acme.dev/a",
            "http://minio/a",
            "http://minio.storage:9000/a",
            "http://minio.storage.svc/a",
            "http://minio.storage.svc.cluster.local/a",
            "http://10.0.0.1/a",
            "http://[::1]/a",
            "http://$(HOST)/a",
        ] {
            assert!(!is_open(url), "{url}");
        }
    }
}
