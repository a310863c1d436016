import { RUN_LOG } from "../../store/run-log.js";
import type { SlurmOptions } from "./options.js";

/** A word for a shell, whatever is in it. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The script of an array: task n runs the n-th stage of the list. Shortly before the time limit, or when
 * the node is wanted for something else, Slurm sends USR2: the stage writes a checkpoint and ends, and the
 * task puts itself back into the queue. (USR1 would open Node's debugger.)
 */
export function jobScript(job: {
  readonly name: string;
  readonly tasks: number;
  /** Absolute: `stages.txt` is in it, logs go there. */
  readonly folder: string;
  readonly workingFolder: string;
  /** The program and its parameters up to the run folder. */
  readonly command: readonly string[];
  readonly options: SlurmOptions;
}): string {
  const { name, tasks, folder, workingFolder, command, options } = job;
  const { partition, account, qos, cpus, memory, time, gres, parallel, setup, warnSeconds } =
    options;
  const directives = [
    `--job-name=${name}`,
    `--array=1-${tasks}%${parallel}`,
    `--output=${folder}/%a.log`,
    "--open-mode=append",
    "--requeue",
    `--signal=B:USR2@${warnSeconds}`,
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${cpus}`,
    `--mem=${memory}`,
    ...(partition ? [`--partition=${partition}`] : []),
    ...(account ? [`--account=${account}`] : []),
    ...(qos ? [`--qos=${qos}`] : []),
    ...(time ? [`--time=${time}`] : []),
    ...(gres ? [`--gres=${gres}`] : []),
    ...options.arguments,
  ];
  return `#!/bin/bash
${directives.map((line) => `#SBATCH ${line}`).join("\n")}
cd ${quote(workingFolder)} || exit 1
run=$(sed -n "\${SLURM_ARRAY_TASK_ID}p" ${quote(`${folder}/stages.txt`)})
[ -n "$run" ] || exit 1
# what the stage prints belongs to its folder; this file is for what comes before
{ echo "--- $(date -u +%FT%TZ) on $HOSTNAME" >>"$run/${RUN_LOG}"; } 2>/dev/null && exec >>"$run/${RUN_LOG}" 2>&1
${setup.map((line) => `${line}\n`).join("")}again=
child=
trap 'again=1; [ -z "$child" ] || kill -USR2 "$child" 2>/dev/null' USR2
trap '[ -n "$child" ] || exit 143; kill -TERM "$child" 2>/dev/null' TERM
${command.map(quote).join(" ")} "$run" --threads "\${SLURM_CPUS_PER_TASK:-${cpus}}" &
child=$!
wait "$child"; code=$?
# a trapped signal ends "wait", not the stage
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
if [ -n "$again" ] && [ "$code" -eq 130 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`;
}
