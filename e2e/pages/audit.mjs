// The audit trail, as find / do / see.

import { shell } from "./shell.mjs";

export function audit(page, server) {
  const opened = shell(page, server);
  const list = page.locator('[data-panel="audit-list"]');
  const rows = list.locator("tbody tr.lead");
  return {
    find: { ...opened.find, list, rows, detail: list.locator("[data-audit-detail]") },
    see: { ...opened.see, ready: () => opened.see.panel("audit-list", "ready") },
    do: {
      ...opened.do,
      async open(path = "/diagnostics/audit") {
        await opened.do.open(path);
        await opened.see.panel("audit-list", "ready");
      },
      choose: (label, word) => list.getByRole("combobox", { name: label, exact: true }).selectOption(word),
    },
  };
}
