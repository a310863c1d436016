import { UserError } from "@fqgan/registry";
import type { WandbSettings } from "./credentials.js";
import { GRAPHQL_POLICY, type RetryPolicy, STREAM_POLICY } from "./retry.js";
import { TrackingError, Transport } from "./transport.js";

/** What is told of a run when it is created; changes nothing of what is streamed later. */
export interface RunDescription {
  /** The run's id in W&B: the run folder's name. */
  readonly name: string;
  readonly displayName: string;
  readonly project: string;
  readonly entity?: string | undefined;
  readonly group?: string | undefined;
  readonly jobType?: string | undefined;
  readonly tags?: readonly string[];
  readonly notes?: string | undefined;
  readonly commit?: string | undefined;
  readonly host?: string | undefined;
  readonly program?: string | undefined;
  /** Name of a sweep made with `upsertSweep`. */
  readonly sweep?: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A run as the service knows it. */
export interface RemoteRun {
  /** Names it in GraphQL. */
  readonly storageId: string;
  readonly name: string;
  readonly entity: string;
  readonly project: string;
  /** False when it was there already. */
  readonly inserted: boolean;
}

/** How many lines of each file the service has; it may lag by seconds. */
export interface LineCounts {
  readonly history: number;
  readonly events: number;
  readonly log: number;
}

/**
 * What is sent to a run's file stream at once: lines from an offset on, and whether it has ended.
 */
export interface StreamRequest {
  readonly files?: Readonly<Record<string, { offset: number; content: readonly string[] }>>;
  readonly uploaded?: readonly string[];
  readonly preempting?: boolean;
  readonly complete?: boolean;
  readonly exitcode?: number;
}

const UPSERT_BUCKET = `mutation UpsertBucket(
  $id: String, $name: String, $project: String, $entity: String, $groupName: String, $displayName: String,
  $notes: String, $commit: String, $config: JSONString, $host: String, $program: String, $jobType: String,
  $sweep: String, $tags: [String!]
) {
  upsertBucket(input: {
    id: $id, name: $name, modelName: $project, entityName: $entity, groupName: $groupName,
    displayName: $displayName, notes: $notes, commit: $commit, config: $config, host: $host,
    jobProgram: $program, jobType: $jobType, sweep: $sweep, tags: $tags
  }) {
    bucket { id name displayName config sweepName historyLineCount project { name entity { name } } }
    inserted
  }
}`;

const RESUME_STATUS = `query RunResumeStatus($project: String, $entity: String, $name: String!) {
  model(name: $project, entityName: $entity) {
    bucket(name: $name, missingOk: true) {
      historyLineCount eventsLineCount logLineCount wandbConfig(keys: ["t"])
    }
  }
}`;

const CREATE_RUN_FILES = `mutation CreateRunFiles(
  $entity: String!, $project: String!, $run: String!, $files: [String!]!
) {
  createRunFiles(input: { entityName: $entity, projectName: $project, runName: $run, files: $files }) {
    uploadHeaders
    files { name uploadUrl }
  }
}`;

const UPSERT_SWEEP = `mutation UpsertSweep($config: String, $entity: String, $project: String) {
  upsertSweep(input: { config: $config, entityName: $entity, projectName: $project }) {
    sweep { name project { name entity { name } } }
  }
}`;

/** Characters that W&B does not take in a run's id. */
const FORBIDDEN = /[:;,#?/'"]/;

/** The few requests of W&B's protocol that a run needs. */
export class WandbApi {
  constructor(
    private readonly settings: WandbSettings,
    private readonly transport: Transport = new Transport(),
    private readonly signal?: AbortSignal,
  ) {}

  /** Creates a run, or finds the one of this name and updates it. */
  async upsertRun(run: RunDescription): Promise<RemoteRun> {
    if (FORBIDDEN.test(run.name))
      throw new UserError(
        `wandb: run "${run.name}": expected none of : ; , # ? / ' " in a run's id; rename it`,
      );
    const {
      name,
      displayName,
      project,
      entity,
      group,
      jobType,
      tags,
      notes,
      commit,
      host,
      program,
      sweep,
    } = run;
    const { upsertBucket } = await this.graphql<{
      upsertBucket: {
        bucket: { id: string; name: string; project: { name: string; entity: { name: string } } };
        inserted: boolean;
      };
    }>(
      UPSERT_BUCKET,
      {
        name,
        project,
        entity,
        groupName: group,
        displayName,
        notes,
        commit,
        host,
        program,
        jobType,
        sweep,
        tags,
        config: JSON.stringify(wrapConfig(run.config)),
      },
      { ...GRAPHQL_POLICY, retriesConflict: true },
    );
    const { bucket, inserted } = upsertBucket;
    return {
      storageId: bucket.id,
      name: bucket.name,
      entity: bucket.project.entity.name,
      project: bucket.project.name,
      inserted,
    };
  }

  /** Undefined when the run was never started. */
  async lineCounts(
    run: Pick<RunDescription, "name" | "project" | "entity">,
  ): Promise<LineCounts | undefined> {
    const { name, project, entity } = run;
    const { model } = await this.graphql<{
      model: {
        bucket: {
          historyLineCount: number;
          eventsLineCount: number;
          logLineCount: number;
          wandbConfig: string | null;
        } | null;
      } | null;
    }>(RESUME_STATUS, { name, project, entity });
    const bucket = model?.bucket;
    // Without "t" in its config the run exists and has never been started.
    if (!bucket?.wandbConfig || !("t" in (JSON.parse(bucket.wandbConfig) as object)))
      return undefined;
    const { historyLineCount, eventsLineCount, logLineCount } = bucket;
    return { history: historyLineCount, events: eventsLineCount, log: logLineCount };
  }

  /** Makes a sweep that runs can be attached to. @returns its name */
  async upsertSweep(sweep: {
    configYaml: string;
    project: string;
    entity?: string | undefined;
  }): Promise<string> {
    const { configYaml, project, entity } = sweep;
    const { upsertSweep } = await this.graphql<{ upsertSweep: { sweep: { name: string } } }>(
      UPSERT_SWEEP,
      {
        config: configYaml,
        project,
        entity,
      },
    );
    return upsertSweep.sweep.name;
  }

  /** Puts lines at their offsets; the same request may arrive twice and changes nothing then. */
  async stream(run: RemoteRun, request: StreamRequest): Promise<{ stopped: boolean }> {
    const path = [run.entity, run.project, run.name].map(encodeURIComponent).join("/");
    const reply = (await this.post(`/files/${path}/file_stream`, request, STREAM_POLICY)) as {
      stopped?: boolean;
    } | null;
    return { stopped: reply?.stopped === true };
  }

  /** Uploads one file of a run. */
  async upload(run: RemoteRun, file: { path: string; bytes: Uint8Array }): Promise<void> {
    const { createRunFiles } = await this.graphql<{
      createRunFiles: { uploadHeaders: string[]; files: { name: string; uploadUrl: string }[] };
    }>(CREATE_RUN_FILES, {
      entity: run.entity,
      project: run.project,
      run: run.name,
      files: [file.path],
    });
    const target = createRunFiles.files.find(({ name }) => name === file.path);
    if (!target)
      throw new TrackingError(`wandb: ${file.path}: the service gave no address to upload it to`);
    const headers = createRunFiles.uploadHeaders.map((header): [string, string] => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon), header.slice(colon + 1)];
    });
    // A signed address: it carries its own permission, the key must not be sent to it.
    await this.transport.send({
      method: "PUT",
      url: new URL(target.uploadUrl, this.settings.baseUrl).href,
      headers: Object.fromEntries(headers),
      body: file.bytes,
      policy: GRAPHQL_POLICY,
      json: false,
      ...(this.signal && { signal: this.signal }),
    });
  }

  private async graphql<T>(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    policy: RetryPolicy = GRAPHQL_POLICY,
  ): Promise<T> {
    const reply = (await this.post("/graphql", { query, variables }, policy)) as {
      data?: T | null;
      errors?: { message: string }[];
    };
    if (reply.errors?.length || !reply.data)
      throw new TrackingError(
        `wandb: ${reply.errors?.map(({ message }) => message).join("; ") ?? "an empty reply"}; ` +
          "check entity and project",
      );
    return reply.data;
  }

  private post(path: string, body: unknown, policy: RetryPolicy): Promise<unknown> {
    const { baseUrl, apiKey } = this.settings;
    // By hand: given as username and password, got would print the key in its errors.
    const authorization = `Basic ${Buffer.from(`api:${apiKey}`).toString("base64")}`;
    return this.transport.send({
      method: "POST",
      url: `${baseUrl}${path}`,
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
      policy,
      json: true,
      ...(this.signal && { signal: this.signal }),
    });
  }
}

/** Every value wrapped, and the mark that says the run has started. */
function wrapConfig(config: Readonly<Record<string, unknown>>): Record<string, { value: unknown }> {
  const wrapped = Object.entries(config).map(([key, value]) => [key, { value }]);
  return {
    ...Object.fromEntries(wrapped),
    _wandb: { value: { t: { "5": "fqgan" }, m: [], cli_version: "fqgan" } },
  };
}
