// What leaves the house for other tools: webhooks that the library of Standard Webhooks takes, and
// the event stream as a tool reads it. No browser is needed, only the real binary.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";

import { Webhook } from "standardwebhooks";

import { ADMIN_KEY, Server } from "../harness/server.mjs";

/** A receiver on this machine, which keeps what it is sent and answers 204. */
async function receiver() {
  const heard = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    heard.push({ headers: request.headers, body });
    response.writeHead(204).end();
    server.emit("heard");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/in`,
    /** Waits until so many messages have come. */
    async heard(count) {
      while (heard.length < count) await once(server, "heard", { signal: AbortSignal.timeout(15_000) });
      return heard.slice(0, count);
    },
    close: () => server.close(),
  };
}

test("a webhook is signed so that the library of Standard Webhooks takes it, also while its secret is rotated", async () => {
  const server = await Server.start({ AICMO_WEBHOOK_ALLOW_PRIVATE: "true" });
  const tool = await receiver();
  try {
    const draft = { url: tool.url, filter: { kinds: ["campaign.created"] } };
    const { webhook, secret } = await server.api("POST", "/api/v1/webhooks", draft, 201);
    const campaign = (name) => server.api("POST", "/api/v1/campaigns", { name, objective: "sales" }, 201);
    const spring = await campaign("Spring");
    const [first] = await tool.heard(1);
    const message = new Webhook(secret).verify(first.body, first.headers);
    assert.equal(message.type, "campaign.created");
    assert.equal(message.data.subject_id, spring.id);
    assert.ok(!first.body.includes("Spring"), "it tells of the campaign and nothing in it");
    assert.throws(() => new Webhook(secret).verify(first.body.replace("created", "deleted"), first.headers));

    const rotated = await server.api("POST", `/api/v1/webhooks/${webhook.id}/rotate-secret`);
    await campaign("Summer");
    const [, second] = await tool.heard(2);
    for (const known of [secret, rotated.secret]) new Webhook(known).verify(second.body, second.headers);
    assert.throws(() => new Webhook(`whsec_${Buffer.alloc(32).toString("base64")}`).verify(second.body, second.headers));

    await server.api("POST", `/api/v1/webhooks/${webhook.id}/test`, undefined, 202);
    const [, , third] = await tool.heard(3);
    assert.equal(new Webhook(rotated.secret).verify(third.body, third.headers).type, "webhook.tested");
  } finally {
    tool.close();
    await server.stop();
  }
});

test("an address inside the network is refused unless a setting allows it", async () => {
  const server = await Server.start();
  try {
    for (const url of ["http://127.0.0.1:9/", "https://127.0.0.1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/"]) {
      const problem = await server.api("POST", "/api/v1/webhooks", { url }, 422);
      assert.equal(problem.errors[0].pointer, "/url", url);
    }
  } finally {
    await server.stop();
  }
});

test("a stream tells a tool of a commit, and of what it missed", async () => {
  const server = await Server.start();
  try {
    const open = async (headers = {}) => {
      const answer = await fetch(`${server.url}/api/v1/stream?topics=control`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
        signal: AbortSignal.timeout(20_000),
      });
      assert.equal(answer.headers.get("content-type"), "text/event-stream");
      return answer.body.pipeThrough(new TextDecoderStream()).getReader();
    };
    /** Reads until `pattern` has come. */
    const until = async (reader, pattern) => {
      let text = "";
      while (!pattern.test(text)) {
        const { value, done } = await reader.read();
        assert.ok(!done, `the stream ended: ${text}`);
        text += value;
      }
      return pattern.exec(text);
    };
    const first = await open();
    const [, place] = await until(first, /^id: (\d+)\nevent: hello\n/m);
    const { id } = await server.api("POST", "/api/v1/campaigns", { name: "Spring", objective: "sales" }, 201);
    await until(first, new RegExp(`event: control\\ndata: .*campaign.created.*${id}`));
    await first.cancel();
    const again = await open({ "last-event-id": place });
    await until(again, new RegExp(`event: control\\ndata: .*campaign.created.*${id}`));
    await again.cancel();
  } finally {
    await server.stop();
  }
});
