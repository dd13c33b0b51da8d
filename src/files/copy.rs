//! Writes a text of the compiler where programs that only open files can read it.

use super::read::{has_text, reason};
use super::root::Root;
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a file in a folder, which has this text and cannot be written to. What is there is read before it is
/// trusted, and replaced as a whole.
pub(crate) fn readable_copy(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let failed =
        |error: &std::io::Error| format!("cannot write to `{}`: {}", folder.display(), reason(error));
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let folder = fs::canonicalize(folder).map_err(|error| failed(&error))?;
    let path = folder.join(name);
    if has_text(&path, text).unwrap_or(false) {
        return Ok(path);
    }
    // A link, or a copy that nobody can write to, is not written through.
    let _ = fs::remove_file(&path);
    Root::new(vec![folder]).write(&path, text)?;
    // It is only a hint to editors: whoever could take it away could also replace the file.
    if let Ok(found) = fs::symlink_metadata(&path)
        && found.is_file()
    {
        let mut permissions = found.permissions();
        permissions.set_readonly(true);
        let _ = fs::set_permissions(&path, permissions);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn what_is_there_is_read_before_it_is_trusted() {
        let folder = TempDir::new().unwrap();
        let inner = folder.path().join("a/b");
        let path = readable_copy(&inner, "std.initflow", "one").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert!(fs::metadata(&path).unwrap().permissions().readonly());
        let again = readable_copy(&inner, "std.initflow", "two").unwrap();
        assert_eq!(fs::read_to_string(again).unwrap(), "two");
        assert!(readable_copy(&path, "std.initflow", "two").unwrap_err().contains("cannot write to"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_stays() {
        let folder = TempDir::new().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join("std.initflow")).unwrap();
        let path = readable_copy(folder.path(), "std.initflow", "mine").unwrap();
        assert!(!path.is_symlink());
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
        assert!(!fs::metadata(&other).unwrap().permissions().readonly());
    }
}
