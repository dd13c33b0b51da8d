//! Asks registries for the digests of images, through a program that knows how to log in to them.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use smol_str::SmolStr;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

/// The programs that are tried in turn, and the command that prints the digest of an image.
const PROGRAMS: [(&str, &str); 2] = [("crane", "digest"), ("oras", "resolve")];

/// The digests of some images, by their names; or the first failure, and what to do about it.
pub(super) fn digests(names: &[&str]) -> Result<Vec<(SmolStr, SmolStr)>, (String, String)> {
    names.par_iter().map(|name| Ok((SmolStr::from(*name), digest(name)?))).collect()
}

fn digest(name: &str) -> Result<SmolStr, (String, String)> {
    for (program, verb) in PROGRAMS {
        let mut command = Command::new(program);
        command.args([verb, name]).stdin(Stdio::null());
        let output = match command.output() {
            Ok(output) => output,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                let message = format!("cannot run `{program}`: {error}");
                return Err((message, format!("run `{program} {verb} {name}` to see what is wrong")));
            }
        };
        let printed = String::from_utf8_lossy(&output.stdout);
        let digest = printed.trim();
        if output.status.success() && is_digest(digest) {
            return Ok(digest.into());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said =
            said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it printed no digest").trim();
        let message = format!("cannot find out the digest of `{name}`: {said}");
        return Err((message, format!("run `{program} {verb} {name}` to see what is wrong")));
    }
    let message = "--lock needs `crane` or `oras` to ask registries, and neither is installed".to_owned();
    Err((message, "install one of them, and put it in a folder of PATH".to_owned()))
}

/// Whether a text is a digest, such as `sha256:` and 64 hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let is_hexadecimal = |digits: &str| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.split_once(':').is_some_and(|(algorithm, digits)| match algorithm {
        "sha256" => digits.len() == 64 && is_hexadecimal(digits),
        "sha512" => digits.len() == 128 && is_hexadecimal(digits),
        _ => false,
    })
}
