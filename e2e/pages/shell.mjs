// The shell as find / do / see: tabs, banner, build marker, connection.

export function shell(page, server) {
  const find = {
    tab: (slug) => page.locator(`[data-tab="${slug}"]`),
    panel: (name) => page.locator(`[data-panel="${name}"]`),
    banner: () => page.locator("[data-mock-banner]"),
    marker: () => page.locator("[data-build-marker]").first(),
    link: (label) => page.getByRole("navigation").getByRole("link", { name: label }).first(),
  };
  const see = {
    /** Waits until the panel says it is in `state`. */
    panel: (name, state, timeout = 15_000) =>
      page.locator(`[data-panel="${name}"][data-state="${state}"]`).first().waitFor({ timeout }),
    tab: (slug, timeout = 15_000) => find.tab(slug).waitFor({ timeout }),
    loaded: (timeout = 20_000) => page.locator("#e2e-app-loaded", { hasText: "YES" }).waitFor({ state: "attached", timeout }),
  };
  return {
    find,
    see,
    do: {
      async open(path) {
        await page.goto(`${server.url}${path}`);
        await see.loaded();
      },
      async go(label, slug) {
        await find.link(label).click();
        await see.tab(slug);
      },
    },
  };
}

/** Every tab with its address, its link and the panels it shows when there is data. */
export const TABS = [
  { slug: "command", path: "/command", label: /Command/, panels: ["triage", "approvals", "execution", "my-work", "activity"] },
  { slug: "leads", path: "/leads", label: /Leads/, panels: ["lead-list"] },
  { slug: "campaigns", path: "/campaigns", label: /Campaigns/, panels: ["campaign-list"] },
  { slug: "diagnostics", path: "/diagnostics", label: /Diagnostics/, panels: ["process", "database", "services", "settings", "integrity", "checks", "entry-points"] },
];
