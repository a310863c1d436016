/** A real one-node Slurm of Debian's packages, on loopback, without systemd. */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

export interface SlurmCluster {
  /** For commands that talk to it. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * `kill -9`, once it has written down which tasks run (it does so some seconds late): a controller that
   * has forgotten its jobs would number new ones from the start, and die over two with one number.
   */
  killController(): Promise<void>;
  startController(): Promise<void>;
  command(name: string, ...parameters: string[]): string;
  stop(): void;
}

/** A controller writes its state down at most five seconds after it has changed. */
const SAVED_AFTER_MS = 6000;
/** A task that is put back into the queue starts again when its credential has expired: after 120 s, unless told. */
const CREDENTIAL_SECONDS = 10;
const PORTS = { controller: 16_817, node: 16_818 };

function configuration(folder: string, host: string): string {
  const megabytes = Math.floor((0.8 * totalmem()) / 2 ** 20);
  return `ClusterName=local
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/munge.sock,cred_expire=${CREDENTIAL_SECONDS}
SlurmctldPort=${PORTS.controller}
SlurmdPort=${PORTS.node}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.log
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=10000,batch_sched_delay=0
SlurmdParameters=config_overrides
DefMemPerCPU=512
MinJobAge=3600
KillWait=10
ReturnToService=2
MailProg=/bin/true
PropagateResourceLimits=NONE
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${Math.max(4, availableParallelism())} RealMemory=${megabytes}
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (holds()) return;
    await pause(200);
  }
  throw new Error(`Slurm: waited 30 s for ${what}`);
}

/**
 * What a cluster's administrator does: a controller that was killed has forgotten the last tasks that it
 * started, starts them again, and then drains the node over its "Duplicate jobid" and holds the job.
 */
function tidyUp(command: (name: string, ...parameters: string[]) => string): void {
  try {
    const [node, state] = command("sinfo", "--noheader", "--Node", "--format=%N %T")
      .trim()
      .split(" ");
    if (/drain|down/.test(state ?? ""))
      command("scontrol", "update", `nodename=${node}`, "state=resume");
    const waiting = command("squeue", "--noheader", "--states=pending", "--format=%i %r");
    const held = waiting.split("\n").filter((line) => line.includes("Held"));
    for (const line of held) command("scontrol", "release", line.split(" ")[0]!.split("_")[0]!);
  } catch {
    // The controller is dead at the moment.
  }
}

/** Installed by .ci/run; a machine without it fails here, nothing is skipped. */
export async function startSlurm(): Promise<SlurmCluster> {
  for (const program of ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd"])
    if (!existsSync(program))
      throw new Error(
        `${program} is missing: apt-get install --no-install-recommends slurm-wlm munge`,
      );
  const folder = mkdtempSync(join(tmpdir(), "fqgan-slurm-"));
  for (const part of ["state", "spool", "log", "munge"]) mkdirSync(join(folder, part));
  mkdirSync(join(folder, "key"), { mode: 0o700 });
  writeFileSync(join(folder, "key/munge.key"), randomBytes(128), { mode: 0o600 });
  const configPath = join(folder, "slurm.conf");
  writeFileSync(configPath, configuration(folder, hostname().split(".")[0]!));
  const environment = { ...(process.env as Record<string, string>), SLURM_CONF: configPath };
  const command = (name: string, ...parameters: string[]) =>
    execFileSync(name, parameters, {
      encoding: "utf8",
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const daemon = (name: string, ...parameters: string[]) =>
    spawn(name, parameters, { env: environment, stdio: "ignore", detached: true }).unref();
  const pidOf = (file: string) => Number(readFileSync(join(folder, file), "utf8"));
  const answers = () => {
    try {
      return /idle|mix|alloc/.test(command("sinfo", "--noheader", "--format=%T"));
    } catch {
      return false;
    }
  };
  daemon(
    "munged",
    "--force",
    `--key-file=${folder}/key/munge.key`,
    `--socket=${folder}/munge/munge.sock`,
    `--pid-file=${folder}/munge/munged.pid`,
    `--log-file=${folder}/log/munged.log`,
    `--seed-file=${folder}/key/seed`,
  );
  await until("munged", () => existsSync(join(folder, "munge/munge.sock")));
  const startController = async () => {
    daemon("slurmctld", "-f", configPath);
    await until("the controller and its node", answers);
  };
  daemon("slurmd", "-f", configPath);
  await startController();
  const administrator = setInterval(() => tidyUp(command), 2000);
  return {
    environment,
    command,
    startController,
    async killController() {
      await pause(SAVED_AFTER_MS);
      process.kill(pidOf("slurmctld.pid"), "SIGKILL");
    },
    stop() {
      clearInterval(administrator);
      try {
        command("scancel", "--user=root");
      } catch {
        // Its controller may be dead.
      }
      for (const file of ["slurmctld.pid", "slurmd.pid", "munge/munged.pid"])
        try {
          process.kill(pidOf(file), "SIGKILL");
        } catch {
          // It is gone already.
        }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
