//! The five commonest jobs of `docs/API.md`, run as they stand there: the programs of three languages
//! in their interpreters, and those in Rust here, word for word.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aicmo_client::Client;
use aicmo_shared::api::{
    ActivateCampaign, CampaignQuery, CommitImport, CreateCampaign, GetAttention, GetImport, LeadQuery,
    ListCampaigns, ListLeads, MapImport, NoQuery, PatchLead, PauseCampaign, PreviewImport,
};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective, CampaignStatus, CampaignStep};
use aicmo_shared::import::{ImportColumn, ImportMapping, ImportState};
use aicmo_shared::lead::LeadPatch;
use aicmo_shared::patch::Patch;

use crate::support::{Room, or_skip};

const KEY: &str = "the-key-of-an-administrator-in-this-test";
const LEADS: &str =
    "Name,Email,Company\nAda Lovelace,ada@engine.example,Engine\nGrace Hopper,grace@navy.example,Navy\n";

/// The section of the five jobs.
fn section() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md");
    let text = std::fs::read_to_string(path).expect("docs/API.md");
    let (_, rest) = text.split_once("\n## Five jobs\n").expect("the section");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The blocks of one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in section().lines() {
        match (&mut block, line) {
            (None, line) if line == format!("```{language}") => block = Some(String::new()),
            (Some(text), "```") => {
                found.push(std::mem::take(text));
                block = None;
            }
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, _) => {}
        }
    }
    assert_eq!(
        found.len(),
        6,
        "a block to begin with and one per job in {language}"
    );
    found
}

/// A server with a campaign that is under way, and a file of leads beside it.
struct Place {
    room: Room,
    server: aicmo_backend::smoke::Server,
}

impl Place {
    async fn new() -> Self {
        let room = Room::new();
        let server = room.serve(&[("AICMO_BOOTSTRAP_ADMIN_KEY", KEY)]);
        std::fs::write(room.path().join("leads.csv"), LEADS).expect("written");
        let place = Self { room, server };
        let draft = CampaignDraft {
            name: "Spring launch".to_owned(),
            client: None,
            objective: CampaignObjective::LeadGeneration,
            description: None,
            time_zone: None,
            start_on: None,
            end_on: None,
        };
        let client = place.client();
        let campaign = client
            .command::<CreateCampaign>(&[], &draft, None)
            .await
            .expect("created");
        let step = CampaignStep { reason: None };
        client
            .command::<ActivateCampaign>(&[&campaign.id.to_string()], &step, None)
            .await
            .expect("started");
        place
    }

    fn client(&self) -> Client {
        Client::new(&self.server.url).expect("a client").with_key(KEY)
    }

    /// Runs a program to its end and answers what it printed.
    fn run(&self, interpreter: &str, arguments: &[&str], program: &str) -> String {
        // The ending tells node that it is a module; the others do not mind.
        let file = self.room.path().join("program.mjs");
        std::fs::write(&file, program).expect("written");
        let ended = Command::new(interpreter)
            .args(arguments)
            .arg(&file)
            .current_dir(self.room.path())
            .env("AICMO_URL", &self.server.url)
            .env("AICMO_KEY", KEY)
            .output()
            .expect("it starts");
        let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(
            ended.status.success(),
            "{interpreter}: {printed}\n{}\n{program}",
            String::from_utf8_lossy(&ended.stderr)
        );
        printed
    }

    /// Whether all five jobs are done.
    async fn all_is_done(&self) {
        let client = self.client();
        let figures = client
            .read::<GetAttention>(&[], &NoQuery {})
            .await
            .expect("figures");
        assert_eq!(figures.data().leads, 2);
        let query = LeadQuery {
            email: Some("ada@engine.example".to_owned()),
            ..LeadQuery::default()
        };
        let leads = client
            .read::<ListLeads>(&[], &query)
            .await
            .expect("a list")
            .into_data();
        assert_eq!(leads[0].title.as_deref(), Some("Analyst"));
        let campaigns = client
            .read::<ListCampaigns>(&[], &CampaignQuery::default())
            .await
            .expect("a list");
        assert_eq!(campaigns.data()[0].status, CampaignStatus::Paused);
    }
}

fn there(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|ended| ended.status.success());
    or_skip(found, program)
}

#[tokio::test]
async fn the_jobs_in_curl_do_what_they_say() {
    if there("bash") && there("curl") {
        let place = Place::new().await;
        let printed = place.run("bash", &["-eu"], &blocks("sh").concat());
        assert!(
            printed.contains("\"leads\":0") && printed.contains("event: imports"),
            "{printed}"
        );
        place.all_is_done().await;
    }
}

#[tokio::test]
async fn the_jobs_in_python_do_what_they_say() {
    if there("python3") {
        let place = Place::new().await;
        let printed = place.run("python3", &[], &blocks("python").concat());
        assert!(
            printed.contains("0 leads, mock: False") && printed.contains("Analyst"),
            "{printed}"
        );
        assert!(printed.contains("\"topic\":\"imports\""), "{printed}");
        place.all_is_done().await;
    }
}

#[tokio::test]
async fn the_jobs_in_javascript_do_what_they_say() {
    if there("node") {
        let place = Place::new().await;
        let printed = place.run("node", &[], &blocks("js").concat());
        assert!(
            printed.contains("0 leads, mock: false") && printed.contains("an import moved"),
            "{printed}"
        );
        place.all_is_done().await;
    }
}

#[rustfmt::skip]
async fn in_rust(url: String, key: String) -> Result<(), Box<dyn Error>> {
    let client = Client::new(&url)?.with_key(&key);

    let ready = client.get("/readyz").send().await?.status().is_success();
    let figures = client.read::<GetAttention>(&[], &NoQuery {}).await?;
    println!("ready {ready}, {} leads, mock {}", figures.data().leads, figures.is_mock());

    let import = client.upload_import_file(Path::new("leads.csv"), None).await?;
    let id = import.id.to_string();
    let mapping = ImportMapping {
        columns: vec![ImportColumn::Name, ImportColumn::Email, ImportColumn::Company],
        ..ImportMapping::default()
    };
    client.command::<MapImport>(&[&id], &mapping, None).await?;
    client.command::<PreviewImport>(&[&id], &(), None).await?;
    client.command::<CommitImport>(&[&id], &(), None).await?;
    let mut pause = tokio::time::interval(Duration::from_millis(200));
    while client.read::<GetImport>(&[&id], &NoQuery {}).await?.data().state != ImportState::Committed {
        pause.tick().await;
    }

    let query = LeadQuery { email: Some("ada@engine.example".to_owned()), ..LeadQuery::default() };
    if let Some(lead) = client.read::<ListLeads>(&[], &query).await?.into_data().first() {
        let patch = LeadPatch { title: Patch::Set("Analyst".to_owned()), ..LeadPatch::default() };
        client.command::<PatchLead>(&[&lead.id.to_string()], &patch, Some(lead.version)).await?;
    }

    let query = CampaignQuery { status: Some(CampaignStatus::Active), ..CampaignQuery::default() };
    for campaign in client.read::<ListCampaigns>(&[], &query).await?.data() {
        let step = CampaignStep { reason: Some("The client asked for it.".to_owned()) };
        client.command::<PauseCampaign>(&[&campaign.id.to_string()], &step, None).await?;
    }

    let stream = client.get("/api/v1/stream?topics=imports").header("Last-Event-ID", "0");
    let mut stream = stream.send().await?;
    let mut seen = String::new();
    while let Some(piece) = stream.chunk().await? {
        seen.push_str(&String::from_utf8_lossy(&piece));
        if seen.contains("event: imports") {
            break;
        }
    }

    assert!(seen.contains("event: imports"), "{seen}");
    Ok(())
}

/// The lines without their indentation, which differs in a function.
fn bare(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

#[tokio::test]
async fn the_jobs_in_rust_do_what_they_say() {
    let source = include_str!("api_jobs.rs");
    let (_, body) = source.split_once("async fn in_rust(").expect("the function");
    let body = bare(body.split("assert!(seen").next().unwrap_or_default());
    let documented = blocks("rust").concat();
    assert_eq!(
        body.get(1..).unwrap_or_default(),
        bare(&documented),
        "docs/API.md is what runs here"
    );
    let place = Place::new().await;
    // The file of leads is named relative to where a program runs. A process runs one test, and none of
    // the others here names a file relatively.
    std::env::set_current_dir(place.room.path()).expect("entered");
    in_rust(place.server.url.clone(), KEY.to_owned())
        .await
        .expect("done");
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).expect("left");
    place.all_is_done().await;
}
