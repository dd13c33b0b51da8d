//! Reads the values of params that `--set` and `--params` give.

use super::arguments::ProgramArguments;
use super::console::Console;
use crate::config::{BadValues, values};
use crate::files::Grounds;
use crate::model::Setting;
use crate::source::MAX_SOURCE_BYTES;
use std::collections::HashSet;
use std::path::Path;

/// The values in the call: the last one for a name applies, and `--set` takes precedence over all files.
///
/// Gives nothing if a file of values cannot be used, which is reported.
pub(super) fn settings(
    program: &ProgramArguments,
    grounds: &Grounds,
    console: &mut Console,
) -> Option<Vec<Setting>> {
    let mut settings = Vec::new();
    for path in &program.params {
        let text = named(path, MAX_SOURCE_BYTES, grounds, console)?;
        settings.extend(read(path, text, console)?);
    }
    let set = program.set.iter();
    settings.extend(
        set.map(|(name, value)| Setting { origin: format!("--set {name}"), ..Setting::new(name, value) }),
    );
    Some(last_of_each(settings))
}

/// Keeps the last value for each name.
pub(super) fn last_of_each(mut settings: Vec<Setting>) -> Vec<Setting> {
    let mut seen = HashSet::new();
    settings.reverse();
    settings.retain(|setting| seen.insert(setting.name.clone()));
    settings.reverse();
    settings
}

/// The text of a file that an option names.
pub(super) fn named(path: &Path, limit: usize, grounds: &Grounds, console: &mut Console) -> Option<String> {
    let text = grounds.read(path, limit);
    text.map_err(|reason| console.trouble(&format!("cannot read `{}`: {reason}", path.display()))).ok()
}

/// The values in the text of a file.
pub(super) fn read(path: &Path, text: String, console: &mut Console) -> Option<Vec<Setting>> {
    let name = path.to_string_lossy();
    match values(&name, text) {
        Ok(settings) => Some(settings),
        Err(BadValues::Syntax(sources, errors)) => {
            console.diagnostics(&name, &sources, &errors);
            None
        }
        Err(BadValues::Other(message)) => {
            console.trouble(&message);
            console.help("write each param on its own line as `name value`, such as `tag \"v2\"`");
            None
        }
    }
}
