//! Knows which of their words the common programs write to.

use super::FileEffect;
use crate::lint::shell::PlainCommand;

/// The paths that a command changes, as far as they are known.
pub(super) fn effects(command: &PlainCommand) -> Vec<(String, FileEffect)> {
    use FileEffect::{
        Append, Attributes, Edit, Fill, Folder, Link, MoveAway, NewFolder, Remove, Replace, Write,
    };
    let outputs = command.outputs.iter().filter_map(|(file, adds)| {
        let file = file.clone()?;
        Some((file, if *adds { Append } else { Write }))
    });
    let mut found: Vec<(String, FileEffect)> = outputs.collect();
    let words = Words { command };
    let has = |short, long| command.has(short, long);
    let after = |skipped: usize, values: &str, effect| -> Vec<(String, FileEffect)> {
        let operands = words.operands(values).into_iter().skip(skipped).flatten();
        operands.map(|path| (path.to_owned(), effect)).collect()
    };
    let all = |values: &str, effect| after(0, values, effect);
    let one = |path: Option<&str>, effect| -> Vec<(String, FileEffect)> {
        path.map(|path| (path.to_owned(), effect)).into_iter().collect()
    };
    let more = match command.program() {
        "tee" => all("", if has('a', "append") { Append } else { Write }),
        "touch" => all("drt", Append),
        "truncate" => all("sr", Write),
        "mkdir" => all("mZ", if has('p', "parents") { Folder } else { NewFolder }),
        "install" if has('d', "directory") => all("mog", Folder),
        "install" => words.copied("mogSt", Replace),
        "cp" => words.copied("tS", if has('f', "force") { Replace } else { Write }),
        "mv" => {
            let mut moved = words.copied("tS", Replace);
            let operands = words.operands("tS");
            let sources = operands.split_last().map_or(&[][..], |(_, sources)| sources);
            moved.extend(sources.iter().flatten().map(|path| ((*path).to_owned(), MoveAway)));
            moved
        }
        "ln" => words.copied("tS", Link),
        "rsync" => words.copied("efT", Fill).into_iter().filter(|(path, _)| !path.contains(':')).collect(),
        "rm" | "rmdir" | "unlink" | "shred" => all("", Remove),
        "chmod" | "chown" | "chgrp" => after(1, "", Attributes),
        "sed" if has('i', "in-place") => {
            let script = usize::from(!has('e', "expression") && !has('f', "file"));
            after(script, "ef", Edit)
        }
        "perl" if has('i', "") => all("e", Edit),
        "yq" if has('i', "inplace") => one(words.operands("").last().copied().flatten(), Edit),
        "crudini" if has('s', "set") || command.arguments().any(|word| word == "--set") => {
            one(words.operands("").first().copied().flatten(), Edit)
        }
        "tar" if words.unpacks() => one(Some(words.value('C', "directory").unwrap_or(".")), Fill),
        "unzip" if !"ltpvZ".chars().any(|letter| has(letter, "")) => {
            one(Some(words.value('d', "").unwrap_or(".")), Fill)
        }
        "git" => one(words.cloned().as_deref(), Fill),
        "curl" => match words.value('o', "output") {
            Some(file) => one(Some(file), Write),
            None if has('O', "remote-name") => {
                one(words.operands("HXdumAebFTxwC").last().copied().flatten().and_then(last), Write)
            }
            None => Vec::new(),
        },
        "wget" if !command.arguments().any(|word| word == "--spider") => {
            match (words.value('O', "output-document"), words.value('P', "directory-prefix")) {
                (Some(file), _) => one(Some(file), Write),
                (None, Some(folder)) => one(Some(folder), Fill),
                (None, None) => one(words.operands("tTqU").last().copied().flatten().and_then(last), Write),
            }
        }
        "openssl" => ["-out", "-keyout"].iter().flat_map(|option| one(words.after(option), Write)).collect(),
        "keytool"
            if command.arguments().any(|word| word.starts_with("-import") || word.starts_with("-gen")) =>
        {
            one(words.after("-keystore").or_else(|| words.after("-destkeystore")), Edit)
        }
        "ssh-keygen" if !"lyRFHYs".chars().any(|letter| has(letter, "")) => one(words.after("-f"), Replace),
        "dd" => one(command.arguments().find_map(|word| word.strip_prefix("of=")), Write),
        "mkfifo" | "mknod" => one(words.operands("m").first().copied().flatten(), NewFolder),
        "mktemp" if words.value('p', "tmpdir").is_none() => match words.operands("").first() {
            None => one(Some("/tmp/tmp"), Write),
            Some(template) => one(*template, Write),
        },
        "aws" | "gsutil" | "gcloud" | "rclone" | "mc" | "s5cmd" => words.downloaded(),
        "pip" | "pip3" => one(words.value('t', "target"), Fill),
        "apt-get" | "apt" if words.has_operand(&["install", "update"]) => one(Some("/var/lib/apt"), Fill),
        "apk" if words.has_operand(&["add"]) && !has('p', "root") => one(Some("/lib/apk"), Fill),
        "yum" | "dnf" | "microdnf"
            if words.has_operand(&["install"])
                && !command.arguments().any(|word| word.starts_with("--installroot")) =>
        {
            one(Some("/var/lib/rpm"), Fill)
        }
        "useradd" | "adduser" | "usermod" => one(Some("/etc/passwd"), Edit),
        "groupadd" | "addgroup" => one(Some("/etc/group"), Edit),
        "update-ca-certificates" => one(Some("/etc/ssl/certs"), Fill),
        _ => Vec::new(),
    };
    found.extend(more);
    // `-` is the standard output, and devices and the kernel's files are not files that remain.
    found.retain(|(path, _)| {
        path != "-" && !["/dev/", "/proc/", "/sys/"].iter().any(|folder| path.starts_with(folder))
    });
    found
}

/// The name at the end of an address.
fn last(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    path.rsplit('/').next().filter(|name| !name.is_empty() && path.contains("://"))
}

/// The words of a command, read as options and operands.
struct Words<'c> {
    command: &'c PlainCommand,
}

impl<'c> Words<'c> {
    /// The words that are not options, nor the values of those options whose letters are given; `None` for those that are
    /// known only at run time.
    fn operands(&self, valued: &str) -> Vec<Option<&'c str>> {
        let mut found = Vec::new();
        let mut is_value = false;
        let mut only_operands = false;
        let words = self.command.words.iter().zip(&self.command.written).skip(1);
        for (word, written) in words {
            let text = word.as_deref().unwrap_or(written);
            if std::mem::take(&mut is_value) {
                continue;
            }
            if text == "--" && !only_operands {
                only_operands = true;
            } else if text.len() > 1 && text.starts_with('-') && !only_operands {
                let letters = text.trim_start_matches('-');
                is_value = !text.starts_with("--") && letters.ends_with(|last| valued.contains(last));
            } else {
                found.push(word.as_deref());
            }
        }
        found
    }

    fn has_operand(&self, any: &[&str]) -> bool {
        self.command.operands().any(|word| any.contains(&word))
    }

    /// The word after an option.
    fn after(&self, option: &str) -> Option<&'c str> {
        let at = self.command.words.iter().position(|word| word.as_deref() == Some(option))?;
        self.command.word(at + 1)
    }

    /// The value of an option: `-o x`, `-ox`, `-fsSLo x`, `--output x` or `--output=x`.
    fn value(&self, short: char, long: &str) -> Option<&'c str> {
        self.command.words.iter().enumerate().skip(1).find_map(|(at, word)| {
            let word = word.as_deref()?;
            if let Some(name) = word.strip_prefix("--") {
                let rest = name.strip_prefix(long).filter(|_| !long.is_empty())?;
                return if rest.is_empty() { self.command.word(at + 1) } else { rest.strip_prefix('=') };
            }
            let letters = word.strip_prefix('-')?;
            let (before, value) = letters.split_once(short)?;
            if !before.chars().all(|letter| letter.is_ascii_alphabetic()) {
                return None;
            }
            if value.is_empty() { self.command.word(at + 1) } else { Some(value) }
        })
    }

    /// What `cp a b folder` and its like write: the last word, or the folder of `-t`.
    fn copied(&self, valued: &str, effect: FileEffect) -> Vec<(String, FileEffect)> {
        let operands = self.operands(valued);
        let folder = self.value('t', "target-directory");
        let (target, sources) = match (folder, operands.split_last()) {
            (Some(folder), _) => (Some(folder), operands.as_slice()),
            (None, Some((target, sources))) if !sources.is_empty() => (*target, sources),
            _ => return Vec::new(),
        };
        let Some(target) = target else { return Vec::new() };
        let is_tree = "raR".chars().any(|letter| self.command.has(letter, "recursive"));
        let effect = if is_tree && effect != FileEffect::Link { FileEffect::Fill } else { effect };
        let is_folder = target.ends_with('/') || sources.len() > 1 || folder.is_some();
        match sources {
            [Some(source)] if is_folder && !is_tree && !source.contains('*') => {
                let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                vec![(format!("{}/{name}", target.trim_end_matches('/')), effect)]
            }
            _ if is_folder => vec![(target.to_owned(), FileEffect::Fill)],
            _ => vec![(target.to_owned(), effect)],
        }
    }

    /// Whether `tar` unpacks.
    fn unpacks(&self) -> bool {
        let first = self.command.word(1).unwrap_or_default();
        let old_style = !first.starts_with('-') && first.contains('x') && !first.contains(['/', '.']);
        (old_style || self.command.has('x', "extract")) && !self.command.has('O', "to-stdout")
    }

    /// The folder that `git clone` makes.
    fn cloned(&self) -> Option<String> {
        let words = self.operands("bcojuC");
        let after = words.iter().position(|word| *word == Some("clone"))? + 1;
        let rest = words.get(after..)?;
        // Values of long options come before the address.
        let unknown = || rest.iter().position(|word| word.is_none_or(|word| word.contains('/')));
        let known = rest.iter().position(|word| word.is_some_and(|word| word.contains(':')));
        let at = known.or_else(unknown)?;
        let address = *rest.get(at)?;
        match rest.get(at + 1) {
            Some(folder) => folder.map(str::to_owned),
            None => {
                let name = address?.trim_end_matches('/').rsplit(['/', ':']).next()?;
                Some(name.trim_end_matches(".git").to_owned())
            }
        }
    }

    /// The local target of a copy from a bucket.
    fn downloaded(&self) -> Vec<(String, FileEffect)> {
        let operands = self.operands("");
        let copies = operands
            .iter()
            .flatten()
            .any(|word| ["cp", "sync", "copy", "copyto", "mirror", "rsync", "mv"].contains(word));
        let target = operands.last().copied().flatten();
        let local = target.filter(|path| copies && path.starts_with('/'));
        local.map(|path| (path.to_owned(), FileEffect::Fill)).into_iter().collect()
    }
}
