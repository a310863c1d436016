import type { CodebookView, TokensView } from "../../../server/api-types.js";
import { categoryColour } from "../data/colours.js";
import { formatNumber } from "../data/format.js";
import { useCodebooks, useRun, useTokens } from "../data/queries.js";
import { HeatMap } from "../parts/heat-map.js";
import { RankPlot } from "../parts/rank-plot.js";
import { RunHeading } from "../parts/run-heading.js";
import { Pending } from "../parts/status.js";
import { TsnePanel } from "../parts/tsne-panel.js";

/** How a tokenizer's codebooks are used. */
export function CodebooksPage({ id }: { id: string }) {
  const { data: run, error } = useRun(id);
  const { data: view, error: viewError } = useCodebooks(id);
  const { data: tokens } = useTokens(id);
  if (!run || !view) return <Pending error={error ?? viewError} what={`codebooks of ${id}`} />;
  return (
    <>
      <RunHeading run={run} view="codebooks" />
      {view.warnings.map(({ message, step, code }) => (
        <p className="notice" key={`${step} ${code} ${message}`}>
          {step !== undefined && `Step ${step.toLocaleString("en")}: `}
          {message}
        </p>
      ))}
      {Object.keys(view.facts).length > 0 && (
        <section className="card figures" aria-label="Results about codes">
          {Object.entries(view.facts).map(([name, value]) => (
            <div key={name} title={run.protocol[name]}>
              <span>{name}</span>
              <b>{formatNumber(value)}</b>
            </div>
          ))}
        </section>
      )}
      {view.codebooks.length === 0 && (
        <p className="empty">
          No use of codes was recorded: it is measured at every validation, and a continuous
          tokenizer has no codes.
        </p>
      )}
      <div className="grid wide">
        {view.codebooks.map((codebook) => (
          <Codebook key={codebook.name} codebook={codebook} />
        ))}
      </div>
      {tokens && <Maps tokens={tokens} />}
    </>
  );
}

function Codebook({ codebook }: { codebook: CodebookView }) {
  const { name, size, dead, perplexity, chosen, split, step } = codebook;
  return (
    <section className="card" style={{ display: "grid", gap: "0.6rem" }}>
      <h2 style={{ margin: 0 }}>{name}</h2>
      <div className="figures small">
        <Figure name="used" value={`${(100 * (1 - dead / size)).toFixed(1)} %`} />
        <Figure name="dead codes" value={`${formatNumber(dead)} of ${formatNumber(size)}`} />
        <Figure name="perplexity" value={formatNumber(perplexity)} />
      </div>
      <p className="count">
        Over the whole {split} split at step {step.toLocaleString("en")}:{" "}
        {chosen.toLocaleString("en")} choices.
      </p>
      <RankPlot codebook={codebook} />
      <HeatMap codebook={codebook} />
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <span>{name}</span>
      <b>{value}</b>
    </div>
  );
}

/** The paper's picture of what codebooks tell apart: one map a factor, points coloured by class. */
function Maps({ tokens }: { tokens: TokensView }) {
  const seen = [...new Set(tokens.latentLabels)].sort((a, b) => a - b);
  const factors = Object.entries(tokens.latents);
  return (
    <section className="card" style={{ display: "grid", gap: "0.8rem" }}>
      <h2 style={{ margin: 0 }}>What each factor tells apart</h2>
      <p className="count">
        t-SNE of the mean code vector of {tokens.latentLabels.length} test images, coloured by
        class. An illustration: distances between groups mean nothing.
      </p>
      <div className="grid">
        {factors.map(([name, points]) => (
          <TsnePanel key={name} name={name} points={points} labels={tokens.latentLabels} />
        ))}
      </div>
      <ul className="legend" aria-label="Classes">
        {seen.slice(0, 24).map((label) => (
          <li key={label}>
            <span className="dot" style={{ background: categoryColour(label) }} />
            {tokens.classes[label] ?? `class ${label}`}
          </li>
        ))}
        {seen.length > 24 && <li>and {seen.length - 24} more</li>}
      </ul>
    </section>
  );
}
