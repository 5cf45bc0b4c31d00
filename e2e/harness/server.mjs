// Starts the real binary on a port of its own with a data directory of its own, and stops it.
// Owns processes and temporary folders; knows nothing of pages. Calls of the API are made with the
// bootstrap key; the people who use browsers are made in `people.mjs`.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** An administrator's key, given as a setting: how an unattended set-up speaks with the API. */
export const ADMIN_KEY = "e2e-bootstrap-key-0123456789-0123456789";

const BINARY = process.env.AICMO_E2E_BINARY ?? new URL("../../target/debug/aicmo", import.meta.url).pathname;

/** Only what the server needs: a stray AICMO_ variable of the desk must not steer a journey. */
function environment(extra) {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, AICMO_BIND: "127.0.0.1:0", AICMO_LOG_LEVEL: "info", AICMO_BOOTSTRAP_ADMIN_KEY: ADMIN_KEY, ...extra };
}

export class Server {
  /** @param {Record<string, string>} settings Environment beside the defaults. */
  static async start(settings = {}, dataDir = undefined) {
    const server = new Server();
    server.dataDir = dataDir ?? (await mkdtemp(join(tmpdir(), "aicmo-e2e-")));
    server.settings = settings;
    server.people = new Map();
    await server.#launch();
    return server;
  }

  async #launch() {
    this.log = [];
    this.process = spawn(BINARY, ["serve"], {
      env: environment({ AICMO_DATA_DIR: this.dataDir, ...this.settings }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.exited = new Promise((resolve) => {
      this.process.once("exit", (code, signal) => resolve({ code, signal }));
      this.process.once("error", (error) => resolve({ code: error.message, signal: null }));
    });
    createInterface({ input: this.process.stderr }).on("line", (line) => {
      this.log.push(line);
      this.process.emit("log", line);
    });
    this.ready = await new Promise((resolve, reject) => {
      createInterface({ input: this.process.stdout }).on("line", (line) => {
        this.log.push(line);
        this.process.emit("log", line);
        const match = /^aicmo ready url=(\S+) build=(\S+) database=(\S+) mode=(\S+)$/.exec(line);
        if (match) resolve({ url: match[1], build: match[2], database: match[3], mode: match[4] });
      });
      this.exited.then(({ code }) => reject(new Error(`the server ended with ${code}:\n${this.log.join("\n")}`)));
    });
    this.url = this.ready.url;
  }

  /** Waits until the server has written something that fits, and answers the match. */
  async told(pattern, timeout = 10_000) {
    const told = () => this.log.map((line) => pattern.exec(line)).find(Boolean);
    if (told() !== undefined) return told();
    await Promise.race([
      new Promise((resolve) => this.process.on("log", (line) => pattern.test(line) && resolve())),
      new Promise((_, reject) => setTimeout(() => reject(new Error(`${pattern} was not written:\n${this.log.join("\n")}`)), timeout).unref()),
    ]);
    return told();
  }

  /** Ends the process and starts another on the same data directory and, where it is free, port. */
  async restart() {
    this.settings = { ...this.settings, AICMO_BIND: new URL(this.url).host };
    await this.#end();
    await this.#launch();
  }

  async #end() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    return this.exited;
  }

  /** Stops the server; a stop that is not clean fails the journey. */
  async stop() {
    const { code, signal } = await this.#end();
    await rm(this.dataDir, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${this.log.slice(-40).join("\n")}`);
  }

  /** Runs the binary once on the data of this server and answers what it prints. */
  async run(args, input = undefined) {
    const child = spawn(BINARY, args, { env: environment({ AICMO_DATA_DIR: this.dataDir, ...this.settings }), stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(input);
    const texts = await Promise.all([child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join("")));
    const code = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
    return { code, stdout: texts[0], stderr: texts[1] };
  }

  /**
   * Calls the API and answers the parsed body; a status other than the expected one throws.
   *
   * @param {Record<string, string>} [headers] Instead of the administrator's key.
   */
  async api(method, path, body = undefined, expected = 200, headers = { authorization: `Bearer ${ADMIN_KEY}` }) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status}\n${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Arms one fault for one endpoint (E2E mode only). */
  async fault(endpoint, kind) {
    await this.api("POST", "/e2e/faults", { endpoint, kind }, 200);
  }

  /** Clears all faults. */
  async clearFaults() {
    await this.api("DELETE", "/e2e/faults", undefined, 204);
  }

  /** Writes a file into the data directory's neighbourhood, for uploads. */
  async file(name, bytes) {
    const path = join(this.dataDir, name);
    await writeFile(path, bytes);
    return path;
  }
}
