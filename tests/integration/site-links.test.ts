import { expect, it } from "vitest";
import { asPage, relativeTargets } from "../../site/stage/links.js";

const page = (markdown: string) => asPage(markdown, (target) => `/at/${target}`);

it("turns relative links and pictures, and nothing else", () => {
  expect(page("[a](b.md#c) ![d](e.png) [f](https://g.h) [i](#j) [`k`](l)")).toBe(
    "[a](/at/b.md#c) ![d](/at/e.png) [f](https://g.h) [i](#j) [`k`](/at/l)",
  );
});

it("leaves code alone", () => {
  const code = "```ts\nconst x = `<T>`; // [a](b)\n```\n";
  expect(page(code)).toBe(code);
  expect(page("`a <b> {{ c }} [d](e)`")).toBe("`a <b> {{ c }} [d](e)`");
});

it("keeps placeholders and braces from Vue, and HTML that is meant", () => {
  expect(page("runs/<id> {{x}} H<sub>2</sub> <https://a.b>")).toBe(
    "runs/&lt;id> &#123;&#123;x}} H<sub>2</sub> <https://a.b>",
  );
});

it("an unpaired backtick swallows no paragraph after it", () => {
  expect(page("a ` b\n\n[c](d) `e`")).toBe("a ` b\n\n[c](/at/d) `e`");
});

it("names what a document links to, without anchors", () => {
  expect(relativeTargets("[a](b.md#c) `[d](e)` [f](../g/) [h](mailto:i@j)")).toEqual([
    "b.md",
    "../g/",
  ]);
});
