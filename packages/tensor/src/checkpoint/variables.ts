import { UserError } from "@fqgan/registry";
import { fetchTensor, type HostTensor, toTensor } from "../host-tensor.js";
import { tf, type Variable } from "../tf.js";

/** The current values of named variables. */
export async function readVariables(
  variables: Map<string, Variable>,
): Promise<Record<string, HostTensor>> {
  const entries = [...variables].map(async ([name, variable]) => {
    const { dtype, shape, data } = await fetchTensor(variable);
    return [name, { dtype, shape, data: data.slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Sets variables from stored tensors. Missing, extra and misshapen tensors are all named in one error,
 * before anything is changed.
 */
export function writeVariables(
  variables: Map<string, Variable>,
  tensors: Record<string, HostTensor>,
  where: string,
): void {
  const problems: string[] = [];
  for (const [name, variable] of variables) {
    const tensor = tensors[name];
    if (!tensor) problems.push(`missing ${name} [${variable.shape}]`);
    else if (tensor.shape.join() !== variable.shape.join())
      problems.push(`${name}: expected [${variable.shape}], got [${tensor.shape}]`);
    else if (tensor.dtype !== variable.dtype)
      problems.push(`${name}: expected ${variable.dtype}, got ${tensor.dtype}`);
  }
  for (const name of Object.keys(tensors))
    if (!variables.has(name)) problems.push(`unexpected ${name}`);
  if (problems.length > 0) {
    const shown = problems.slice(0, 8).join("\n  ");
    const more = problems.length > 8 ? `\n  … and ${problems.length - 8} more` : "";
    throw new UserError(`${where}: these weights belong to another model:\n  ${shown}${more}`);
  }
  tf.tidy(() => {
    for (const [name, variable] of variables)
      variable.assign(toTensor({ ...tensors[name]!, data: tensors[name]!.data.slice() }) as never);
  });
}
