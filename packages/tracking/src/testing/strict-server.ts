import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./faults.js";

/** The service as this project understands its protocol, refusing whatever breaks it. */
export interface StrictServer {
  readonly url: string;
  readonly key: string;
  readonly runs: ReadonlyMap<string, ServedRun>;
  /** Sweeps' configs by name. */
  readonly sweeps: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Requests carried out and made to fail. */
  readonly seen: { requests: number; faults: Partial<Record<Fault, number>> };
  /** What the server refused: empty for a client that keeps to the protocol. */
  readonly refusals: string[];
  /** Presses Stop. */
  stop(run: string): void;
  close(): Promise<void>;
}

export interface ServedRun {
  readonly variables: Record<string, unknown>;
  readonly lines: Readonly<Record<string, string[]>>;
  readonly uploaded: string[];
  summary: string | undefined;
  complete: boolean;
  exitCode: number | undefined;
  stopped: boolean;
}

const APPENDED = ["wandb-history.jsonl", "wandb-events.jsonl", "output.log"];
const MAX_LINE = 10 * 1024 * 1024 - 100 * 1024;
const MAX_BODY = 10 * 1024 * 1024 + 1024 * 1024;

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function check(condition: unknown, status: number, message: string): asserts condition {
  if (!condition) throw new Refusal(status, message);
}

/** JSON with bare NaN and infinities, which W&B's files hold. */
const parseLine = (line: string): Record<string, unknown> =>
  JSON.parse(line.replace(/([:,[])(NaN|-?Infinity)(?=[,}\]])/g, '$1"$2"'));

export async function startStrictServer(
  options: {
    readonly key?: string;
    readonly fault?: () => Fault | undefined;
    /** Sent with every reply. */
    readonly headers?: Readonly<Record<string, string>>;
    /** How many lines the counts of RunResumeStatus are behind. */
    readonly lag?: number;
  } = {},
): Promise<StrictServer> {
  const { key = "k".repeat(40), fault = () => undefined, headers = {}, lag = 0 } = options;
  const runs = new Map<string, ServedRun>();
  const sweeps = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  const tickets = new Map<string, string>();
  const seen: StrictServer["seen"] = { requests: 0, faults: {} };
  const refusals: string[] = [];

  const runOf = (entity: unknown, project: unknown, name: unknown) => {
    const run = runs.get(`${entity}/${project}/${name}`);
    check(run, 404, `no run ${entity}/${project}/${name}`);
    return run;
  };

  const graphql = (body: { query: string; variables: Record<string, unknown> }) => {
    const { query, variables } = body;
    const { entity = "me", project, name } = variables;
    if (/mutation UpsertBucket/.test(query)) {
      check(typeof name === "string" && !/[:;,#?/'"]/.test(name), 400, `bad run id ${name}`);
      check(project, 400, "no project");
      const config = JSON.parse(variables.config as string) as Record<string, { value?: unknown }>;
      for (const [option, wrapped] of Object.entries(config))
        check("value" in wrapped, 400, `config ${option} is not wrapped`);
      check(config._wandb, 400, "config has no _wandb");
      const id = `${entity}/${project}/${name}`;
      const before = runs.get(id);
      runs.set(id, {
        lines: before?.lines ?? Object.fromEntries(APPENDED.map((file) => [file, []])),
        uploaded: before?.uploaded ?? [],
        summary: before?.summary,
        stopped: before?.stopped ?? false,
        exitCode: undefined,
        complete: false,
        variables,
      });
      const bucket = {
        id: `bucket-${name}`,
        name,
        project: { name: project, entity: { name: entity } },
      };
      return { upsertBucket: { bucket, inserted: before === undefined } };
    }
    if (/query RunResumeStatus/.test(query)) {
      const run = runs.get(`${entity}/${project}/${name}`);
      const count = (file: string) => Math.max(0, run!.lines[file]!.length - lag);
      const bucket = run && {
        historyLineCount: count("wandb-history.jsonl"),
        eventsLineCount: count("wandb-events.jsonl"),
        logLineCount: count("output.log"),
        wandbConfig: JSON.stringify({ t: { "5": "x" } }),
      };
      return { model: { bucket: bucket ?? null } };
    }
    if (/mutation CreateRunFiles/.test(query)) {
      runOf(entity, project, variables.run);
      const given = (variables.files as string[]).map((path) => {
        const ticket = `ticket-${tickets.size}`;
        tickets.set(ticket, `${variables.run}/${path}`);
        return { name: path, uploadUrl: `${server.url}/storage/${ticket}?signature=abc` };
      });
      return { createRunFiles: { uploadHeaders: ["X-Signed:yes:indeed"], files: given } };
    }
    if (/mutation UpsertSweep/.test(query)) {
      const made = `sweep${sweeps.size}`;
      sweeps.set(made, String(variables.config));
      return { upsertSweep: { sweep: { name: made } } };
    }
    throw new Refusal(400, `unknown operation ${query.slice(0, 40)}`);
  };

  const stream = (path: string, body: Record<string, unknown>) => {
    const [entity, project, name] = path.split("/").map(decodeURIComponent);
    const run = runOf(entity, project, name);
    check(!run.complete, 400, `${name}: something after complete`);
    const {
      files: parts = {},
      uploaded = [],
      complete,
      exitcode,
    } = body as {
      files?: Record<string, { offset: number; content: string[] }>;
      uploaded?: string[];
      complete?: boolean;
      exitcode?: number;
    };
    for (const [file, { offset, content }] of Object.entries(parts)) {
      for (const line of content)
        check(Buffer.byteLength(line) <= MAX_LINE, 413, `${file}: a line of ${line.length} bytes`);
      if (file === "wandb-summary.json") {
        check(offset === 0 && content.length === 1, 400, "summary: expected one line at offset 0");
        parseLine(content[0]!);
        run.summary = content[0]!;
        continue;
      }
      const lines = run.lines[file];
      check(lines, 400, `unknown file ${file}`);
      check(
        offset <= lines.length,
        400,
        `${file}: offset ${offset} leaves a gap after ${lines.length}`,
      );
      for (const [i, line] of content.entries()) {
        const known = lines[offset + i];
        check(known === undefined || known === line, 400, `${file}: line ${offset + i} changed`);
        if (file === "wandb-history.jsonl") checkHistory(line, lines[offset + i - 1]);
        if (file === "wandb-events.jsonl")
          check(parseLine(line)._wandb === true, 400, "events: no _wandb");
        lines[offset + i] = line;
      }
    }
    for (const file of uploaded) {
      check(files.has(`${name}/${file}`), 400, `${file} was never uploaded`);
      run.uploaded.push(file);
    }
    if (complete) {
      check(Object.keys(parts).length === 0, 400, "complete must come after everything else");
      check(Number.isInteger(exitcode), 400, "complete without exitcode");
      run.complete = true;
      run.exitCode = exitcode;
    }
    return { exitcode: null, limits: {}, stopped: run.stopped };
  };

  const answer = (request: IncomingMessage, body: Buffer): unknown => {
    const url = new URL(request.url!, "http://x");
    if (url.pathname.startsWith("/storage/")) {
      check(request.method === "PUT", 405, "storage takes PUT");
      check(!request.headers.authorization, 400, "the key was sent to a signed address");
      check(request.headers["x-signed"] === "yes:indeed", 403, "upload headers are missing");
      const place = tickets.get(url.pathname.slice("/storage/".length));
      check(place, 403, "unknown ticket");
      files.set(place, new Uint8Array(body));
      return {};
    }
    const expected = `Basic ${Buffer.from(`api:${key}`).toString("base64")}`;
    check(request.headers.authorization === expected, 401, "wrong key");
    check(request.method === "POST", 405, "expected POST");
    check(body.length <= MAX_BODY, 413, `a body of ${body.length} bytes`);
    const parsed = JSON.parse(body.toString("utf8"));
    if (url.pathname === "/graphql") return { data: graphql(parsed) };
    const match = /^\/files\/(.+)\/file_stream$/.exec(url.pathname);
    check(match, 404, url.pathname);
    return stream(match[1]!, parsed);
  };

  const handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const what = fault();
    if (what) seen.faults[what] = (seen.faults[what] ?? 0) + 1;
    if (what === "reset") return request.socket.destroy();
    const refused = { "error-500": 500, "unavailable-503": 503, "limited-429": 429 } as const;
    if (what && what in refused) {
      const status = refused[what as keyof typeof refused];
      response.writeHead(status, status === 429 ? { "retry-after": "1" } : {});
      return response.end("trouble");
    }
    let status = 200;
    let content: string;
    try {
      content = JSON.stringify(answer(request, body));
      seen.requests += 1;
    } catch (error) {
      status = error instanceof Refusal ? error.status : 400;
      content = JSON.stringify({ error: (error as Error).message });
      refusals.push((error as Error).message);
    }
    if (what === "lost-reply") return request.socket.destroy();
    if (what === "silence") return undefined;
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(content) });
    if (what === "half-reply") {
      response.write(content.slice(0, Math.ceil(content.length / 2)), () =>
        request.socket.destroy(),
      );
      return undefined;
    }
    return response.end(content);
  };

  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => handle(request, response, Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: StrictServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    key,
    runs,
    sweeps,
    files,
    seen,
    refusals,
    stop(name) {
      for (const [id, run] of runs) if (id.endsWith(`/${name}`)) run.stopped = true;
    },
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
  return server;
}

/** Rows have steps that go up, and the two times. */
function checkHistory(line: string, before: string | undefined): void {
  const row = parseLine(line);
  check(Number.isInteger(row._step), 400, `history: _step ${row._step}`);
  check(
    typeof row._runtime === "number" && typeof row._timestamp === "number",
    400,
    "history: times",
  );
  if (before !== undefined)
    check(
      (row._step as number) > (parseLine(before)._step as number),
      400,
      `history: step ${row._step} again`,
    );
}
