//! Writes the part of the CI of a new project that installs initflow, from where the call says.

use std::fmt::Write as _;

/// Where the CI of a project gets initflow from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum InstallMethod {
    /// From where the variables of the CI say.
    #[default]
    Variables,
    /// From an archive, whose checksum is known.
    Archive(String),
    /// Built from a Git repository, at a revision if there is one.
    Git(String, Option<String>),
    /// From an image.
    Image(String),
    /// From the machines that run the CI, which have it.
    Present,
}

/// Reads what `--install` names.
pub(super) fn method(text: &str) -> Result<InstallMethod, String> {
    if let Some(bad) = text.chars().find(|char| !is_harmless(*char)) {
        return Err(format!("{} is not allowed in it", bad.escape_debug()));
    }
    if text == "present" {
        return Ok(InstallMethod::Present);
    }
    if text == "variables" {
        return Ok(InstallMethod::Variables);
    }
    if let Some(image) = text.strip_prefix("image:").map(|image| image.trim_start_matches("//")) {
        return match crate::kubernetes::image::fault(image) {
            None => Ok(InstallMethod::Image(image.to_owned())),
            Some(fault) => Err(format!("the image {fault}")),
        };
    }
    let (url, revision) = text.split_once('#').map_or((text, None), |(url, revision)| (url, Some(revision)));
    let git = url.strip_prefix("git+").or_else(|| Some(url).filter(|url| is_git(url)));
    let is_url = |url: &str| {
        url.split_once("://").is_some_and(|(scheme, rest)| SCHEMES.contains(&scheme) && !rest.is_empty())
    };
    match git {
        Some(url) if is_url(url) => {
            let revision = revision.filter(|revision| !revision.is_empty());
            if revision.is_some_and(|revision| revision.starts_with('-')) {
                return Err("a revision does not begin with `-`".to_owned());
            }
            Ok(InstallMethod::Git(url.to_owned(), revision.map(str::to_owned)))
        }
        None if revision.is_none() && url.starts_with("https://") && is_url(url) => {
            Ok(InstallMethod::Archive(url.to_owned()))
        }
        _ => Err("use the URL of an archive, `git+URL#REVISION`, `image:NAME`, `present` or `variables`"
            .to_owned()),
    }
}

const SCHEMES: [&str; 3] = ["https", "ssh", "file"];

fn is_git(url: &str) -> bool {
    url.strip_suffix(".git").is_some_and(|url| !url.is_empty())
}

/// Whether a character means nothing to a shell, to YAML in quotes, or to the expressions of a CI.
fn is_harmless(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~:/?#@&+,;=%".contains(char)
}

/// Reads a checksum.
pub(super) fn checksum(text: &str) -> Result<String, String> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a SHA-256 checksum has 64 hexadecimal digits".to_owned())
    }
}

const ARCHIVE: &str = r#"curl -q --fail --silent --show-error --location --proto '=https,file' --output archive -- "$INITFLOW_URL"
echo "$INITFLOW_SHA256  archive" | sha256sum -c -
tar -xzf archive ./bin/initflow
"#;
const GIT: &str = r#"cargo install --locked --root "$PWD" --git "$INITFLOW_GIT" ${INITFLOW_REV:+--rev "$INITFLOW_REV"} initflow
"#;
const IMAGE: &str = r#"mkdir bin
container=$(docker create "$INITFLOW_IMAGE")
docker cp "$container:/usr/bin/initflow" bin/initflow
docker rm "$container"
"#;
const NOWHERE: &str =
    "set the variables INITFLOW_URL and INITFLOW_SHA256, or INITFLOW_GIT, in the settings of the";

impl InstallMethod {
    /// The variables with what the call says, by name.
    fn variables(&self, sha256: &str) -> Vec<(&'static str, String)> {
        match self {
            Self::Archive(url) => {
                vec![("INITFLOW_URL", url.clone()), ("INITFLOW_SHA256", sha256.to_owned())]
            }
            Self::Git(url, revision) => {
                let revision = revision.as_ref().map(|revision| ("INITFLOW_REV", revision.clone()));
                std::iter::once(("INITFLOW_GIT", url.clone())).chain(revision).collect()
            }
            Self::Image(image) => vec![("INITFLOW_IMAGE", image.clone())],
            Self::Variables | Self::Present => Vec::new(),
        }
    }

    /// The commands that put the program into `bin` of the current folder.
    fn script(&self, project: &str) -> String {
        let indented = |text: &str| text.lines().fold(String::new(), |all, line| all + "  " + line + "\n");
        match self {
            Self::Archive(_) => ARCHIVE.to_owned(),
            Self::Git(..) => GIT.to_owned(),
            Self::Image(_) => IMAGE.to_owned(),
            Self::Present => String::new(),
            Self::Variables => format!(
                "if [ -n \"$INITFLOW_URL\" ]; then\n{}elif [ -n \"$INITFLOW_GIT\" ]; then\n{}elif ! command -v initflow; then\n  echo \"{NOWHERE} {project}\"; exit 1\nfi\n",
                indented(ARCHIVE),
                indented(GIT)
            ),
        }
    }

    /// The step of a GitHub workflow.
    pub(super) fn github(&self, sha256: &str) -> String {
        if *self == Self::Present {
            return "      # The runner has initflow on its PATH.".to_owned();
        }
        let mut step =
            "      - name: Install initflow\n        working-directory: ${{ runner.temp }}\n        env:\n"
                .to_owned();
        let variables = self.variables(sha256);
        // Writing to memory cannot fail.
        for (name, value) in &variables {
            let _ = writeln!(step, "          {name}: '{value}'");
        }
        if variables.is_empty() {
            for name in NAMES {
                let _ = writeln!(step, "          {name}: ${{{{ vars.{name} }}}}");
            }
        }
        step += "        run: |\n";
        for line in self.script("repository").lines().chain(["echo \"$PWD/bin\" >>\"$GITHUB_PATH\""]) {
            let _ = writeln!(step, "          {line}");
        }
        step.trim_end().to_owned()
    }

    /// The lines of a GitLab job before its script.
    pub(super) fn gitlab(&self, sha256: &str) -> String {
        if let Self::Image(image) = self {
            return format!(
                "  # The image needs a shell besides initflow.\n  image: {{ name: '{image}', entrypoint: [''] }}"
            );
        }
        if *self == Self::Present {
            return "  # The runner, or its image, has initflow on its PATH.".to_owned();
        }
        // To build initflow takes Rust.
        let image =
            if matches!(self, Self::Archive(_)) { "buildpack-deps:bookworm-scm" } else { "rust:1-bookworm" };
        let mut job = format!("  image: {image}\n");
        let variables = self.variables(sha256);
        if !variables.is_empty() {
            job += "  variables:\n";
        }
        for (name, value) in &variables {
            let _ = writeln!(job, "    {name}: '{value}'");
        }
        job += "  before_script:\n    - |\n";
        let script = self.script("project");
        let around = ["checkout=$PWD", "cd \"$(mktemp -d)\""].into_iter();
        for line in around.chain(script.lines()).chain(["export PATH=\"$PWD/bin:$PATH\"", "cd \"$checkout\""])
        {
            let _ = writeln!(job, "      {line}");
        }
        job.trim_end().to_owned()
    }

    /// What the README of the project says.
    pub(super) fn readme(&self) -> String {
        match self {
            Self::Archive(url) => {
                format!("CI runs the initflow in <{url}> if the archive has the checksum in the files of the CI.")
            }
            Self::Git(url, revision) => {
                let at = revision.as_ref().map(|revision| format!(" at `{revision}`")).unwrap_or_default();
                format!("CI builds initflow from <{url}>{at} with Cargo, which takes some minutes.")
            }
            Self::Image(image) => format!("CI runs the initflow in the image `{image}`."),
            Self::Present => "CI runs the initflow that its machines have.".to_owned(),
            Self::Variables => "CI finds initflow by variables of the repository, or of its organization or group: `INITFLOW_URL` and\n\
                 `INITFLOW_SHA256` for an archive and its checksum, or `INITFLOW_GIT` and `INITFLOW_REV` for a Git repository and a\n\
                 revision to build with Cargo. Without them, CI runs the initflow that its machines have, if they have one."
                .to_owned(),
        }
    }
}

const NAMES: [&str; 4] = ["INITFLOW_URL", "INITFLOW_SHA256", "INITFLOW_GIT", "INITFLOW_REV"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_told_by_its_form() {
        let url = "https://example.com/initflow.git";
        let git = |revision: Option<&str>| InstallMethod::Git(url.to_owned(), revision.map(str::to_owned));
        assert_eq!(method(url), Ok(git(None)));
        assert_eq!(method(&format!("git+{url}#v1.0")), Ok(git(Some("v1.0"))));
        assert_eq!(
            method("https://example.com/a.tar.gz"),
            Ok(InstallMethod::Archive("https://example.com/a.tar.gz".into()))
        );
        assert_eq!(
            method("image:example.com/initflow:1"),
            Ok(InstallMethod::Image("example.com/initflow:1".into()))
        );
        assert_eq!(method("present"), Ok(InstallMethod::Present));
        let faulty = [
            "",
            "http://a.b/c",
            "https://",
            "image:A B",
            "git+x",
            "git+https://a/b#-x",
            "https://a/$x",
            "https://a/'",
            "${{ x }}",
        ];
        for wrong in faulty {
            assert!(method(wrong).is_err(), "{wrong}");
        }
        assert!(checksum(&"a".repeat(64)).is_ok() && checksum("a").is_err());
    }
}
