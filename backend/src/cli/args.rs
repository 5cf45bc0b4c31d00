//! Names, arguments and help of the commands.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aicmo_shared::access::{Role, Scope};
use aicmo_shared::lead::{LeadFileFormat, LeadSort};
use aicmo_shared::{CampaignId, ClosedEnum};
use clap::{Args, Parser, Subcommand};

use super::accounts::{parse_role, parse_scope};
use crate::process::{Exit, Stop};

const AFTER_HELP: &str = "\
Settings come from defaults, the TOML file that AICMO_CONFIG names, the environment, and flags; the later \
wins. `aicmo doctor` lists all of them with their values and sources.

Exit codes: 0 fine, 1 failed, 2 usage, 64 retired entry point, 69 database required but absent, 70 fatal, \
75 another instance holds the database, 78 configuration or schema.";

/// AICMO Operator: the operator console of a lead-generation and campaign operation.
#[derive(Debug, Parser)]
#[command(name = "aicmo", version = crate::process::build::VERSION, after_help = AFTER_HELP)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Arguments {
    #[command(flatten)]
    pub settings: SettingFlags,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the console.
    Serve {
        /// The address to listen on; port 0 picks a free one [AICMO_BIND].
        #[arg(long, value_name = "ADDRESS:PORT")]
        bind: Option<String>,
    },
    /// Report what is running from where and with which settings, with advice for each problem.
    Doctor {
        /// Print the whole report as JSON.
        #[arg(long)]
        json: bool,
        /// Also run the smoke check, and write all of it into one JSON file for whoever helps.
        #[arg(long, value_name = "FILE")]
        bundle: Option<PathBuf>,
    },
    /// Check the product end to end on a temporary database.
    Smoke {
        /// Write dated evidence to a file that ends in .json or .md.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// List every way in, active or retired.
    Inventory {
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ask a server whether it is ready; for process supervisors.
    Healthcheck {
        /// The server to ask [AICMO_BACKEND_URL].
        #[arg(long, value_name = "URL")]
        backend_url: Option<String>,
    },
    /// Bring the database's schema up to date.
    Migrate {
        /// Only say whether it is; exit 1 when it is not.
        #[arg(long)]
        check: bool,
        /// Only try the pending steps, on a copy or in a transaction that is rolled back.
        #[arg(long, conflicts_with = "check")]
        rehearse: bool,
    },
    /// Make a backup of one moment, while a server may work on, and restore it once to see that it is whole.
    Backup {
        /// Where to; never over another file [a dated name here].
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Put the keys of the data directory into it too.
        #[arg(long)]
        with_keys: bool,
    },
    /// Bring a backup back; checks all of it first.
    Restore {
        /// The backup.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// A data directory, or the URL of an empty PostgreSQL database [the database of the settings].
        #[arg(long, value_name = "DIRECTORY|URL")]
        into: Option<String>,
        /// Put aside, under a dated name, what is there.
        #[arg(long)]
        replace: bool,
    },
    /// Carry the SQLite database to an empty PostgreSQL one; goes on where a killed run ended.
    MoveTo {
        /// The PostgreSQL database.
        #[arg(value_name = "URL")]
        url: String,
        /// Only say what would be carried.
        #[arg(long)]
        dry_run: bool,
    },
    /// Verify or export the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Bring files in through a running server.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Take data out of a running server.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Manage people and service accounts on the database itself.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Manage the keys of tools on the database itself.
    ApiKey {
        #[command(subcommand)]
        command: ApiKeyCommand,
    },
    /// Show the mode, the services and the flags of a server.
    Status {
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
        /// The server to ask [AICMO_BACKEND_URL].
        #[arg(long, value_name = "URL")]
        backend_url: Option<String>,
    },
}

/// What to bring in.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Bring in a file of leads: upload it, map its columns as suggested, and write its rows.
    Leads(ImportLeads),
}

/// Which file of leads, and how.
#[derive(Debug, Args)]
pub struct ImportLeads {
    /// The file: CSV or TSV.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What a column becomes, where the suggestion is wrong; may be repeated.
    #[arg(long = "map", value_name = "HEADER=COLUMN")]
    pub map: Vec<String>,
    /// The campaign that new leads belong to.
    #[arg(long, value_name = "ID")]
    pub campaign: Option<CampaignId>,
    /// Make leads of rows that nothing would find again, too.
    #[arg(long)]
    pub accept_without_identity: bool,
    /// Only say what would happen; nothing is written.
    #[arg(long)]
    pub dry_run: bool,
    /// Where to put the rows that cannot be used, with the reasons; never over another file.
    #[arg(long, value_name = "FILE")]
    pub failed_rows: Option<PathBuf>,
    /// Print the import as JSON.
    #[arg(long)]
    pub json: bool,
    /// The server to ask [AICMO_BACKEND_URL].
    #[arg(long, value_name = "URL")]
    pub backend_url: Option<String>,
}

/// What to take out.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Take any view of the leads out, as a table or as lines of JSON.
    Leads(ExportLeads),
}

/// Which leads, and where to.
#[derive(Debug, Args)]
pub struct ExportLeads {
    /// In which form: csv or ndjson.
    #[arg(long, default_value = "csv", value_parser = LeadFileFormat::parse)]
    pub format: LeadFileFormat,
    /// A condition, as the filter of the API has it, such as status=NEW or text=ada; may be repeated.
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    pub conditions: Vec<String>,
    /// The order, as the API has it; by priority without one.
    #[arg(long, value_parser = LeadSort::parse)]
    pub sort: Option<LeadSort>,
    /// Where to put them, never over another file; standard output without one.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The server to ask [AICMO_BACKEND_URL].
    #[arg(long, value_name = "URL")]
    pub backend_url: Option<String>,
}

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Compute the chain again, in the database or in an exported file; exit 1 when it is broken.
    Verify {
        /// An exported file; nothing else is opened.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the trail to a new file.
    Export {
        /// Where to; `-` is standard output.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// ndjson (the whole trail, can be verified) or csv (for a spreadsheet).
        #[arg(long, default_value = "ndjson", value_name = "FORMAT")]
        format: aicmo_shared::audit::AuditFormat,
    },
}

/// What to do to an account. An account is named by its e-mail address or its id.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Invite somebody: print a link by which they set name and password themselves.
    Add {
        /// The e-mail address to sign in with.
        email: String,
        /// viewer, operator, approver or admin.
        #[arg(long, default_value = "viewer", value_parser = parse_role)]
        role: Role,
        /// Make the account now, with the password in the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
        /// The name that others see; only with --password-stdin.
        #[arg(long, requires = "password_stdin")]
        name: Option<String>,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every account.
    List {
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give an account another role; its sessions end.
    SetRole {
        /// The account.
        account: String,
        /// viewer, operator, approver or admin.
        #[arg(value_parser = parse_role)]
        role: Role,
        /// Print the account as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shut an account: its sessions end and its keys are refused.
    Deactivate {
        /// The account.
        account: String,
        /// Print the account as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Open a shut account again.
    Activate {
        /// The account.
        account: String,
        /// Print the account as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a link by which somebody sets a new password.
    ResetLink {
        /// The account.
        account: String,
        /// Also switch the second factor off, for somebody who has lost it.
        #[arg(long)]
        without_second_factor: bool,
        /// Print the link as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a new set-up link, while there is no account.
    SetupLink {
        /// Print the link as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What to do to a key.
#[derive(Debug, Subcommand)]
pub enum ApiKeyCommand {
    /// Create a key and print its secret once.
    Create {
        /// What the key is for.
        name: String,
        /// The account that it belongs to, by e-mail address or id.
        #[arg(long)]
        owner: String,
        /// What it may do; may be repeated.
        #[arg(long = "scope", required = true, value_parser = parse_scope)]
        scopes: Vec<Scope>,
        /// After so many days it does not work any more; never, when absent.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
        /// Print the key as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every key, without its secret.
    List {
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key for good.
    Revoke {
        /// The id of the key.
        id: String,
        /// Print the key as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Settings on the command line.
#[derive(Debug, Default, Args)]
pub struct SettingFlags {
    /// A TOML file with settings [AICMO_CONFIG].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<String>,
    /// The directory for database, uploads and keys [AICMO_DATA_DIR].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub data_dir: Option<String>,
    /// Which log lines are written [AICMO_LOG_LEVEL].
    #[arg(long, global = true, value_name = "FILTER")]
    pub log_level: Option<String>,
    /// How log lines are written: text or json [AICMO_LOG_FORMAT].
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Any other setting that is no secret; may be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub assignments: Vec<String>,
}

impl SettingFlags {
    /// The flags under the keys of their settings, those of `command` included.
    pub(super) fn by_key(&self, command: &Command) -> Result<BTreeMap<String, String>, Stop> {
        let mut values = BTreeMap::new();
        for assignment in &self.assignments {
            let (key, value) = assignment.split_once('=').ok_or_else(|| {
                Stop::new(
                    Exit::Usage,
                    "--set must be followed by KEY=VALUE, such as AICMO_DB_POOL_MAX=5.",
                )
            })?;
            values.insert(key.trim().to_owned(), value.to_owned());
        }
        let mut named = vec![
            ("AICMO_CONFIG", &self.config),
            ("AICMO_DATA_DIR", &self.data_dir),
            ("AICMO_LOG_LEVEL", &self.log_level),
            ("AICMO_LOG_FORMAT", &self.log_format),
        ];
        match command {
            Command::Serve { bind } => named.push(("AICMO_BIND", bind)),
            Command::Healthcheck { backend_url }
            | Command::Status { backend_url, .. }
            | Command::Import(ImportCommand::Leads(ImportLeads { backend_url, .. }))
            | Command::Export(ExportCommand::Leads(ExportLeads { backend_url, .. })) => {
                named.push(("AICMO_BACKEND_URL", backend_url));
            }
            _ => {}
        }
        for (key, value) in named {
            if let Some(value) = value {
                values.insert(key.to_owned(), value.clone());
            }
        }
        Ok(values)
    }
}
