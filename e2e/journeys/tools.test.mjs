// What other tools get from the real binary, without a browser: the event stream as a tool reads it,
// and webhooks that go to nobody inside the network.

import assert from "node:assert/strict";
import test from "node:test";

import { ADMIN_KEY, Server } from "../harness/server.mjs";

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
