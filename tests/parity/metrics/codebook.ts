/** Usage and perplexity against FQGAN's training log, Open-MAGVIT2's evaluation and scipy's entropy. */
import { createMetric } from "@fqgan/metrics";
import { hostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import {
  absolute,
  type CodebookNumbers,
  evaluate,
  type Fixture,
  readArray,
  relative,
} from "./fixture.js";

export async function codebookChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.codebook;
  if (!golden) return [];
  const stream = readArray(fixture, "codebook/indices_stream").data as Int32Array;
  return [
    ...(await wholeStream(golden.whole_stream, stream)),
    ...(await window(golden.window_usage, stream)),
    ...(await batches(golden, stream)),
    ...(await factorized(golden.factorized, stream)),
  ];
}

const batchOf = (name: string, indices: Int32Array) => ({
  codes: { [name]: hostTensor(indices, [1, indices.length]) },
});

async function wholeStream(
  golden: CodebookNumbers["whole_stream"],
  stream: Int32Array,
): Promise<Check[]> {
  const size = golden.codebook_size;
  const { values, details } = await evaluate({ name: "codebook-usage" }, batchOf("book", stream), {
    codebooks: { book: size },
  });
  return [
    absolute("usage of the whole stream", {
      actual: values["book.usage"],
      expected: golden.utilization,
      tolerance: 0,
    }),
    absolute("entropy of the whole stream", {
      actual: details["book.entropyBits"]! * Math.LN2,
      expected: golden.entropy_nats,
      tolerance: 1e-9,
    }),
    relative("perplexity of the whole stream", {
      actual: values["book.perplexity"],
      expected: golden.perplexity,
      tolerance: 1e-9,
    }),
  ];
}

async function window(
  golden: CodebookNumbers["window_usage"],
  stream: Int32Array,
): Promise<Check[]> {
  const { codebook_size: book, tokens_per_step: tokens, window } = golden;
  const metric = createMetric(
    { name: "codebook-usage-window", window },
    { codebooks: { book: book } },
  );
  const usage = golden.usage_after_each_step;
  let wrong = 0;
  for (const [step, expected] of usage.entries()) {
    metric.update(batchOf("book", stream.subarray(step * tokens, (step + 1) * tokens)));
    const { values } = await metric.compute();
    if (Math.abs(values["book.windowUsage"]! - expected) > 1e-7) wrong++;
  }
  return [{ name: "usage in the window, steps that differ", error: wrong, tolerance: 0 }];
}

/** The tool works in float32 with 1e-10 inside the logarithm. */
function batches(golden: CodebookNumbers, stream: Int32Array): Promise<Check[]> {
  const { tokens_per_step: tokens, codebook_size: book } = golden.window_usage;
  const steps = golden.taming_batch_perplexity.per_step;
  const checks = steps.map(async ({ step, perplexity }) => {
    const part = stream.subarray(step * tokens, (step + 1) * tokens);
    const { values } = await evaluate({ name: "codebook-usage" }, batchOf("book", part), {
      codebooks: { book: book },
    });
    return relative(`perplexity of batch ${step}`, {
      actual: values["book.perplexity"],
      expected: perplexity,
      tolerance: 1e-5,
    });
  });
  return Promise.all(checks);
}

/** Two codebooks made of the stream's halves: sizes and lengths are in the fixture's note. */
async function factorized(
  golden: CodebookNumbers["factorized"],
  stream: Int32Array,
): Promise<Check[]> {
  const parts = [...golden.note.matchAll(/stream\[(\d+):(\d+)\] mod (\d+)/g)].map(
    (match) => match.slice(1).map(Number) as [number, number, number],
  );
  const codes = Object.fromEntries(
    parts.map(([from, to, size], i) => [
      `book${i + 1}`,
      hostTensor(
        stream.subarray(from, to).map((index) => index % size),
        [1, to - from],
      ),
    ]),
  );
  const codebooks = Object.fromEntries(parts.map(([, , size], i) => [`book${i + 1}`, size]));
  const { values, details } = await evaluate({ name: "codebook-usage" }, { codes }, { codebooks });
  const against = (name: string, actual: number | undefined, expected: number) =>
    relative(`factorized ${name}`, { actual, expected, tolerance: 1e-9 });
  return [
    ...parts.flatMap((_, i) => [
      against(`usage ${i + 1}`, values[`book${i + 1}.usage`], Number(golden[`usage${i + 1}`])),
      against(
        `perplexity ${i + 1}`,
        values[`book${i + 1}.perplexity`],
        Number(golden[`perplexity${i + 1}`]),
      ),
    ]),
    against("pairs used", details["joint.used"], golden.joint_pairs_used),
    against("perplexity of pairs", details["joint.perplexity"], golden.joint_perplexity),
  ];
}
