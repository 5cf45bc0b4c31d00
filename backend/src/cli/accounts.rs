//! `aicmo user` and `aicmo api-key`: people and keys on the database itself, without a server.
//!
//! Whoever can open the database may do all of this, so no sign-in is asked for; each change leaves
//! its row in the audit trail as `cli`. Passwords and keys are never arguments, where every user of
//! the machine could read them. A server that runs on the same database sees changes within a second.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;

use aicmo_operations::accounts::{self, AccountSettings};
use aicmo_operations::{Actor, Mode, OperationError, Operations, OperationsSettings, Operator, SystemClock};
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::account::{InvitationDraft, User, UserPatch};
use aicmo_shared::api::{MAX_LIMIT, PageQuery};
use aicmo_shared::api_key::{ApiKey, ApiKeyDraft};
use aicmo_shared::audit::ActorType;
use aicmo_shared::session::SecretText;
use aicmo_shared::{ApiKeyId, ErrorCode, Timestamp, UserId};
use aicmo_store::Store;
use serde_json::json;

use super::args::{ApiKeyCommand, UserCommand};
use super::output::{print_json, print_text};
use super::{block_on, local, table};
use crate::process::database::{explain, open_ready};
use crate::process::lock::InstanceLock;
use crate::process::{Exit, Stop, data_dir, facts, first_start, keys};
use crate::settings::{DatabaseAddress, Settings};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest password that is read from standard input, in bytes.
const PASSWORD_BYTES: u64 = 4096;

pub(super) fn user(settings: &Settings, command: &UserCommand) -> Result<Exit, Stop> {
    let missing = match command {
        UserCommand::Add { .. } => Missing::IsMade,
        _ => Missing::IsRefused,
    };
    on_database(settings, missing, async |ops, operator| match command {
        UserCommand::Add {
            email,
            role,
            name,
            password_stdin,
            json,
        } => {
            if *password_stdin {
                let password = read_password()?;
                let name = name.clone().unwrap_or_else(|| email.clone());
                let added = accounts::add_person(ops, operator, email, name, *role, &password)
                    .await
                    .map_err(refused)?;
                show_user(&added, *json)
            } else {
                let draft = InvitationDraft {
                    email: email.clone(),
                    role: *role,
                };
                let made = accounts::create_invitation(ops, operator, draft)
                    .await
                    .map_err(refused)?;
                if *json {
                    return print_json(&made);
                }
                print_text(&format!(
                    "Send this link to {}; it works once, until {}:\n{}\n",
                    made.invitation.email,
                    made.invitation.expires_at,
                    made.link.expose()
                ))
            }
        }
        UserCommand::List { json } => {
            let users = every(async |query| accounts::list_users(ops, query).await).await?;
            if *json {
                return print_json(&users);
            }
            print_text(&user_table(&users))
        }
        UserCommand::SetRole { account, role, json } => {
            let patch = UserPatch {
                role: Some(*role),
                ..UserPatch::default()
            };
            change(ops, operator, account, patch, *json).await
        }
        UserCommand::Activate { account, json } => {
            change(ops, operator, account, activity(true), *json).await
        }
        UserCommand::Deactivate { account, json } => {
            change(ops, operator, account, activity(false), *json).await
        }
        UserCommand::ResetLink {
            account,
            without_second_factor,
            json,
        } => {
            let user = accounts::find_account(ops, account).await.map_err(refused)?;
            if *without_second_factor {
                accounts::remove_user_second_factor(ops, operator, user.id)
                    .await
                    .map_err(refused)?;
            }
            let made = accounts::create_password_reset(ops, operator, user.id)
                .await
                .map_err(refused)?;
            if *json {
                return print_json(&made);
            }
            print_text(&format!(
                "{} sets a new password here; the link works once, until {}:\n{}\n",
                user.display_name,
                made.expires_at,
                made.link.expose()
            ))
        }
        UserCommand::SetupLink { json } => {
            let link = accounts::set_up_link(ops)
                .await
                .map_err(refused)?
                .ok_or_else(|| {
                    Stop::new(
                        Exit::Failed,
                        "The workspace has accounts already; `aicmo user reset-link` lets somebody in again.",
                    )
                })?;
            if *json {
                return print_json(&json!({ "link": link }));
            }
            print_text(&format!("{}\n", link.expose()))
        }
    })
}

pub(super) fn api_key(settings: &Settings, command: &ApiKeyCommand) -> Result<Exit, Stop> {
    on_database(
        settings,
        Missing::IsRefused,
        async |ops, operator| match command {
            ApiKeyCommand::Create {
                name,
                owner,
                scopes,
                days,
                json,
            } => {
                let owner = accounts::find_account(ops, owner).await.map_err(refused)?;
                let draft = ApiKeyDraft {
                    name: name.clone(),
                    scopes: scopes.clone(),
                    owner: Some(owner.id),
                    expires_at: days.map(|days| ops.now().plus_millis(i64::from(days) * DAY_MS)),
                };
                let made = accounts::create_api_key(ops, operator, draft)
                    .await
                    .map_err(refused)?;
                if *json {
                    return print_json(&made);
                }
                print_text(&format!(
                    "{}\nThis is the key {}; it is not shown again.\n",
                    made.secret.expose(),
                    made.key.name
                ))
            }
            ApiKeyCommand::List { json } => {
                let keys = every(async |query| accounts::list_api_keys(ops, query).await).await?;
                if *json {
                    return print_json(&keys);
                }
                print_text(&key_table(&keys))
            }
            ApiKeyCommand::Revoke { id, json } => {
                let id: ApiKeyId = id.parse().map_err(|_| {
                    Stop::new(
                        Exit::Usage,
                        "A key is named by its id; `aicmo api-key list` shows it.",
                    )
                })?;
                let key = accounts::revoke_api_key(ops, operator, id)
                    .await
                    .map_err(refused)?;
                if *json {
                    return print_json(&key);
                }
                print_text(&format!("The key {} is revoked.\n", key.name))
            }
        },
    )
}

/// What becomes of a database that does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// The first account of an installation may come before its first server.
    IsMade,
    /// There is nobody in it, so another one is meant.
    IsRefused,
}

/// Opens the database, with the schema of this program, and runs `work` on it.
fn on_database(
    settings: &Settings,
    missing: Missing,
    work: impl AsyncFnOnce(&Operations, &Operator) -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
    if let Some(reason) = settings.forced_mock() {
        return Err(Stop::configuration(format!(
            "Mock data has no accounts. {}",
            reason.sentence()
        )));
    }
    block_on(async {
        if missing == Missing::IsRefused {
            local::must_exist(settings, &settings.store_settings().target.redacted())?;
        }
        let (store, lock) = open(settings).await?;
        let ops = Operations::new(
            OperationsSettings {
                clock: Arc::new(SystemClock),
                secrets: keys::load_or_make(settings)?,
                data_dir: settings.data_dir.clone(),
                import_max_bytes: settings.import_max_bytes(),
                campaign_ops_enabled: settings.campaign_ops_enabled,
                services_disabled: settings.services_disabled.clone(),
                streams_each: settings.streams_each(),
                webhook_port: Arc::new(aicmo_operations::webhooks::NoWayOut),
                e2e: false,
                accounts: AccountSettings {
                    bootstrap_key: None,
                    ..first_start::account_settings(settings, None)
                },
                facts: facts::collect(settings, "cli"),
            },
            Mode::Live(store.clone()),
        );
        let operator = Operator {
            actor: Actor {
                kind: ActorType::System,
                id: "cli".to_owned(),
            },
            request_id: ops.new_id(ops.now()).to_string(),
        };
        let done = work(&ops, &operator).await;
        store.close().await;
        drop(lock);
        done
    })?
}

/// The database. Where no server holds it, its schema is brought up to date first; where one does,
/// it must be of this version already.
async fn open(settings: &Settings) -> Result<(Store, Option<InstanceLock>), Stop> {
    let store_settings = settings.store_settings();
    let address = store_settings.target.redacted();
    let lock = match settings.database() {
        DatabaseAddress::Postgres { .. } => None,
        DatabaseAddress::Sqlite(path) => {
            if settings.database_url.is_none() {
                data_dir::prepare(&settings.data_dir)?;
            }
            match InstanceLock::take(&path) {
                Ok(lock) => Some(lock),
                Err(held) if held.exit == Exit::AnotherInstance => {
                    let store = Store::open(&store_settings)
                        .await
                        .map_err(|error| explain(&error, &address))?;
                    let schema = store.schema().await.map_err(|error| explain(&error, &address))?;
                    if schema.pending > 0 || schema.is_newer {
                        return Err(Stop::configuration(
                            "The server that runs on this database is of another version; use the program \
                             that it was started with.",
                        ));
                    }
                    return Ok((store, None));
                }
                Err(other) => return Err(other),
            }
        }
    };
    let store = open_ready(&store_settings)
        .await
        .map_err(|error| explain(&error, &address))?;
    Ok((store, lock))
}

/// Every row of a list, page by page.
async fn every<T>(
    list: impl AsyncFn(&PageQuery) -> Result<aicmo_shared::Sourced<Vec<T>>, OperationError>,
) -> Result<Vec<T>, Stop> {
    let mut all = Vec::new();
    let mut query = PageQuery {
        cursor: None,
        limit: Some(MAX_LIMIT),
    };
    loop {
        let page = list(&query).await.map_err(refused)?;
        query.cursor = page.page().and_then(|page| page.next_cursor.clone());
        all.extend(page.into_data());
        if query.cursor.is_none() {
            return Ok(all);
        }
    }
}

const fn activity(active: bool) -> UserPatch {
    UserPatch {
        display_name: None,
        role: None,
        active: Some(active),
    }
}

async fn change(
    ops: &Operations,
    operator: &Operator,
    account: &str,
    patch: UserPatch,
    json: bool,
) -> Result<Exit, Stop> {
    let user = accounts::find_account(ops, account).await.map_err(refused)?;
    let changed = accounts::patch_user(ops, operator, user.id, user.version, patch)
        .await
        .map_err(refused)?;
    show_user(&changed, json)
}

fn show_user(user: &User, json: bool) -> Result<Exit, Stop> {
    if json {
        return print_json(user);
    }
    print_text(&user_table(std::slice::from_ref(user)))
}

fn user_table(users: &[User]) -> String {
    let rows: Vec<Vec<String>> = users
        .iter()
        .map(|user| {
            vec![
                UserId::to_string(&user.id),
                user.email.clone().unwrap_or_else(|| user.display_name.clone()),
                user.role.to_string(),
                if user.active { "active" } else { "inactive" }.to_owned(),
                user.second_factor.to_string(),
                moment(user.last_sign_in_at),
            ]
        })
        .collect();
    table::draw(
        &["id", "account", "role", "state", "second factor", "last sign-in"],
        &rows,
    )
}

fn key_table(keys: &[ApiKey]) -> String {
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
            vec![
                key.id.to_string(),
                key.name.clone(),
                key.prefix.clone(),
                key.state.to_string(),
                key.owner.display_name.clone(),
                scopes.join(" "),
                moment(key.expires_at),
                moment(key.last_used_at),
            ]
        })
        .collect();
    table::draw(
        &[
            "id",
            "name",
            "prefix",
            "state",
            "owner",
            "scopes",
            "expires",
            "last used",
        ],
        &rows,
    )
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

/// The first line of standard input.
fn read_password() -> Result<SecretText, Stop> {
    let mut text = String::new();
    std::io::stdin()
        .take(PASSWORD_BYTES)
        .read_to_string(&mut text)
        .map_err(|cause| Stop::new(Exit::Usage, format!("The password cannot be read: {cause}.")))?;
    let line = text.lines().next().unwrap_or_default();
    Ok(SecretText::new(line))
}

/// A refusal in one sentence, with the fields at fault.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn refused(error: OperationError) -> Stop {
    let problem = error.to_problem();
    let exit = match problem.code {
        ErrorCode::DatabaseUnavailable => Exit::DatabaseAbsent,
        _ => Exit::Failed,
    };
    let mut sentence = problem.detail.clone();
    if problem.errors.len() > 1 {
        for field in &problem.errors {
            let _ = write!(
                sentence,
                " {}: {}",
                field.pointer.trim_start_matches('/'),
                field.message
            );
        }
    }
    Stop::new(exit, sentence)
}

/// Reads a role on the command line.
pub(super) fn parse_role(text: &str) -> Result<Role, String> {
    text.parse::<Role>().map_err(|unknown| legal(&unknown.legal))
}

/// Reads a scope on the command line.
pub(super) fn parse_scope(text: &str) -> Result<Scope, String> {
    text.parse::<Scope>().map_err(|unknown| legal(&unknown.legal))
}

fn legal(values: &[String]) -> String {
    format!("use one of {}", values.join(", "))
}
