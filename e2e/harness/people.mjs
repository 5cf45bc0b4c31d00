// The people of a server: made by an invitation, as an administrator would, and signed in.
//
// One person of each role is enough for a server, and one session of theirs: a journey that ends
// sessions makes people of its own with `newPerson`.

export const PASSWORD = "seven green kettles hum";

let made = 0;

/** Invites somebody as the administrator and takes the invitation up. */
export async function newPerson(server, role, name = `${role[0].toUpperCase()}${role.slice(1)} ${(made += 1)}`) {
  const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".")}@example.org`;
  const { link } = await server.api("POST", "/api/v1/invitations", { email, role }, 201);
  const answer = await fetch(`${server.url}/api/v1/invitations/accept`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: tokenOf(link), display_name: name, password: PASSWORD }),
  });
  if (answer.status !== 201) throw new Error(`the invitation of ${email}: ${answer.status}\n${await answer.text()}`);
  const { user } = await answer.json();
  return { id: user.id, email, name, role, password: PASSWORD, cookie: cookieOf(answer) };
}

/** The person of this role that the journeys on this server share. */
export async function person(server, role) {
  if (!server.people.has(role)) server.people.set(role, newPerson(server, role));
  return server.people.get(role);
}

/** What follows `#token=` in a one-time link. */
export function tokenOf(link) {
  return new URL(link).hash.replace("#token=", "");
}

function cookieOf(answer) {
  const [pair] = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  const [name, value] = pair.split("=");
  return { name, value };
}

/** Puts the person into the browser, as if they had signed in there. */
export async function enter(context, server, who) {
  await context.addCookies([{ ...who.cookie, url: server.url, httpOnly: true, sameSite: "Strict" }]);
}
