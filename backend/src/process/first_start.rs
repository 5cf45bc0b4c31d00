//! The way in for the first person: the set-up link, and no open door before there is one.

use std::io::Write as _;
use std::net::SocketAddr;

use aicmo_operations::accounts::{AccountSettings, set_up_link};
use aicmo_operations::{Mode, Operations};
use aicmo_shared::MockReason;
use aicmo_shared::diagnostics::SettingSource;
use aicmo_shared::session::SecretText;
use aicmo_store::accounts::users;

use super::Stop;
use crate::settings::Settings;

/// Refuses an address that other machines reach while nobody could sign in there.
///
/// # Errors
/// Exit code 78, before anything is answered.
pub async fn require_a_way_in(settings: &Settings, mode: &Mode) -> Result<(), Stop> {
    if settings.bind.ip().is_loopback() || settings.bootstrap_admin_key.is_some() {
        return Ok(());
    }
    let has_users = match mode {
        Mode::Live(store) => users::any(&store.reader())
            .await
            .map_err(|error| super::database::explain(&error, store.address()))?,
        // Its accounts are not known yet; until they are, it serves invented data and lets nobody in.
        Mode::Mock(MockReason::DatabaseUnavailableAtStart) => true,
        Mode::Mock(_) => false,
    };
    if has_users {
        Ok(())
    } else {
        Err(Stop::configuration(format!(
            "AICMO_BIND names {}, which other machines reach, and there is no account yet: set the workspace \
             up on a loopback address first, add somebody with `aicmo user add`, or set \
             AICMO_BOOTSTRAP_ADMIN_KEY.",
            settings.bind
        )))
    }
}

/// What operations know about accounts. Links lead where browsers reach the console: to
/// `AICMO_PUBLIC_URL` when it is set, else to the address that is listened on.
pub fn account_settings(settings: &Settings, listening_on: Option<SocketAddr>) -> AccountSettings {
    let is_set = settings
        .report()
        .iter()
        .any(|row| row.key == "AICMO_PUBLIC_URL" && row.source != SettingSource::Default);
    let public_url = match listening_on {
        Some(address) if !is_set => format!("http://{address}"),
        _ => settings.public_url.as_str().to_owned(),
    };
    AccountSettings {
        session_hours: settings.session_hours,
        public_url,
        bootstrap_key: settings
            .bootstrap_admin_key
            .as_ref()
            .map(|key| SecretText::new(key.expose().as_str())),
    }
}

/// Prints a new set-up link on stdout while there is no account; the log never sees it.
pub async fn announce_set_up(ops: &Operations) {
    match set_up_link(ops).await {
        Ok(None) => {}
        Ok(Some(link)) => {
            let mut stdout = std::io::stdout().lock();
            let _ = writeln!(stdout, "aicmo setup url={}", link.expose()).and_then(|()| stdout.flush());
        }
        Err(error) => tracing::warn!(
            %error,
            "no set-up link could be made; `aicmo user setup-link` makes one"
        ),
    }
}
