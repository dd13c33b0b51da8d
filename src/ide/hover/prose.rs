//! Writes Kubernetes' descriptions of its fields as Markdown: their lists become lists, and what is known is not repeated.
//!
//! Invariant: no word is lost, except a sentence that only lists the values of the field. A dash that ends the name of a
//! value becomes a colon.

use crate::kubernetes::schema::FieldType;
use std::fmt::Write as _;

/// The description of a field as Markdown.
pub(super) fn markdown(description: &str, ty: &FieldType) -> String {
    let members: Vec<&str> = match ty {
        FieldType::Enum(values) => values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    };
    let mut text = String::new();
    for paragraph in description.split("\n\n") {
        for block in blocks(&without_members(paragraph, &members), &members) {
            let separator = match &block {
                _ if text.is_empty() => "",
                Block::Item(_) if text.rsplit('\n').next().is_some_and(|line| line.starts_with("- ")) => "\n",
                _ => "\n\n",
            };
            let _ = match block {
                Block::Text(words) => write!(text, "{separator}{}", escaped(&words)),
                Block::Item(words) => write!(text, "{separator}- {}", escaped(&words)),
            };
        }
    }
    text
}

enum Block {
    Text(String),
    Item(String),
}

/// The texts and the items of a paragraph.
fn blocks(paragraph: &str, members: &[&str]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut line_start = true;
    let mut words = paragraph.split_inclusive(char::is_whitespace).peekable();
    while let Some(piece) = words.next() {
        let word = piece.trim_end();
        let starts_line = line_start;
        line_start = piece.ends_with('\n') || word.is_empty() && line_start;
        if word.is_empty() {
            continue;
        }
        let before = match blocks.last() {
            Some(Block::Text(text) | Block::Item(text)) => text.as_str(),
            None => "",
        };
        let in_list = matches!(blocks.last(), Some(Block::Item(_)));
        let is_dash = word == "-" && (starts_line || begins_item(before, in_list));
        let is_name = members.contains(&word)
            && words.peek().is_some_and(|next| next.trim_end() == "-")
            && (before.is_empty() || before.ends_with([':', '.']));
        if is_dash {
            blocks.push(Block::Item(String::new()));
        } else if is_name {
            words.next();
            blocks.push(Block::Item(format!("{word}:")));
        } else {
            match blocks.last_mut() {
                Some(Block::Text(text) | Block::Item(text)) => {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
                None => blocks.push(Block::Text(word.to_owned())),
            }
        }
    }
    blocks
}

/// Whether a dash after a text begins an item: the text announces a list, or ends an item of one.
fn begins_item(before: &str, in_list: bool) -> bool {
    before.ends_with(':') || in_list && (before.ends_with(['.', ';']) || !before.contains(' '))
}

/// A paragraph without the sentence that lists all values of its field.
fn without_members(paragraph: &str, members: &[&str]) -> String {
    const START: &str = "One of ";
    let sentence = || {
        let start = paragraph.find(START)?;
        let listed = &paragraph[start + START.len()..];
        let end = listed.find('.')?;
        let mut named: Vec<&str> =
            listed[..end].split([',', ' ']).filter(|word| !matches!(*word, "" | "or" | "and")).collect();
        let mut known = members.to_vec();
        named.sort_unstable();
        known.sort_unstable();
        (named == known).then_some(start..start + START.len() + end + 1)
    };
    match sentence() {
        Some(range) => [paragraph[..range.start].trim_end(), &paragraph[range.end..]].concat(),
        None => paragraph.to_owned(),
    }
}

/// A text in which no word is HTML.
fn escaped(text: &str) -> String {
    let mut in_code = false;
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        in_code ^= letter == '`';
        if letter == '<' && !in_code {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::schema;

    fn of(object: &schema::ObjectSchema, field: &str) -> String {
        let field = object.field(field).unwrap();
        markdown(field.doc, &field.ty)
    }

    #[test]
    fn lists_are_lists() {
        insta::assert_snapshot!(
            [
                of(&schema::CRON_JOB_SPEC, "concurrencyPolicy"),
                of(&schema::JOB_SPEC, "podReplacementPolicy"),
                of(&schema::POD_SPEC, "hostnameOverride"),
                of(&schema::POD_SPEC, "os"),
                of(schema::object("AppArmorProfile").unwrap(), "type"),
                of(schema::object("SeccompProfile").unwrap(), "type"),
                of(&schema::JOB_SPEC, "podFailurePolicy"),
            ]
            .join("\n====\n"),
            @r#"
            Specifies how to treat concurrent executions of a Job. Valid values are:

            - "Allow" (default): allows CronJobs to run concurrently;
            - "Forbid": forbids concurrent runs, skipping next run if previous run hasn't finished yet;
            - "Replace": cancels currently running job and replaces it with a new one
            ====
            podReplacementPolicy specifies when to create replacement Pods. Possible values are:

            - TerminatingOrFailed means that we recreate pods when they are terminating (has a metadata.deletionTimestamp) or failed.
            - Failed means to wait until a previously created Pod is fully terminated (has phase Failed or Succeeded) before creating a replacement Pod.

            When using podFailurePolicy, Failed is the the only allowed value. TerminatingOrFailed and Failed are allowed values when podFailurePolicy is not in use.
            ====
            HostnameOverride specifies an explicit override for the pod's hostname as perceived by the pod. This field only specifies the pod's hostname and does not affect its DNS records. When this field is set to a non-empty string:

            - It takes precedence over the values set in `hostname` and `subdomain`.
            - The Pod's hostname will be set to this value.
            - `setHostnameAsFQDN` must be nil or set to false.
            - `hostNetwork` must be set to false.

            This field must be a valid DNS subdomain as defined in RFC 1123 and contain at most 64 characters.
            ====
            Specifies the OS of the containers in the pod. Some pod and container fields are restricted if this is set.

            If the OS field is set to linux, the following fields must be unset: -securityContext.windowsOptions

            If the OS field is set to windows, following fields must be unset:

            - spec.hostPID
            - spec.hostIPC
            - spec.hostUsers
            - spec.resources
            - spec.securityContext.appArmorProfile
            - spec.securityContext.seLinuxOptions
            - spec.securityContext.seccompProfile
            - spec.securityContext.fsGroup
            - spec.securityContext.fsGroupChangePolicy
            - spec.securityContext.sysctls
            - spec.shareProcessNamespace
            - spec.securityContext.runAsUser
            - spec.securityContext.runAsGroup
            - spec.securityContext.supplementalGroups
            - spec.securityContext.supplementalGroupsPolicy
            - spec.containers[*].securityContext.appArmorProfile
            - spec.containers[*].securityContext.seLinuxOptions
            - spec.containers[*].securityContext.seccompProfile
            - spec.containers[*].securityContext.capabilities
            - spec.containers[*].securityContext.readOnlyRootFilesystem
            - spec.containers[*].securityContext.privileged
            - spec.containers[*].securityContext.allowPrivilegeEscalation
            - spec.containers[*].securityContext.procMount
            - spec.containers[*].securityContext.runAsUser
            - spec.containers[*].securityContext.runAsGroup
            ====
            type indicates which kind of AppArmor profile will be applied. Valid options are:

            - Localhost: a profile pre-loaded on the node.
            - RuntimeDefault: the container runtime's default profile.
            - Unconfined: no AppArmor enforcement.
            ====
            type indicates which kind of seccomp profile will be applied. Valid options are:

            - Localhost: a profile defined in a file on the node should be used.
            - RuntimeDefault: the container runtime default profile should be used.
            - Unconfined: no profile should be applied.
            ====
            Specifies the policy of handling failed pods. In particular, it allows to specify the set of actions and conditions which need to be satisfied to take the associated action. If empty, the default behaviour applies - the counter of failed pods, represented by the jobs's .status.failed field, is incremented and it is checked against the backoffLimit. This field cannot be used in combination with restartPolicy=OnFailure.
            "#
        );
    }

    #[test]
    fn no_word_is_lost_and_nothing_is_html() {
        let text = FieldType::Text;
        let words = |text: &str| -> Vec<String> {
            text.replace('\\', "").split_whitespace().filter(|word| *word != "-").map(str::to_owned).collect()
        };
        let mut lists = 0;
        for object in schema::objects() {
            for field in object.fields {
                let shown = markdown(field.doc, &text);
                assert_eq!(words(&shown), words(field.doc), "{}.{}", object.name, field.name);
                lists += usize::from(shown.contains("\n- "));
            }
        }
        assert!(lists > 10, "{lists}");
        assert_eq!(markdown("a <b> `<c>` - d", &text), "a \\<b> `<c>` - d");
    }
}
