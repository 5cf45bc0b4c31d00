//! The keys of an installation: from a setting, or made once and kept in the data directory.
//!
//! A key file is readable by its owner alone and is never replaced: a new identity key would no
//! longer find the leads that the old one knows.

use std::io::Write as _;
use std::path::Path;

use aicmo_operations::Secrets;
use sha2::{Digest as _, Sha256};

use super::data_dir::{prepare, unusable};
use super::{Exit, Stop};
use crate::settings::{Redacted, Settings};

/// The shortest key that is accepted, in characters.
const KEY_MIN: usize = 32;

/// The keys that the settings give, and for the others those in the data directory.
///
/// # Errors
/// When a key file is damaged, or cannot be made.
pub fn load_or_make(settings: &Settings) -> Result<Secrets, Stop> {
    let folder = settings.data_dir.join("keys");
    let identity = match &settings.identity_key {
        Some(key) => key.clone(),
        None => keep(&folder, "identity.key")?,
    };
    let session = match &settings.session_key {
        Some(key) => key.clone(),
        None => keep(&folder, "session.key")?,
    };
    Ok(Secrets {
        identity_key: derive("identity", &identity),
        cursor_key: derive("cursor", &session),
    })
}

/// Keys for a process that keeps nothing: mock data by setting, and the commands that only look.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn ephemeral() -> Result<Secrets, Stop> {
    Ok(Secrets {
        identity_key: random()?,
        cursor_key: random()?,
    })
}

fn random() -> Result<[u8; 32], Stop> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|_| Stop::fatal("The operating system gives no random bytes, so no key can be made."))?;
    Ok(key)
}

/// One key per purpose, so that neither says anything about the other.
fn derive(purpose: &str, key: &Redacted<String>) -> [u8; 32] {
    Sha256::new()
        .chain_update("aicmo ")
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(key.expose())
        .finalize()
        .into()
}

/// Reads the key file of that name, or makes it.
fn keep(folder: &Path, name: &str) -> Result<Redacted<String>, Stop> {
    let path = folder.join(name);
    if !path.exists() {
        prepare(folder)?;
        write_new(folder, &path).map_err(|cause| unusable(&path, &cause))?;
    }
    let text = std::fs::read_to_string(&path).map_err(|cause| unusable(&path, &cause))?;
    let key = text.trim();
    if key.chars().count() < KEY_MIN {
        return Err(Stop::new(
            Exit::Configuration,
            format!(
                "The key file {} is damaged; bring it back from a backup, because a new key would not find \
                 known leads again.",
                path.display()
            ),
        ));
    }
    Ok(Redacted::new(key.to_owned()))
}

/// Appears with its content or not at all; whoever comes second keeps the first one's key.
fn write_new(folder: &Path, path: &Path) -> std::io::Result<()> {
    let key = random().map_err(std::io::Error::other)?;
    let mut file = aicmo_operations::drafts::make_in(folder)?;
    for byte in key {
        write!(file, "{byte:02x}")?;
    }
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(failed) if !path.exists() => Err(failed.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_kept() {
        let dir = tempfile::tempdir().expect("a directory");
        let folder = dir.path().join("keys");
        let first = keep(&folder, "identity.key").expect("made");
        let second = keep(&folder, "identity.key").expect("kept");
        assert_eq!(first, second);
        let mode = std::fs::metadata(folder.join("identity.key"))
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);
    }

    #[test]
    fn a_damaged_key_stops_the_start_instead_of_being_replaced() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("identity.key"), "short").expect("written");
        let stop = keep(dir.path(), "identity.key").expect_err("damaged");
        assert_eq!(stop.exit, Exit::Configuration);
        let kept = std::fs::read_to_string(dir.path().join("identity.key")).expect("read");
        assert_eq!(kept, "short");
    }

    #[test]
    fn purposes_do_not_share_a_key() {
        let key = Redacted::new("k".repeat(32));
        assert_ne!(derive("identity", &key), derive("cursor", &key));
    }
}
