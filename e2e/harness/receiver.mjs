// A receiver of webhooks on this machine: keeps what comes, answers what the story wants.

import { createServer } from "node:http";
import { once } from "node:events";

export class Receiver {
  static async start() {
    const receiver = new Receiver();
    receiver.received = [];
    receiver.answer = { status: 200, body: "thank you" };
    receiver.waiting = [];
    receiver.server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (piece) => (body += piece));
      request.on("end", () => {
        receiver.received.push({ headers: request.headers, body, message: JSON.parse(body) });
        response.writeHead(receiver.answer.status, { "content-type": "text/plain" }).end(receiver.answer.body);
        for (const wake of receiver.waiting.splice(0)) wake();
      });
    });
    receiver.server.listen(0, "127.0.0.1");
    await once(receiver.server, "listening");
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }

  /** Waits until something has come that `fits`; answers it. */
  async came(fits) {
    for (;;) {
      const found = this.received.find(({ message }) => fits(message));
      if (found) return found;
      await new Promise((resolve) => this.waiting.push(resolve));
    }
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
