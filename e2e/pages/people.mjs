// The door, the menu of the person and the administration, as do / see.

export function door(page, server) {
  const card = page.locator(".door__card");
  const find = {
    card,
    email: () => page.getByLabel("E-mail address"),
    password: (label = "Password (required)") => page.getByLabel(label, { exact: true }),
    code: () => page.getByLabel(/^Code/),
    button: (name) => page.getByRole("button", { name }),
  };
  const see = {
    page: (title) => card.getByRole("heading", { name: title, level: 1 }).waitFor(),
    refusal: (text) => page.getByRole("alert").filter({ hasText: text }).first().waitFor(),
  };
  return {
    find,
    see,
    do: {
      async open(path) {
        await page.goto(`${server.url}${path}`);
      },
      async signIn({ email, password }) {
        await see.page("Sign in");
        await find.email().fill(email);
        await find.password().fill(password);
        await find.button("Sign in").click();
      },
    },
  };
}

export function menu(page) {
  const open = async () => {
    const list = page.locator("#user-menu");
    if (!(await list.isVisible())) await page.locator(".user").click();
    return list;
  };
  return {
    open,
    signOut: async () => (await open()).getByRole("button", { name: "Sign out" }).click(),
    account: async () => (await open()).getByRole("link", { name: "Your account" }).click(),
  };
}
