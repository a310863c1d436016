import { useState } from "react";
import type { CheckpointItem } from "../../../server/api-types.js";
import { formatAgo, formatBytes } from "../data/format.js";
import { useCheckpointHash, useCheckpoints } from "../data/queries.js";
import { isExport } from "../data/source.js";
import { CopyButton } from "./copy-button.js";
import { Scroll } from "./scroll.js";

/** The files of weights that a run has written, and where they are. */
export function CheckpointList({ run }: { run: string }) {
  const { data: checkpoints } = useCheckpoints(run);
  if (!checkpoints || checkpoints.length === 0) return null;
  return (
    <section style={{ display: "grid", gap: "0.6rem" }}>
      <h2 style={{ margin: 0 }}>Checkpoints</h2>
      <Scroll label="Checkpoints">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">What</th>
              <th className="number" scope="col">
                Step
              </th>
              <th className="number" scope="col">
                Size
              </th>
              <th scope="col">Written</th>
              <th scope="col">SHA-256</th>
              <th scope="col">Path</th>
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((checkpoint) => (
              <Row key={checkpoint.file} run={run} checkpoint={checkpoint} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Row({ run, checkpoint }: { run: string; checkpoint: CheckpointItem }) {
  const { file, path, bytes, modifiedMs, kind, step, problem } = checkpoint;
  return (
    <tr>
      <th scope="row">{file}</th>
      <td>{problem ? <span title={problem}>can't be read</span> : (kind ?? "–")}</td>
      <td className="number">{step === undefined ? "–" : step.toLocaleString("en")}</td>
      <td className="number">{formatBytes(bytes)}</td>
      <td>{formatAgo(modifiedMs)}</td>
      <td>
        <Hash run={run} checkpoint={checkpoint} />
      </td>
      <td>
        <CopyButton label="Copy path" text={path} /> <code>{path}</code>
      </td>
    </tr>
  );
}

function Hash({ run, checkpoint }: { run: string; checkpoint: CheckpointItem }) {
  const [wanted, setWanted] = useState(false);
  const { data, error } = useCheckpointHash(run, checkpoint, wanted);
  if (isExport) return "–";
  if (error) return <span className="count">{error.message}</span>;
  if (data)
    return (
      <>
        <CopyButton label="Copy hash" text={data.sha256} />{" "}
        <code title={data.sha256}>{data.sha256.slice(0, 16)}…</code>
      </>
    );
  return (
    <button type="button" onClick={() => setWanted(true)} disabled={wanted}>
      {wanted ? "reading …" : "Compute"}
    </button>
  );
}
