//! The document as a page for people, at `/api/docs`: plain HTML made from the document itself, with
//! a style sheet of our own. It runs no script and loads nothing from elsewhere, so it needs no
//! exception from the security policy and works in a closed network.
//!
//! Operations and types are folded; a browser unfolds the one that a link or a search leads to.

use std::fmt::Write as _;
use std::future::ready;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::mount::{answer_other_method, is_known};

/// Where the page is.
const PATH: &str = "/api/docs";
/// Where its style sheet is.
const STYLE_PATH: &str = "/api/docs/style.css";
/// Where its icon is, which is the console's.
const ICON_PATH: &str = "/api/docs/icon.svg";

const STYLE: &[u8] = include_bytes!("page.css");
const ICON: &[u8] = include_bytes!("../../../../frontend/assets/icon.svg");

/// What belongs to the page.
struct File {
    bytes: Bytes,
    content_type: HeaderValue,
    etag: HeaderValue,
}

impl File {
    fn new(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        let bytes = bytes.into();
        let hash: u64 = Sha256::digest(&bytes)
            .iter()
            .take(8)
            .fold(0, |hash, byte| (hash << 8) | u64::from(*byte));
        Self {
            bytes,
            content_type: HeaderValue::from_static(content_type),
            etag: HeaderValue::from_str(&format!("\"{hash:016x}\""))
                .unwrap_or(HeaderValue::from_static("\"0\"")),
        }
    }
}

static PAGE: LazyLock<File> =
    LazyLock::new(|| File::new(render(&super::document()), "text/html; charset=utf-8"));
static STYLE_SHEET: LazyLock<File> = LazyLock::new(|| File::new(STYLE, "text/css; charset=utf-8"));
static PAGE_ICON: LazyLock<File> = LazyLock::new(|| File::new(ICON, "image/svg+xml"));

/// Mounts the page and what belongs to it.
pub fn configure(app: &mut ServiceConfig) {
    let files: [(&str, &'static LazyLock<File>); 3] =
        [(PATH, &PAGE), (STYLE_PATH, &STYLE_SHEET), (ICON_PATH, &PAGE_ICON)];
    for (path, file) in files {
        app.service(
            web::resource(path)
                .route(
                    web::route()
                        .guard(guard::Any(guard::Get()).or(guard::Head()))
                        .to(move |request: HttpRequest| ready(serve(&request, file))),
                )
                .default_service(web::to(|request: HttpRequest| async move {
                    answer_other_method(&request, &super::ALLOW)
                }))
                .wrap(actix_web::middleware::Compress::default()),
        );
    }
}

fn serve(request: &HttpRequest, file: &File) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    response.insert_header((ETAG, file.etag.clone()));
    if is_known(request, &file.etag) {
        return response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish();
    }
    response.insert_header((CONTENT_TYPE, file.content_type.clone()));
    response.body(file.bytes.clone())
}

/// The whole page.
fn render(document: &Value) -> String {
    let page = Page { document };
    let mut out = String::with_capacity(512 * 1024);
    let title = text(&document["info"]["title"]);
    let _ = write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><link rel=\"icon\" type=\"image/svg+xml\" href=\"{ICON_PATH}\"><title>{title} API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body>\
         <a class=\"skip\" href=\"#main\">Skip to the operations</a>\
         <header><h1>{title} API</h1><p>{}</p><p>Version {} · <a href=\"{}\">OpenAPI document</a> · \
         <a href=\"/\">Console</a></p></header>",
        text(&document["info"]["description"]),
        text(&document["info"]["version"]),
        super::PATH,
    );
    let tags = page.tags();
    out.push_str("<nav aria-label=\"Operations\">");
    for (tag, operations) in &tags {
        let _ = write!(out, "<h2>{}</h2><ul>", escape(tag));
        for operation in operations {
            let _ = write!(
                out,
                "<li><a href=\"#{}\"><b>{}</b> {}</a></li>",
                operation.id,
                operation.method,
                escape(operation.path)
            );
        }
        out.push_str("</ul>");
    }
    out.push_str("</nav><main id=\"main\">");
    for (tag, operations) in &tags {
        let _ = write!(out, "<section><h2>{}</h2>", escape(tag));
        for operation in operations {
            page.operation(&mut out, operation);
        }
        out.push_str("</section>");
    }
    out.push_str("<section><h2>Types</h2>");
    for (name, schema) in fields(&document["components"]["schemas"]) {
        Page::component(&mut out, name, schema);
    }
    out.push_str("</section></main></body></html>");
    out
}

struct Operation<'a> {
    id: String,
    method: String,
    path: &'a str,
    described: &'a Value,
}

struct Page<'a> {
    document: &'a Value,
}

impl<'a> Page<'a> {
    /// The operations by tag, in the order of paths.
    fn tags(&self) -> Vec<(&'a str, Vec<Operation<'a>>)> {
        let mut tags: Vec<(&str, Vec<Operation<'_>>)> = Vec::new();
        for (path, item) in fields(&self.document["paths"]) {
            for (method, described) in fields(item) {
                let tag = described["tags"][0].as_str().unwrap_or_default();
                let operation = Operation {
                    id: escape(described["operationId"].as_str().unwrap_or_default()),
                    method: escape(&method.to_uppercase()),
                    path,
                    described,
                };
                match tags.iter_mut().find(|(known, _)| *known == tag) {
                    Some((_, operations)) => operations.push(operation),
                    None => tags.push((tag, vec![operation])),
                }
            }
        }
        tags
    }

    fn operation(&self, out: &mut String, operation: &Operation<'_>) {
        let said = operation.described;
        let _ = write!(
            out,
            "<details class=\"entry\"><summary><h3><b>{1}</b> <code>{2}</code></h3> {3}</summary><article id=\"{0}\">",
            operation.id,
            operation.method,
            escape(operation.path),
            text(&said["summary"]),
        );
        let _ = write!(out, "<p>Open to: {}.</p>", escape(&who(&said["security"])));
        let parameters: Vec<&Value> = items(&said["parameters"]).map(|one| self.resolved(one)).collect();
        if !parameters.is_empty() {
            let _ = write!(
                out,
                "<table><caption>Parameters of {}</caption><thead><tr><th scope=\"col\">Name</th>\
                 <th scope=\"col\">In</th><th scope=\"col\">Type</th><th scope=\"col\">Says</th></tr></thead><tbody>",
                operation.id
            );
            for one in parameters {
                let needed = if one["required"] == Value::Bool(true) {
                    ", needed"
                } else {
                    ""
                };
                let _ = write!(
                    out,
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}{needed}</td><td>{}</td><td>{}</td></tr>",
                    text(&one["name"]),
                    text(&one["in"]),
                    kind(&one["schema"]),
                    text(&one["description"]),
                );
            }
            out.push_str("</tbody></table>");
        }
        for (media, content) in fields(&said["requestBody"]["content"]) {
            let _ = write!(
                out,
                "<p>Body: {} as <code>{}</code>.</p>",
                kind(&content["schema"]),
                escape(media)
            );
        }
        let _ = write!(
            out,
            "<pre tabindex=\"0\" aria-label=\"How to ask {}\"><code>{}</code></pre>",
            operation.id,
            escape(&curl(operation))
        );
        Self::answers(out, operation);
        out.push_str("</article></details>");
    }

    fn answers(out: &mut String, operation: &Operation<'_>) {
        let _ = write!(
            out,
            "<table><caption>Answers of {}</caption><thead><tr><th scope=\"col\">Status</th>\
             <th scope=\"col\">Says</th><th scope=\"col\">Body</th></tr></thead><tbody>",
            operation.id
        );
        for (status, response) in fields(&operation.described["responses"]) {
            let bodies: Vec<String> = fields(&response["content"])
                .map(|(media, content)| {
                    format!("{} <code>{}</code>", kind(&content["schema"]), escape(media))
                })
                .collect();
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
                escape(status),
                text(&response["description"]),
                bodies.join(" "),
            );
        }
        out.push_str("</tbody></table>");
        let example = fields(&operation.described["responses"])
            .find_map(|(_, response)| response["content"]["application/json"].get("example"));
        if let Some(example) = example {
            let shown = serde_json::to_string_pretty(example).unwrap_or_default();
            let _ = write!(
                out,
                "<details><summary>An answer of {0}</summary><pre tabindex=\"0\" aria-label=\"An answer of {0}\">\
                 <code>{1}</code></pre></details>",
                operation.id,
                escape(&shown)
            );
        }
    }

    fn component(out: &mut String, name: &str, schema: &Value) {
        let _ = write!(
            out,
            "<details class=\"entry\"><summary><h3><code>{0}</code></h3></summary><article id=\"type-{0}\"><p>{1}</p>",
            escape(name),
            text(&schema["description"])
        );
        let parts = items(&schema["allOf"]).chain(std::iter::once(schema));
        let mut rows = String::new();
        for part in parts {
            if part.get("$ref").is_some() {
                let _ = write!(out, "<p>All of {}, and:</p>", kind(part));
            }
            for (field, described) in fields(&part["properties"]) {
                let needed = items(&part["required"]).any(|one| one == field);
                let _ = write!(
                    rows,
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
                    escape(field),
                    kind(described),
                    if needed { "always" } else { "maybe" },
                    text(&described["description"]),
                );
            }
        }
        if rows.is_empty() {
            let _ = write!(out, "<p>{}</p>", kind(schema));
        } else {
            let _ = write!(
                out,
                "<table><caption>Fields of {}</caption><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th>\
                 <th scope=\"col\">There</th><th scope=\"col\">Says</th></tr></thead><tbody>{rows}</tbody></table>",
                escape(name)
            );
        }
        out.push_str("</article></details>");
    }

    fn resolved(&self, value: &'a Value) -> &'a Value {
        value["$ref"]
            .as_str()
            .and_then(|target| self.document.pointer(target.trim_start_matches('#')))
            .unwrap_or(value)
    }
}

/// A schema in a few words; named types are links.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|target| target.rsplit('/').next())
    {
        return format!("<a href=\"#type-{0}\">{0}</a>", escape(name));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("<code>{}</code>", text(word)))
            .collect();
        return words.join(" ");
    }
    for list in ["allOf", "oneOf", "anyOf"] {
        if schema[list].is_array() {
            let parts: Vec<String> = items(&schema[list])
                .map(kind)
                .filter(|part| !part.is_empty())
                .collect();
            return parts.join(" or ");
        }
    }
    let mut words: Vec<String> = match &schema["type"] {
        Value::Array(many) => many.iter().map(text).collect(),
        one => vec![text(one)],
    };
    if !schema["items"].is_null() {
        words = vec![format!("list of {}", kind(&schema["items"]))];
    }
    if let Value::Object(properties) = &schema["properties"]
        && let Some(data) = properties.get("data")
    {
        words = vec![format!("{} with its provenance", kind(data))];
    }
    if let Some(format) = schema["format"].as_str() {
        words.push(format!("({})", escape(format)));
    }
    words.join(" ")
}

fn who(security: &Value) -> String {
    let mut ways: Vec<String> = Vec::new();
    for way in items(security) {
        let mut said = fields(way).peekable();
        if said.peek().is_none() {
            ways.push("everybody".to_owned());
        }
        for (scheme, scopes) in said {
            let scopes: Vec<&str> = items(scopes).filter_map(Value::as_str).collect();
            ways.push(match (scheme.as_str(), scopes.is_empty()) {
                ("session", _) => "people who are signed in".to_owned(),
                (_, true) => "the administrator's key of the settings".to_owned(),
                (_, false) => format!("keys with the scope {}", scopes.join(", ")),
            });
        }
    }
    if ways.is_empty() {
        "everybody".to_owned()
    } else {
        ways.join(", or ")
    }
}

/// A line for a shell that asks this operation.
fn curl(operation: &Operation<'_>) -> String {
    let mut line = "curl -fsS".to_owned();
    if operation.method != "GET" {
        let _ = write!(line, " -X {}", operation.method);
    }
    if !operation.described["security"].is_null() {
        line.push_str(" -H \"Authorization: Bearer $AICMO_KEY\"");
    }
    for one in items(&operation.described["parameters"]) {
        match one["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            Some("If-Match") => line.push_str(" -H 'If-Match: \"v3\"'"),
            Some("Idempotency-Key") => line.push_str(" -H \"Idempotency-Key: $(uuidgen)\""),
            _ => {}
        }
    }
    let content = &operation.described["requestBody"]["content"];
    if let Some(example) = content["application/json"].get("example") {
        let _ = write!(line, " -H 'Content-Type: application/json' -d '{example}'");
    } else if content.get("multipart/form-data").is_some() {
        line.push_str(" -F file=@leads.csv");
    }
    let _ = write!(line, " \"$AICMO_URL{}\"", operation.path);
    line
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text of the document as HTML; another value as it is written.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text),
        Value::Null => String::new(),
        other => escape(&other.to_string()),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            plain => out.push(plain),
        }
    }
    out
}
