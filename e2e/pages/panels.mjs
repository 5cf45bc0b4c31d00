// Which endpoint stands behind which panel, and where the panel is seen. The fault matrix walks
// this table; the last test of it asks the page whether a panel is missing here.

/** `{id}` in a path is filled with the first lead, campaign, import or bulk change of the mock set. */
export const PANELS = [
  { panel: "triage", endpoint: "GetAttention", path: "/command", empties: false },
  { panel: "approvals", endpoint: "GetAttention", path: "/command", empties: false },
  { panel: "execution", endpoint: "GetAttention", path: "/command", empties: false },
  { panel: "my-work", endpoint: "GetMyWork", path: "/command", empties: false },
  { panel: "activity", endpoint: "ListActivity", path: "/command", empties: true },
  { panel: "lead-list", endpoint: "ListLeads", path: "/leads", empties: true },
  { panel: "import-list", endpoint: "ListImports", path: "/leads?show=imports", empties: true },
  { panel: "import-detail", endpoint: "GetImport", path: "/leads?import={import}", empties: false },
  { panel: "import-rows", endpoint: "ListImportRows", path: "/leads?import={import}", empties: true },
  { panel: "job-list", endpoint: "ListJobs", path: "/leads?show=changes", empties: true },
  { panel: "job-detail", endpoint: "GetJob", path: "/leads?change={job}", empties: false },
  { panel: "job-items", endpoint: "ListJobItems", path: "/leads?change={job}", empties: true },
  { panel: "lead-detail", endpoint: "GetLead", path: "/leads/{lead}", empties: false },
  { panel: "lead-timeline", endpoint: "ListLeadEvents", path: "/leads/{lead}", empties: true },
  { panel: "lead-consent", endpoint: "ListLeadConsent", path: "/leads/{lead}", empties: true },
  { panel: "campaign-list", endpoint: "ListCampaigns", path: "/campaigns", empties: true },
  { panel: "campaign-detail", endpoint: "GetCampaign", path: "/campaigns/{campaign}", empties: false },
  { panel: "process", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "database", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "services", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "settings", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "integrity", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "checks", endpoint: "GetDiagnostics", path: "/diagnostics", empties: false },
  { panel: "entry-points", endpoint: "ListEntryPoints", path: "/diagnostics", empties: true },
];

/** Panels that only somebody with an account on live data sees, with what each of them reads. */
export const LIVE_PANELS = [
  { panel: "users", reads: "/api/v1/users", path: "/diagnostics" },
  { panel: "invitations", reads: "/api/v1/invitations", path: "/diagnostics" },
  { panel: "api-keys", reads: "/api/v1/api-keys", path: "/diagnostics" },
  { panel: "audit-list", reads: "/api/v1/audit", path: "/diagnostics/audit" },
  { panel: "webhook-list", reads: "/api/v1/webhooks", path: "/diagnostics/webhooks/{webhook}" },
  { panel: "webhook-detail", reads: "/api/v1/webhooks/{webhook}", path: "/diagnostics/webhooks/{webhook}" },
  { panel: "webhook-deliveries", reads: "/api/v1/webhooks/{webhook}/deliveries", path: "/diagnostics/webhooks/{webhook}" },
  { panel: "profile", reads: "/api/v1/session", path: "/account" },
  { panel: "sessions", reads: "/api/v1/sessions", path: "/account" },
  { panel: "passkeys", reads: "/api/v1/session/passkeys", path: "/account" },
];

export async function filledPath(server, path) {
  if (path.includes("{lead}")) {
    // One with something to tell about its consent, so that no panel of it is empty.
    const told = await server.api("GET", "/api/v1/leads?limit=1&filter%5Bconsent%5D=CONSENTED");
    const leads = told.data.length > 0 ? told : await server.api("GET", "/api/v1/leads?limit=1");
    return path.replace("{lead}", leads.data[0].id);
  }
  if (path.includes("{campaign}")) {
    const campaigns = await server.api("GET", "/api/v1/campaigns?limit=1");
    return path.replace("{campaign}", campaigns.data[0].id);
  }
  if (path.includes("{import}")) {
    const imports = await server.api("GET", "/api/v1/imports?limit=1");
    return path.replace("{import}", imports.data[0].id);
  }
  if (path.includes("{job}")) {
    const jobs = await server.api("GET", "/api/v1/jobs?limit=1");
    return path.replace("{job}", jobs.data[0].id);
  }
  return path;
}
