/** Checkpoints to PyTorch and back: what we write torch.load reads, what torch.save writes we read. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fqgan, temporaryFolder } from "./command.js";

const run = promisify(execFile);
const folder = temporaryFolder("checkpoints");
const file = (name: string) => join(folder.path, name);
const photo = "tests/parity/fixtures/image/large_360x410.webp";

/** Reads the exported file as anyone would, and saves it as the reference's training script does. */
const SCRIPT = `
import sys
from argparse import Namespace
import torch

source, folder = sys.argv[1:]
model = torch.load(source, map_location="cpu", weights_only=True)["model"]
assert torch.load(source)["model"].keys() == model.keys()
assert model["quant_conv_vis.weight"].shape[2:] == (1, 1)
assert model["quantize_sem.codebook_used"].shape == (65536,)
layer = torch.nn.Linear(2, 2)
optimizer = torch.optim.Adam(layer.parameters())
layer(torch.ones(1, 2)).sum().backward()
optimizer.step()

content = {"model": model, "optimizer": optimizer.state_dict(), "steps": 7, "args": Namespace(ema=True)}
old = {"_use_new_zipfile_serialization": False}
torch.save(content, f"{folder}/zip.pt")
torch.save(content, f"{folder}/legacy.pth", **old)
for name, dtype in {"half": torch.float16, "bfloat": torch.bfloat16}.items():
    weights = {key: tensor.to(dtype) for key, tensor in model.items()}
    torch.save({"model": weights}, f"{folder}/{name}.pt")
    torch.save(weights, f"{folder}/{name}-legacy.pth", **old)
print(torch.__version__)
`;

interface Reconstructed {
  readonly results: readonly { readonly psnr: number; readonly ssim: number }[];
}

async function reconstruct(...more: string[]) {
  const out = ["--out", folder.path, "--fit", "tile", "--json"];
  const { code, stdout, stderr } = await fqgan(["reconstruct", photo, ...out, ...more]).ended;
  expect(stderr).not.toMatch(/error/);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as Reconstructed).results[0]!;
}

let original: Reconstructed["results"][number];
beforeAll(async () => {
  original = await reconstruct();
  const exported = await fqgan(["export", file("exported.pt")]).ended;
  expect(exported.stderr).toBe("");
  expect(exported.code).toBe(0);
  const { stdout } = await run("/usr/bin/python3", [
    "-c",
    SCRIPT,
    file("exported.pt"),
    folder.path,
  ]);
  expect(stdout).toMatch(/^\d+\./);
});
afterAll(() => folder.remove());

describe("the default tokenizer, exported, loaded in PyTorch and saved there", () => {
  const told = ["--groups", "8", "--heads", "4"];

  it.each(["zip.pt", "legacy.pth", "half.pt", "half-legacy.pth"])(
    "draws the same from %s",
    async (name) => expect(await reconstruct("--from", file(name), ...told)).toEqual(original),
  );

  it.each(["bfloat.pt", "bfloat-legacy.pth"])("draws nearly the same from %s", async (name) => {
    const { psnr } = await reconstruct("--from", file(name), ...told);
    expect(Math.abs(psnr - original.psnr)).toBeLessThan(1);
  });

  it("comes back by import", async () => {
    const out = file("imported.safetensors");
    const { code, stdout } = await fqgan(["import", file("legacy.pth"), ...told, "--out", out])
      .ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^FQGAN-Dual · 64×64 → 16×16/);
    expect(await reconstruct("--from", out)).toEqual(original);
  });
});
