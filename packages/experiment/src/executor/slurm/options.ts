import * as z from "zod";

/** What one stage asks of the cluster, and how its array is submitted. */
export const slurmOptions = {
  partition: z.string().optional().describe("partition; the cluster's default without one"),
  account: z.string().optional(),
  qos: z.string().optional(),
  cpus: z.int().positive().default(2).describe("cores of one stage"),
  memory: z.string().default("4G").describe("memory of one stage"),
  time: z
    .string()
    .optional()
    .describe("time limit, e.g. 04:00:00; a stage that needs longer is requeued"),
  gres: z.string().optional().describe("e.g. gpu:1"),
  parallel: z.int().positive().default(32).describe("tasks of an array at once"),
  arraySize: z
    .int()
    .positive()
    .default(1000)
    .describe("tasks of one array: the cluster's MaxArraySize less 1"),
  arguments: z.array(z.string()).default([]).describe("more #SBATCH lines"),
  setup: z.array(z.string()).default([]).describe("shell lines before the stage, e.g. module load"),
  warnSeconds: z
    .int()
    .positive()
    .default(120)
    .describe("how long before the time limit a stage saves itself"),
  pollSeconds: z
    .number()
    .positive()
    .default(5)
    .describe("how often the queue and the run folders are looked at"),
  graceSeconds: z
    .number()
    .positive()
    .default(60)
    .describe("how long a submitted task may be unknown to the queue before it counts as lost"),
};

/** What `{ name: slurm, … }` takes. */
export const slurmSchema = z.strictObject(slurmOptions);

/** The same with defaults filled in. */
export type SlurmOptions = z.output<typeof slurmSchema>;
