import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

/** Where a task is, in Slurm's eyes. */
export type TaskState =
  | { readonly where: "waiting" | "running" }
  /** Slurm's word for how it ended: COMPLETED, FAILED, TIMEOUT, OUT_OF_MEMORY … */
  | { readonly where: "ended"; readonly state: string };

const RUNNING = new Set(["RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING"]);
const WAITING = new Set([
  "PENDING",
  "CONFIGURING",
  "REQUEUED",
  "REQUEUE_FED",
  "REQUEUE_HOLD",
  "RESV_DEL_HOLD",
  "SPECIAL_EXIT",
  "SUSPENDED",
  "STOPPED",
  "RESIZING",
]);

export function taskState(word: string): TaskState {
  const state = word.trim().split(/[\s+]/)[0]!;
  if (RUNNING.has(state)) return { where: "running" };
  if (WAITING.has(state)) return { where: "waiting" };
  return { where: "ended", state };
}

/** Job name and task number, as one key. */
export const taskKey = (job: string, task: number | string): string => `${job}/${task}`;

/** Lines of `<job name>|<task>|<state>`; other people's kinds of jobs have no task and are left out. */
export function parseTasks(text: string): Map<string, TaskState> {
  const tasks = new Map<string, TaskState>();
  for (const line of text.split("\n")) {
    const [job, task, state] = line.trim().split("|");
    if (!job || !state || !/^\d+$/.test(task ?? "")) continue;
    const found = taskState(state);
    const key = taskKey(job, task!);
    // The same task twice (requeued, or started again by a controller that came back): the living one counts.
    if (tasks.get(key) === undefined || found.where !== "ended") tasks.set(key, found);
  }
  return tasks;
}

/** sacct writes array tasks as `<job>_<task>`; steps of a job follow it and are left out. */
export function parseAccounting(text: string): Map<string, TaskState> {
  const lines = text.split("\n").flatMap((line) => {
    const [name, id, state] = line.trim().split("|");
    const task = /^\d+_(\d+)$/.exec(id ?? "")?.[1];
    return name && task && state ? [`${name}|${task}|${state}`] : [];
  });
  return parseTasks(lines.join("\n"));
}

/** Slurm's own commands. */
export interface SlurmQueue {
  /** Every task of this user that Slurm remembers; undefined when the controller does not answer. */
  tasks(): Promise<Map<string, TaskState> | undefined>;
  /** Submits a script; the error is what sbatch said. */
  submit(scriptPath: string): Promise<{ readonly error?: string }>;
  /** Ends tasks, waiting and running ones. */
  cancel(jobName: string, tasks: readonly number[]): Promise<void>;
}

export function slurmQueue(): SlurmQueue {
  const user = String(userInfo().uid);
  const call = (command: string, parameters: readonly string[]) =>
    run(command, [...parameters], { timeout: TIMEOUT_MS, maxBuffer: 1 << 28 });
  return {
    async tasks() {
      try {
        const { stdout } = await call("squeue", [
          "--noheader",
          "--array",
          "--states=all",
          `--user=${user}`,
          "--format=%j|%K|%T",
        ]);
        const listed = parseTasks(stdout);
        const recorded = await accounting(user, call);
        return new Map([...recorded, ...listed]);
      } catch {
        return undefined;
      }
    },
    async submit(scriptPath) {
      try {
        await call("sbatch", ["--parsable", scriptPath]);
        return {};
      } catch (error) {
        const { stderr, message } = error as { stderr?: string; message: string };
        return { error: (stderr || message).trim() };
      }
    },
    async cancel(jobName, tasks) {
      const { stdout } = await call("squeue", [
        "--noheader",
        `--user=${user}`,
        `--name=${jobName}`,
        "--format=%F",
      ]);
      const job = stdout.trim().split("\n")[0];
      if (job) await call("scancel", [`${job}_[${tasks.join(",")}]`]);
    },
  };
}

/** What the queue has forgotten; nothing on a cluster that keeps no accounts. */
async function accounting(
  user: string,
  call: (command: string, parameters: readonly string[]) => Promise<{ stdout: string }>,
): Promise<Map<string, TaskState>> {
  try {
    const { stdout } = await call("sacct", [
      "--noheader",
      "--parsable2",
      "--array",
      `--user=${user}`,
      "--starttime=now-7days",
      "--format=JobName,JobID,State",
    ]);
    return parseAccounting(stdout);
  } catch {
    return new Map();
  }
}
