import { UserError } from "@fqgan/registry";
import { afterEach, expect, it, vi } from "vitest";
import { compile } from "./compile/compile.js";
import { type EngineName, startEngine } from "./engine.js";
import { hostTensor } from "./host-tensor.js";
import { type Tensor, tf } from "./tf.js";

afterEach(() => startEngine({ engine: "cpu" }));

const double = () =>
  compile((inputs) => ({ y: tf.mul((inputs as unknown as { x: Tensor }).x, 2) }))({
    x: hostTensor(Float32Array.of(1, 2.5)),
  });

it.each<EngineName>(["auto", "onnx", "onnx-plain", "cpu", "wasm"])(
  "runs programs on %s",
  async (engine) => {
    const description = await startEngine({ engine, threads: 1 });
    expect(description.versions["tfjs-core"]).toBe("4.22.0");
    expect([...(await double()).y.data]).toEqual([2, 5]);
  },
);

it("says what compiled programs run on", async () => {
  expect(await startEngine({ engine: "onnx-plain", threads: 2 })).toMatchObject({
    name: "onnx-plain",
    backend: "cpu",
    lowering: "plain",
    threads: 2,
    versions: { "onnxruntime-node": "1.30.0" },
  });
});

it("suggests the nearest name of an unknown engine", async () => {
  const wrong = startEngine({ engine: "onx" as EngineName });
  await expect(wrong).rejects.toThrow(UserError);
  await expect(wrong).rejects.toThrow('unknown name "onx"; did you mean "onnx"?');
});

it("says how to install what an engine needs", async () => {
  await expect(startEngine({ engine: "tfjs-node-gpu" })).rejects.toThrow(
    "npm install @tensorflow/tfjs-node-gpu@4.22.0",
  );
  await expect(startEngine({ engine: "onnx-cuda" })).rejects.toThrow(
    "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js",
  );
});

it("takes by default what the environment names", async () => {
  vi.stubEnv("FQGAN_ENGINE", "onnx-plain");
  expect((await startEngine({ threads: 1 })).name).toBe("onnx-plain");
  vi.stubEnv("FQGAN_ENGINE", "onnx-plane");
  await expect(startEngine()).rejects.toThrow('did you mean "onnx-plain"?');
  vi.stubEnv("FQGAN_ENGINE", "auto");
  expect((await startEngine({ threads: 1 })).name).toBe("onnx");
  vi.unstubAllEnvs();
});

it("refuses a thread count that is none", async () => {
  await expect(startEngine({ threads: 0 })).rejects.toThrow("expected threads");
});
