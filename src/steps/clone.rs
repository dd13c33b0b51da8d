//! Implements `clone`: checks out a Git repository, at one commit, into a volume.
//!
//! ```initflow
//! clone site {
//!   repo "ssh://git@git.acme.dev/site.git"
//!   ref "v42"
//!   into src
//!   key secret("git-ssh")
//!   submodules
//!   timeout 2m
//! }
//! ```
//!
//! | statement | meaning | default |
//! |---|---|---|
//! | `repo "URL"` | `https://…`, `ssh://…` or `git@HOST:PATH` (also `http://…`); `$(NAME)` is a variable of the step's `env` | required |
//! | `ref "…"` | a branch, a tag, or a full commit hash | the remote's `HEAD` |
//! | `into VOLUME ["folder"]` | the folder to create, with its parent folders | the repository's name |
//! | `depth 20` | how many commits of the history to fetch; `0` for all | `1` |
//! | `existing keep` | if the folder is there already, with something in it, it stays as it is | `replace` |
//! | `outside-links` | keeps links that lead out of the repository | the step refuses them |
//! | `submodules` | checks out submodules too, recursively | their folders are empty |
//! | `paths ["docs", "a.txt"]` | checks out only these folders and files | everything |
//! | `key secret("…")` | a Secret of the type `kubernetes.io/ssh-auth`, with the key `known_hosts` besides `ssh-privatekey` | required for ssh |
//! | `token secret("…", "…")` | a token or password for https | no login |
//! | `user "…"` | the user of the token | `git`, which most servers accept with a token |
//! | `retries 3` | how many times to retry, after pauses of 2, 4, 6 … at most 30 seconds | `5` |
//! | `timeout 2m` | the time for all tries together, in whole seconds | `5m` |
//!
//! The step checks out the commit that the ref names at this moment next to the folder, and then swaps the two: a reader
//! sees the old files or the new ones, never a mixture. If the folder already has that commit, nothing is done. The step
//! replaces a folder only if it came out of a repository; otherwise it fails.
//!
//! The key is copied into RAM that only this step has, and the server must be in `known_hosts`. ssh looks up its user in
//! `/etc/passwd`, so the step runs as a user that is listed there. The token is sent only to the repository's own site and is
//! written to no file. Files of Git LFS are not downloaded.

mod script;

use super::existing::Existing;
use super::script::shell;
use super::tries::{Tries, retries, timeout};
use super::{
    Image, InVolume, Lowered, OwnVolume, RAM, StepInput, existing, mismatch, outside_links, path_fault, ram,
    with_prefix,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::source::Span;
use crate::statement::Slot::{Maybe, One};
use crate::statement::{Direction, StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::{SmolStr, ToSmolStr};

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "clone";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "repo",
        &[One("\"url\"", ValueType::Text)],
        "The repository: `https://…`, `ssh://…` or `git@HOST:PATH`.",
    ),
    of_step(
        HERE,
        "ref",
        &[One("\"name\"", ValueType::Text)],
        "A branch, a tag, or a full commit hash. The default is the remote's `HEAD`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), Maybe("\"folder\"", ValueType::Text)],
        "The folder to create, in a volume. The default name is the repository's. Implies `writes volume`.",
    ),
    of_step(
        HERE,
        "depth",
        &[One("count", ValueType::Int(0, 1_000_000))],
        "How many commits of the history to fetch, `0` for all. The default is 1.",
    ),
    of_step(HERE, "submodules", &[], "Checks out submodules too, recursively."),
    of_step(
        HERE,
        "paths",
        &[One("[\"path\"]", ValueType::TextList)],
        "Checks out only these folders and files.",
    ),
    of_step(
        HERE,
        "key",
        &[One("secret(\"name\")", ValueType::Secret)],
        "The key for ssh: a Secret with `ssh-privatekey` and `known_hosts`.",
    ),
    of_step(
        HERE,
        "token",
        &[One("secret(\"name\", \"key\")", ValueType::Variable)],
        "A token or password for https. It is sent only to the repository's own site.",
    ),
    of_step(
        HERE,
        "user",
        &[One("\"name\"", ValueType::Variable)],
        "The user of the token. The default is `git`, which most servers accept with a token.",
    ),
    existing::statement(HERE),
    outside_links::statement(HERE),
    retries(HERE),
    timeout(HERE),
];

/// Where the Secret with the key is mounted.
const KEY: &str = "/initflow/.key";
/// Where the step mounts its own folder.
const WORK: &str = "/initflow/.work";

/// How a repository is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `https://…` or `http://…`.
    Https,
    /// `ssh://…` or `git@host:path`.
    Ssh,
}

impl Transport {
    /// The transport that a URL names.
    ///
    /// # Errors
    /// What is wrong with the URL, as a phrase for a message.
    pub fn of(url: &str) -> Result<Self, &'static str> {
        if url.contains(char::is_whitespace) {
            return Err("a URL has no spaces: write `%20`");
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            return match url.split_once(':') {
                Some((host, path))
                    if !host.starts_with('-')
                        && !host.trim_start_matches("git@").is_empty()
                        && !host.contains('/')
                        && !path.is_empty() =>
                {
                    Ok(Self::Ssh)
                }
                _ => Err("expected `https://…`, `ssh://…` or `git@HOST:PATH`"),
            };
        };
        let transport = match scheme {
            "https" | "http" => Self::Https,
            "ssh" => Self::Ssh,
            _ => return Err("expected `https://…`, `ssh://…` or `git@HOST:PATH`"),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
        if host.is_empty() || host.starts_with('-') {
            Err("the URL names no host")
        } else if path.is_empty() {
            Err("the URL names no repository")
        } else if user.contains(':') {
            Err("git would store this password in a file: use `token`")
        } else {
            Ok(transport)
        }
    }
}

/// The folder that git itself would create for a URL, if that is known.
fn name_of(url: &str) -> Option<&str> {
    let path = url.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let name = path.rsplit(['/', ':']).next()?;
    (!name.contains("$(") && !name.starts_with('.') && path_fault(name).is_none()).then_some(name)
}

/// What is wrong with the name of a branch, a tag or a commit, by git's own rules.
fn ref_fault(name: &str) -> Option<&'static str> {
    let forbidden = |char: char| char.is_ascii_control() || " ~^:?*[\\".contains(char);
    let segment =
        |part: &str| part.is_empty() || part.starts_with('.') || part.strip_suffix(".lock").is_some();
    if name.starts_with('-') {
        Some("a ref cannot start with `-`")
    } else if name.contains(forbidden) {
        Some("a ref cannot contain spaces or any of `~^:?*[\\`")
    } else if name.contains("..")
        || name.contains("@{")
        || name.ends_with('.')
        || name.split('/').any(segment)
    {
        Some("git does not allow a ref of this form")
    } else {
        None
    }
}

/// The options of a `clone`.
#[derive(Clone, Debug)]
pub struct CloneOptions {
    /// The URL of the repository.
    pub repo: SmolStr,
    /// How it is reached.
    pub transport: Transport,
    /// The branch, tag or commit.
    pub reference: Option<SmolStr>,
    /// The folder to create.
    pub into: InVolume,
    /// How many commits of the history to fetch, 0 for all.
    pub depth: u32,
    /// What becomes of what is there, if the author says it.
    pub existing: Option<Existing>,
    /// Whether links that lead out of the repository are kept.
    pub outside_links: bool,
    /// Whether submodules are checked out too.
    pub submodules: bool,
    /// The only paths to check out; empty for all.
    pub paths: Vec<SmolStr>,
    /// The name of the Secret with the key for ssh, and its place.
    pub key: Option<(SmolStr, Span)>,
    /// The user of the token, as the fields of an `EnvVar`.
    pub user: Option<Node>,
    /// The token for https, as the fields of an `EnvVar`.
    pub token: Option<Node>,
    /// How often and how long it tries.
    pub tries: Tries,
    /// Set if the step needs a folder that no other container sees, since its volume may outlive the pod.
    pub work: Option<Span>,
}

impl CloneOptions {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let [repo, into] =
            given.must([("repo", "repo \"https://…\""), ("into", "into VOLUME")], diagnostics)?;
        let url = repo.values.first()?;
        let text = url.as_text()?;
        let mut wrong = |name, span: Span, headline: &str, fault: &str| {
            diagnostics.push(Diagnostic::error(name, span, headline.to_owned()).here(fault.to_owned()));
        };
        let transport = match Transport::of(text) {
            Ok(transport) => transport,
            Err(fault) => {
                let diagnostic = Diagnostic::error(
                    Code::InvalidUrl,
                    url.span,
                    "`repo` is not the URL of a Git repository",
                )
                .here(fault);
                let fits = |meant: &str| text.contains('/') && Transport::of(meant).is_ok();
                diagnostics.push(with_prefix(diagnostic, url.span, text, &["https://"], fits));
                return None;
            }
        };
        let folder = match into.values.get(1) {
            Some(folder) => folder.as_text()?,
            None => name_of(text).unwrap_or_default(),
        };
        if let Some(fault) = path_fault(folder) {
            match into.values.get(1) {
                Some(named) => {
                    let headline = mismatch("a folder path in the volume", folder);
                    wrong(Code::InvalidPath, named.span, &headline, fault);
                }
                None => {
                    let headline = "the URL does not end with a name for the folder";
                    wrong(Code::InvalidPath, into.span, headline, "expected `into VOLUME \"folder\"`");
                }
            }
            return None;
        }
        let reference = match given.value("ref") {
            Some(node) => {
                let name = node.as_text()?;
                if let Some(fault) = ref_fault(name) {
                    wrong(Code::InvalidName, node.span, &mismatch("a branch, tag or commit", name), fault);
                    return None;
                }
                Some(name.into())
            }
            None => None,
        };
        let mut paths = Vec::new();
        for path in given.value("paths").map_or(&[][..], Node::items) {
            let text = path.as_text()?.trim_end_matches('/');
            if let Some(fault) = path_fault(text) {
                let fault = fault.replace("the volume", "the repository");
                wrong(Code::InvalidPath, path.span, &mismatch("a path in the repository", text), &fault);
                return None;
            }
            paths.push(SmolStr::new(text));
        }
        fits(given, transport, text, diagnostics)?;
        Some(Self {
            repo: text.into(),
            transport,
            reference,
            into: InVolume::of(into, folder)?,
            depth: given.number("depth", 1),
            existing: existing::read(given),
            outside_links: outside_links::read(given),
            submodules: given.option("submodules").is_some(),
            paths,
            tries: Tries::of(given, diagnostics)?,
            key: match given.value("key") {
                Some(key) => Some((key.as_text()?.into(), key.span)),
                None => None,
            },
            user: given.value("user").cloned(),
            token: given.value("token").cloned(),
            work: (!into.ephemeral).then_some(given.span),
        })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let mut env = vec![("INITFLOW_REPO".into(), self.repo.clone())];
        env.extend(self.into.variables());
        env.extend(self.reference.clone().map(|reference| ("INITFLOW_REF".into(), reference)));
        env.push(("INITFLOW_DEPTH".into(), self.depth.to_smolstr()));
        env.extend(self.tries.variables());
        let mut lowered = Lowered {
            image: Some(Image::Git),
            command: shell(&script::parts(self), "clone"),
            args: self.paths.clone(),
            env,
            ..Lowered::default()
        };
        if let Some((key, span)) = &self.key {
            lowered.env.push(("INITFLOW_KEY".into(), KEY.into()));
            lowered.env.push(("INITFLOW_RAM".into(), RAM.into()));
            lowered.volumes = vec![secret(key, *span), ram(*span, "1Mi")];
            lowered.asks_for_its_user = true;
        }
        if let Some(span) = self.work {
            lowered.env.push(("INITFLOW_WORK".into(), WORK.into()));
            lowered.volumes.push(work(span));
        }
        for (value, name) in [(&self.user, "INITFLOW_USER"), (&self.token, "INITFLOW_TOKEN")] {
            lowered.variables.extend(value.clone().map(|value| (name.into(), value)));
        }
        lowered
    }
}

/// Checks that the statements for logging in belong to the transport.
fn fits(given: &StepInput, transport: Transport, url: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<()> {
    let (foreign, scheme, other, help): (&[&str], _, _, _) = match transport {
        Transport::Https => (&["key"], "https", "ssh", "use `token` instead of `key`"),
        Transport::Ssh => {
            (&["token", "user"], "ssh", "https", "use `key` to log in, and name the user in the URL")
        }
    };
    if let Some(option) = foreign.iter().find_map(|name| given.option(name)) {
        diagnostics.push(
            Diagnostic::error(
                Code::UnmetRequirement,
                option.span,
                format!("`{}` cannot be used with an {scheme} URL", option.name),
            )
            .here(format!("only for {other}"))
            .help(help),
        );
        return None;
    }
    if transport == Transport::Ssh {
        given.must([("key", "key secret(\"git-ssh\")")], diagnostics)?;
    }
    if let Some(token) = given.option("token")
        && url.starts_with("http://")
    {
        diagnostics.push(
            Diagnostic::error(Code::UnmetRequirement, token.span, "`token` needs an https URL")
                .here("anyone on the network path could read it")
                .help("use `https://` in the URL"),
        );
        return None;
    }
    if given.option("token").is_none()
        && let Some(user) = given.option("user")
    {
        diagnostics.push(
            Diagnostic::error(Code::UnmetRequirement, user.span, "`user` needs a `token`")
                .here("has no effect without a token")
                .help("add `token secret(\"…\", \"…\")`, or remove `user`"),
        );
        return None;
    }
    Some(())
}

fn secret(name: &str, span: Span) -> OwnVolume {
    OwnVolume {
        name: "key",
        mount_path: KEY.into(),
        read_only: true,
        source: "secret",
        fields: Node::object(span, [("secretName", Node::text(span, name))]),
    }
}

/// A folder that no other container sees, since the volume may assign everything written in it to another user.
fn work(span: Span) -> OwnVolume {
    OwnVolume {
        name: "work",
        mount_path: WORK.into(),
        read_only: false,
        source: "emptyDir",
        fields: Node::map(span),
    }
}

#[cfg(test)]
mod tests {
    use super::{Transport, name_of, ref_fault};

    #[test]
    fn a_url_names_its_transport() {
        for https in
            ["https://git.acme.dev/site.git", "http://gitea:3000/shop/site", "https://me@git.acme.dev/a/b"]
        {
            assert_eq!(Transport::of(https), Ok(Transport::Https), "{https}");
        }
        for ssh in
            ["ssh://git@git.acme.dev:2222/site.git", "git@git.acme.dev:shop/site.git", "git.acme.dev:site"]
        {
            assert_eq!(Transport::of(ssh), Ok(Transport::Ssh), "{ssh}");
        }
        for wrong in [
            "",
            "site",
            "/srv/git/site",
            "file:///srv/git/site",
            "git://git.acme.dev/site",
            "ext::sh -c id",
            "https://",
            "https://git.acme.dev",
            "https:///site",
            "https://me:pass-word@git.acme.dev/site",
            "ssh://-oProxyCommand=id/site",
            "-oProxyCommand=id:site",
            "git@:site",
            "git@git.acme.dev:",
            "https://git.acme.dev/a b",
        ] {
            assert!(Transport::of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_folder_is_the_one_that_git_would_make() {
        assert_eq!(name_of("https://git.acme.dev/shop/site.git/"), Some("site"));
        assert_eq!(name_of("git@git.acme.dev:site"), Some("site"));
        assert_eq!(name_of("https://git.acme.dev/$(REPO)"), None);
        assert_eq!(name_of("https://git.acme.dev/.git"), Some("git.acme.dev"));
    }

    #[test]
    fn a_ref_has_the_form_that_git_requires() {
        for fine in ["main", "feature/x.y", "v1.2.3", "release-2026", "refs/heads/main", "0f3a", "a@b"] {
            assert_eq!(ref_fault(fine), None, "{fine}");
        }
        for wrong in
            ["", "-x", "a b", "a..b", "a^{}", "a:b", "/a", "a/", "a//b", "a.lock", ".a", "a@{1}", "a\nb"]
        {
            assert!(ref_fault(wrong).is_some(), "{wrong}");
        }
    }
}
